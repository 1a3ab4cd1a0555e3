/** Finds the problems of a run that met a fault. */
import type { JournalEntry } from "../support/world.ts";
import { type CallFault, isSilent, retryAfterSeconds, toleranceMs } from "./call-faults.ts";
import { type Rehearsed, steady } from "./call-operation.ts";
import { isChange, nameOf, type Target } from "./call-target.ts";
import type { CallWorld, Ended } from "./call-world.ts";
import { deviation, type Estate } from "./estate.ts";

/** The problem that a tolerance may remove. */
export const unvisited = "nobody came back to the call";

/** Shortest backoff of driver and clients: half a second. */
const shortestBackoffMs = 500;

/** Checks that the fault was met, and that the run came back to the call and not too soon. */
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
  // When a look inside a flyctl command fails, the driver uses other calls to look whether the thing was made.
  const isLookEnough = target.changes || operation.client === "driver";
  if (again === undefined && !(isLookEnough && looked)) problems.push(unvisited);
  const due = backoffOf(operation, fault, target);
  if (again !== undefined && due > 0 && !isSilent(fault)) {
    const waited = beginOf(again) - Date.parse(hit.at);
    if (waited < due - toleranceMs) problems.push(`repeated after ${waited} ms instead of ${due} ms`);
  }
  return problems;
}

/** Shortest time before a call is repeated. 0: flyctl repeats the call, and the driver has no influence on it. */
function backoffOf({ client }: Rehearsed, { name }: CallFault, target: Target): number {
  if (client !== "driver") return name === "429" ? retryAfterSeconds * 1000 : shortestBackoffMs;
  // flyctl has pauses of its own when it asks for a lease (fly-go flaps_machines.go, AcquireLease) and for a
  // log (flyctl logs/polling.go). When it releases leases, the next call is for the next machine's lease.
  if (/^fly (?:(?:POST|DELETE) .*\/lease|GET .*\/logs$)/.test(target.name)) return 0;
  // flyctl itself immediately repeats a 503, and a read whose connection was cut (fly-go http.go; Go's
  // net/http). Its errors do not contain a Retry-After.
  return name === "429" || name === "500" ? shortestBackoffMs : 0;
}

function beginOf({ at, milliseconds }: JournalEntry): number {
  return Date.parse(at) - milliseconds;
}

/** Differences between the clouds' contents and those after the undisturbed run. */
export function problemsOfEstate(is: Estate, { estate }: Rehearsed): string[] {
  return Object.entries(deviation(is, estate)).flatMap(([what, things]) =>
    things.length > 0 ? [`${what}: ${things.join(", ")}`] : [],
  );
}

/** Problems of a run that should have succeeded. */
export function problemsOfSuccess(ended: Ended, operation: Rehearsed, world: CallWorld): string[] {
  const problems = problemsOfText(ended, operation);
  if (ended.code === null) problems.push("it came to no end");
  else if (ended.code !== 0) problems.push(`it failed: ${lastWords(ended.stderr)}`);
  else if (operation.looks && steady(ended.stdout, world) !== operation.answer)
    problems.push(`it answers ${steady(ended.stdout, world).trim()} instead of ${operation.answer.trim()}`);
  return problems;
}

/** Problems of a run that should have ended in an error that a person can act on. */
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

/** An error of the driver names the call by flyctl's arguments, and an error of a client by method and path. */
function namesCall(stderr: string, { client }: Rehearsed, { name }: Target): boolean {
  if (client === "driver") return /^ {2}flyctl {2}\w+/m.test(stderr);
  const method = name.split(" ")[1] ?? "";
  return new RegExp(`\\b(?:${method} \\S+)`).test(stderr);
}

/** Problems of every run: a stack, a secret or a file left behind. */
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
