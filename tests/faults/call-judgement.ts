/** What is right and what is wrong with a run that met a fault. */
import type { JournalEntry } from "../support/world.ts";
import { type CallFault, isSilent, retryAfterSeconds, toleranceMs } from "./call-faults.ts";
import { type Rehearsed, steady } from "./call-operation.ts";
import { isChange, nameOf, type Target } from "./call-target.ts";
import type { CallWorld, Ended } from "./call-world.ts";
import { deviation, type Estate } from "./estate.ts";

/** The problem that a reason may take away. */
export const unvisited = "nobody came back to the call";

/** Shortest backoff of driver and clients: half a second. */
const shortestBackoffMs = 500;

/** Whether the fault was met, the call was come back to, and not too soon. */
export function problemsOfCalls(
  entries: readonly JournalEntry[],
  operation: Rehearsed,
  target: Target,
  fault: CallFault,
): string[] {
  const ordered = [...entries].sort((a, b) => beginOf(a) - beginOf(b));
  const at = ordered.findIndex((entry) => entry.faulty);
  const hit = ordered[at];
  if (hit === undefined) return ["the fault was not met"];
  const later = ordered.slice(at + 1);
  const again = later.find((entry) => nameOf(entry) === target.name);
  const looked = later.some((entry) => entry.cloud === target.cloud && !isChange(entry));
  const problems: string[] = [];
  // A look within a flyctl command that makes something: the driver looks in its own way whether it was made.
  const isLookEnough = target.changes || operation.client === "driver";
  if (again === undefined && !(isLookEnough && looked)) problems.push(unvisited);
  const due = backoffOf(operation, fault, target);
  if (again !== undefined && due > 0 && !isSilent(fault)) {
    const waited = beginOf(again) - Date.parse(hit.at);
    if (waited < due - toleranceMs) problems.push(`repeated after ${waited} ms instead of ${due} ms`);
  }
  return problems;
}

/** How long at least a call is not repeated; 0: the driver has no say. */
function backoffOf({ client }: Rehearsed, { name }: CallFault, target: Target): number {
  if (client !== "driver") return name === "429" ? retryAfterSeconds * 1000 : shortestBackoffMs;
  // flyctl asks for a lease again and again, with pauses of its own (fly-go flaps_machines.go, AcquireLease), gives back
  // that of the next machine, and asks for a log until there is one (flyctl logs/polling.go).
  if (/^fly (?:(?:POST|DELETE) .*\/lease|GET .*\/logs$)/.test(target.name)) return 0;
  // flyctl itself repeats a 503 at once, and a read whose connection was cut (fly-go http.go; Go's net/http). Its
  // errors do not tell a Retry-After.
  return name === "429" || name === "500" ? shortestBackoffMs : 0;
}

function beginOf({ at, milliseconds }: JournalEntry): number {
  return Date.parse(at) - milliseconds;
}

/** How what the clouds hold differs from what they should. */
export function problemsOfEstate(is: Estate, { estate }: Rehearsed): string[] {
  return Object.entries(deviation(is, estate)).flatMap(([what, things]) =>
    things.length > 0 ? [`${what}: ${things.join(", ")}`] : [],
  );
}

/** What is wrong with a run that should have ended well. */
export function problemsOfSuccess(ended: Ended, operation: Rehearsed, world: CallWorld): string[] {
  const problems = problemsOfText(ended, operation);
  if (ended.code === null) problems.push("it came to no end");
  else if (ended.code !== 0) problems.push(`it failed: ${lastWords(ended.stderr)}`);
  else if (operation.looks && steady(ended.stdout, world) !== operation.answer)
    problems.push(`it answers ${steady(ended.stdout, world).trim()} instead of ${operation.answer.trim()}`);
  return problems;
}

/** What is wrong with a run that should have ended in an error that a person can act on. */
export function problemsOfFailure(
  ended: Ended,
  operation: Rehearsed,
  target: Target,
  fault: CallFault,
): string[] {
  const { code, stderr } = ended;
  const problems = problemsOfText(ended, operation);
  if (code === null) return [...problems, "it came to no end"];
  if (code === 0) return [...problems, "it ended well"];
  if (!operation.thing.some((word) => stderr.includes(word)))
    problems.push(`the error does not name ${operation.thing.join(" or ")}`);
  if (!namesCall(stderr, operation, target)) problems.push("the error does not name the call");
  if (!fault.told.test(stderr)) problems.push("the error does not tell the cloud's code");
  if (!/^ {2}(?:fix|retry) {3,5}\S/m.test(stderr)) problems.push("the error says nothing of what to do");
  return problems.length > 0 ? [...problems, `it says: ${lastWords(stderr)}`] : [];
}

/** flyctl's own words for a call are the operator's too; a client's are method and path. */
function namesCall(stderr: string, { client }: Rehearsed, { name }: Target): boolean {
  if (client === "driver") return /^ {2}flyctl {2}\w+/m.test(stderr);
  const method = name.split(" ")[1] ?? "";
  return new RegExp(`\\b(?:${method} \\S+)`).test(stderr);
}

/** What no run may say or leave. */
function problemsOfText({ stderr, leftovers }: Ended, { secrets }: Rehearsed): string[] {
  const problems: string[] = [];
  if (/^\s+at .+:\d+:\d+\)?$/m.test(stderr)) problems.push("it shows a stack");
  if (secrets.some((secret) => secret.length > 5 && stderr.includes(secret)))
    problems.push("it shows a secret");
  if (leftovers.length > 0) problems.push(`it leaves ${leftovers.join(", ")}`);
  return problems;
}

function lastWords(text: string): string {
  return text.trim().split("\n").slice(-7).join(" | ").slice(0, 700);
}
