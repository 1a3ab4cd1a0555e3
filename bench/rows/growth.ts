import { type Figure, type Found, inWorld, type Lab, type Row, repeated } from "../lab.ts";
import { operate } from "../operation.ts";
import { bendOf, shareOfOneMore } from "../statistics.ts";

/** How the time grows with the size of a community. */
export const growth: Row = {
  number: 10,
  what: "growth of a clean preview and of `up` with resources ×1, ×5, ×20",
  measure,
};

const sizes = [1, 5, 20] as const;

/** A community with `size` machines of each kind, as many further hosts of uploads, and 5 × `size` variables. */
function configOf(size: number): Record<string, string> {
  const hosts = Array.from({ length: size }, (_, index) => `files${index + 1}.mastiff.party`);
  const variables = Array.from({ length: size * 5 }, (_, index) => `BENCH_${index + 1}: "${index + 1}"`);
  return {
    // One connection a machine: Postgres takes 97.
    "mastiff:web": `{ count: ${size}, workers: 1, threads: 1 }`,
    "mastiff:sidekiq": `{ count: ${size}, threads: 1 }`,
    "mastiff:streaming": `{ count: ${size}, databasePool: 1 }`,
    "mastiff:oldFilesHosts": `[${hosts.join(", ")}]`,
    "mastiff:env": `{ ${variables.join(", ")} }`,
  };
}

async function measure(lab: Lab): Promise<Found> {
  const runs = await repeated(lab, "up and clean preview of ×1, ×5, ×20, without latency", async () => {
    const points = [];
    for (const size of sizes)
      points.push(
        await inWorld(lab, { config: configOf(size) }, async (world) => {
          const up = await operate(world, "up", { signal: lab.signal });
          const preview = await operate(world, "preview", { signal: lab.signal });
          return { size, up: up.seconds, preview: preview.seconds, calls: up.calls.length };
        }),
      );
    return points;
  });
  const figures = (["up", "preview"] as const).flatMap((verb): Figure[] => {
    const points = runs.map((run) => run.map((one) => [one.size, one[verb]] as const));
    const of = (size: number) =>
      runs.flatMap((run) => run.filter((one) => one.size === size).map((one) => one[verb]));
    return [
      ...sizes.map((size): Figure => ({ name: `${verb}, ×${size}`, unit: "s", values: of(size) })),
      {
        name: `${verb}: ×5 on the line from ×1 to ×20 ÷ ×5`,
        unit: "",
        values: points.map(bendOf),
        goal: { most: 1.3 },
      },
      {
        name: `${verb}: one more ÷ the first`,
        unit: "",
        values: points.map(shareOfOneMore),
        goal: { most: 0.1 },
      },
    ];
  });
  return { figures, data: runs };
}
