/**
 * A lasting fault: the run has to fail with a helpful error, leave a consistent state, and complete once the
 * fault is gone.
 */
import type { Fault } from "../support/world.ts";
import { missingIn } from "./error-words.ts";
import { setFaults } from "./gate.ts";
import { judge, lastWords } from "./judge.ts";
import { start } from "./killable-run.ts";
import type { MixStage } from "./mix.ts";
import { refusal } from "./mix-plan.ts";
import type { CaseResult } from "./results.ts";
import { verbs } from "./stage.ts";

/** An endpoint that always gives the same answer. */
export interface LastingFault {
  name: string;
  fault: Fault;
  /** What the screen has to contain: resource, call, the cloud's code, what to do. */
  says: string[];
}

const lasting = (cloud: "cloudflare" | "sendgrid" | "fly", path: string, status: number): Fault => ({
  cloud,
  method: "POST",
  path,
  times: -1,
  when: "before",
  action: refusal(status, cloud, undefined),
});

/** One fault per cloud, each at a call in the middle of an `up`. */
export const lastingFaults: readonly LastingFault[] = [
  {
    name: "SendGrid answers 500 to every new domain",
    fault: lasting("sendgrid", "/whitelabel/domains$", 500),
    says: [
      "AuthenticatedDomain (mail-domain):",
      "POST /whitelabel/domains",
      "HTTP 500",
      "fix     run it again",
    ],
  },
  {
    name: "Cloudflare answers 403 to every new token",
    fault: lasting("cloudflare", "/tokens$", 403),
    says: [
      "AccountToken (media-token):",
      'POST "',
      "/tokens",
      "403 Forbidden",
      "Cloudflare 10000: the token lacks a right",
    ],
  },
  {
    name: "Fly answers 500 to every new machine",
    fault: lasting("fly", "/machines$", 500),
    says: [
      "command:local:Command (",
      "flyctl ",
      "failed to launch VM: We encountered an internal error",
      "retry   ",
    ],
  },
];

/** Runs an `up` with the fault, then removes the fault and runs it again. */
export async function playLasting(stage: MixStage, { name, fault, says }: LastingFault): Promise<CaseResult> {
  const { subject, scenario, beginning } = stage;
  const { place } = subject.stack;
  const began = performance.now();
  await subject.restore(beginning);
  await subject.world.faults(fault);
  const run = await (await start(place, verbs[scenario])).ended;
  const problems: string[] = [];
  if (run.exitCode === 0) problems.push("it ends well");
  const unsaid = [
    ...says.filter((words) => !run.output.includes(words)),
    ...missingIn(run.output, verbs[scenario]),
  ];
  if (unsaid.length > 0)
    problems.push(`the error does not say ${unsaid.join(", ")}: ${lastWords(run.output)}`);
  const pending = await subject.pending();
  if (pending.length > 0) problems.push(`pending: ${pending.join(", ")}`);
  const known = await subject.secrets();
  await setFaults(subject.world.url, []);
  const next = await (await start(place, verbs[scenario])).ended;
  if (next.exitCode !== 0) problems.push(`with the fault gone it does not end: ${lastWords(next.output)}`);
  const judged = await judge(stage, known);
  return {
    name,
    steps: [verbs[scenario]],
    deviation: judged.deviation,
    problems: [...problems, ...judged.problems],
    milliseconds: Math.round(performance.now() - began),
  };
}
