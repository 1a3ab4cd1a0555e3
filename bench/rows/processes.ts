import { countedLives } from "../counted-lives.ts";
import { type Figure, type Found, type Lab, type Row, whyNotCounted } from "../lab.ts";

/** How many programs an operation starts. */
export const processes: Row = {
  number: 8,
  what: "processes started per `up` and per clean preview",
  async measure(lab: Lab): Promise<Found> {
    const problem = whyNotCounted(lab);
    if (problem !== undefined) throw new Error(problem);
    const lives = await countedLives(lab);
    const data = lives.map((life) => life.map(({ verb, programs }) => ({ verb, programs })));
    const figures = Object.entries(goals).map(([verb, most]): Figure => {
      const operations = lives.flatMap((life) => life.filter((one) => one.verb === verb));
      const values = operations.map(({ programs = {} }) =>
        Object.values(programs).reduce((a, b) => a + b, 0),
      );
      return { name: `\`${verb}\``, unit: "processes", values, goal: { most } };
    });
    return { figures, data };
  },
};

/** Most processes that an operation is to start. */
const goals = { up: 60, preview: 12 } as const;
