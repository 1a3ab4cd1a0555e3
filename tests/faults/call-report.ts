/** Writes the section of docs/faults.md about single faults from the results of the cases. */
import type { CallCase } from "./call-case.ts";
import { faultNames } from "./call-faults.ts";
import { converged, count, type PartResult, statesOf } from "./results.ts";

/** Whether a result belongs to this part of the matrix. */
export function isOfCalls({ part }: PartResult): boolean {
  return part.startsWith("calls-");
}

/** The section, with one table per client. */
export function callSection(results: readonly PartResult[]): string {
  const parts = results.filter(isOfCalls);
  const tables = parts.map((result) => `${headOf(result)}\n${tableOf(result.cases as CallCase[])}`);
  return `## Faults\n\n${words}\n${parts.length === 0 ? "Not run yet.\n" : tables.join("\n")}${passedOver(parts)}`;
}

const words = `Each operation of the driver (kind and verb, by flyctl) and of the clients (each dynamic resource's create, read,
update, delete) is run against the local clouds without the engine, and meets one fault at one of its calls: an answer 429
with Retry-After and a 503 before the cloud acts, a 500, a cut connection and half a body after it did, no answer at all
before it acts, and an answer that comes after the client gave up on it, after it acted. Each operation meets each of
them at the call that stands for it, the last one that changes something; each further call meets each of them once in
the first operation that makes it (\`--every-call\`: in all of them).

Once: green is a run that ends well, came back to the call (not before Retry-After, or half a second), and leaves what an
undisturbed run leaves; a look also answers the same. For good, the call never works in the first run: its error has to
name the thing, the call, the cloud's code and what to do, without a secret or a stack; the next run, without the fault,
has to end in the undisturbed estate.
`;

function headOf({ title, setting, cases, of }: PartResult): string {
  const facts = [`${cases.length} of ${of} cases`, setting, `as of ${statesOf(cases)}`];
  const figures = `${facts.filter((fact) => fact !== "").join(", ")}; ${converged(cases)} as they should be.`;
  return `### ${title.charAt(0).toUpperCase()}${title.slice(1)}\n\n${figures}\n`;
}

function tableOf(cases: readonly CallCase[]): string {
  const head = [
    "fault",
    "once",
    "green",
    "for good",
    "clear error",
    "next run completes",
    "twice",
    "orphaned",
  ];
  const rows = faultNames.map((fault) => {
    const of = cases.filter((one) => one.fault === fault);
    const [once, lasting] = [of.filter((one) => !one.lasting), of.filter((one) => one.lasting)];
    const clear = lasting.filter((one) => one.clear === true).length;
    const completed = lasting.filter((one) => one.completed === true).length;
    const figures = [once.length, converged(once), lasting.length, clear, completed];
    return [fault, ...figures, count(of, "twice"), count(of, "orphaned")];
  });
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Reasons for tolerated faults, and their counts. These cases count as green, or as a clear end. */
function passedOver(parts: readonly PartResult[]): string {
  const reasons = parts.flatMap(({ cases }) => (cases as CallCase[]).flatMap((one) => one.tolerated ?? []));
  if (reasons.length === 0) return "";
  const counts = [...new Set(reasons)].map(
    (reason) => `- ${reasons.filter((one) => one === reason).length} times: ${reason}`,
  );
  return `\nFaults that were passed over, rightly:\n\n${counts.join("\n")}\n`;
}
