import { countCalls } from "../distinct-calls.ts";
import { type Figure, type Found, inWorld, type Lab, type Row, repeated } from "../lab.ts";
import { operate, type Verb } from "../operation.ts";

/** How often the clouds are asked, against a run that never asks twice. */
export const calls: Row = {
  number: 7,
  what: "calls to each cloud per `up`, clean preview and refresh ÷ the least possible",
  measure,
};

const verbs = ["up", "preview", "refresh"] as const satisfies Verb[];

async function measure(lab: Lab): Promise<Found> {
  const lives = await repeated(lab, "up, clean preview, refresh, without latency", () =>
    inWorld(lab, {}, async (world) => {
      const life = [];
      for (const verb of verbs) {
        const { calls: answered } = await operate(world, verb, { signal: lab.signal });
        life.push({ verb, counted: countCalls(answered) });
      }
      return life;
    }),
  );
  const clouds = new Set(lives.flat().flatMap(({ counted }) => counted.map(({ cloud }) => cloud)));
  const figures = verbs.flatMap((verb) =>
    [...clouds].flatMap((cloud): Figure[] => {
      const own = lives.flatMap((life) =>
        life
          .filter((one) => one.verb === verb)
          .flatMap(({ counted }) => counted.filter((c) => c.cloud === cloud)),
      );
      if (own.length < lives.length) return [];
      const name = `${verb}, ${cloud}`;
      return [
        { name: `${name}: calls`, unit: "calls", values: own.map((one) => one.calls) },
        {
          name: `${name}: ÷ least`,
          unit: "",
          values: own.map((c) => c.calls / c.different),
          goal: { most: 1.3 },
        },
      ];
    }),
  );
  return { figures, data: lives };
}
