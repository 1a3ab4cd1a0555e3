/** Writes the section of docs/faults.md about mixed runs and lasting faults. */
import type { MixCase } from "./mix.ts";
import { faultKinds } from "./mix-plan.ts";
import { type PartResult, statesOf } from "./results.ts";

/** The section for these results. Empty when neither part was run. */
export function mixedRuns(results: readonly PartResult[]): string[] {
  const [runs, staying] = ["mix", "mix-lasting"].map((part) => results.find((one) => one.part === part));
  return [...(runs ? [mixed(runs)] : []), ...(staying ? [lasting(staying)] : [])];
}

const introduction = `Whole runs, each with faults that a seed draws from the calls that the run makes, at all clouds: at most one in which
a client waits in vain (timeout: the cloud never acts; late: it acts, and answers when the client has given up), the
rest refusals (429 with Retry-After, 500, 503), cut connections and halves of answers, before or after the cloud acted.
Each hits once. A run that ends by itself needs no further step; else the steps are those that the screen asks for. The
official Cloudflare provider does not look before it repeats a POST or a DELETE, so a lost answer to one of these is
what such a step is for. The end is compared as after a kill.

\`npm run faults -- mix <scenario> --runs 1 --seed <seed>\` plays one of them again.
`;

function mixed({ cases, setting }: PartResult): string {
  const rows = (cases as MixCase[]).map((one) => [
    one.scenario,
    one.seed,
    ...faultKinds.map((kind) => one.met[kind] ?? 0),
    one.steps?.join(", ") || "none",
    one.problems.length === 0 ? "yes" : "no",
    Math.round(one.milliseconds / 1000),
  ]);
  const head = ["scenario", "seed", ...faultKinds, "further steps", "as it should be", "seconds"];
  return [
    `## Mixed runs\n\n${introduction}\nWith ${setting}, as of ${statesOf(cases)}:\n`,
    table([head, head.map(() => "---"), ...rows]),
  ].join("\n");
}

function lasting({ cases, setting }: PartResult): string {
  const rows = cases.map((one) => [
    one.name,
    one.problems.length === 0 ? "yes" : "no",
    Math.round(one.milliseconds / 1000),
  ]);
  const head = ["fault that stays", "as it should be", "seconds"];
  const words = `An \`up\` fails, names resource, call, the cloud's code and what to do, and leaves nothing pending; with the fault
gone, one more \`up\` ends as an undisturbed one. With ${setting}:
`;
  return [`### Faults that stay\n\n${words}`, table([head, head.map(() => "---"), ...rows])].join("\n");
}

function table(rows: readonly (readonly (string | number)[])[]): string {
  return `${rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}
