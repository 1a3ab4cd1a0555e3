import { type CountedOperation, countedLives } from "../counted-lives.ts";
import type { Figure, Found, Lab, Row } from "../lab.ts";

/** How often the clouds are asked, against a run that never asks twice. */
export const calls: Row = {
  number: 7,
  what: "calls to each cloud per `up`, clean preview and refresh ÷ the least possible",
  async measure(lab: Lab): Promise<Found> {
    const lives = await countedLives(lab);
    const data = lives.map((life) => life.map(({ verb, calls }) => ({ verb, calls })));
    return { figures: (lives[0] ?? []).flatMap(({ verb }) => figuresOf(verb, lives)), data };
  },
};

function figuresOf(verb: string, lives: readonly CountedOperation[][]): Figure[] {
  const counted = lives.flatMap((life) => life.filter((one) => one.verb === verb).map((one) => one.calls));
  const clouds = [...new Set(counted.flat().map(({ cloud }) => cloud))];
  return clouds.flatMap((cloud): Figure[] => {
    const own = counted.flatMap((clouds) => clouds.filter((one) => one.cloud === cloud));
    const values = own.map(({ calls, different }) => calls / different);
    return [
      { name: `\`${verb}\`, ${cloud}: calls ÷ least`, unit: "", values, goal: { most: 1.3 } },
      { name: `\`${verb}\`, ${cloud}`, unit: "calls", values: own.map((one) => one.calls) },
    ];
  });
}
