/** Checks whether a world ended like the undisturbed one. */
import { isDeepStrictEqual } from "node:util";
import type { Secrets } from "./community.ts";
import { type Deviation, deviation } from "./estate.ts";
import type { Scenario, Stage } from "./stage.ts";

/** Compares the end with that of the undisturbed run. */
export async function judge(
  { scenario, subject, end }: Stage,
  known: Secrets,
): Promise<{ deviation: Deviation; problems: string[] }> {
  const problems: string[] = [];
  const found = deviation(await subject.estate(), end.estate);
  for (const [what, things] of Object.entries(found)) {
    if (things.length > 0) problems.push(`${what}: ${things.join(", ")}`);
  }
  const traces = await subject.traces();
  for (const side of ["state", "clouds"] as const) {
    const [is, should] = [traces[side], end.traces[side]].map(asLater);
    if (!isDeepStrictEqual(is, should)) problems.push(`${side}: ${difference(is, should)}`);
  }
  const pending = await subject.pending();
  if (pending.length > 0) problems.push(`pending: ${pending.join(", ")}`);
  problems.push(...changedSecrets(known, await subject.secrets(), scenario));
  return { deviation: found, problems };
}

/**
 * A trace as after a further run: what waits for a preparation in a first run waits for the release from then on. A run
 * that was killed is completed by a further one.
 */
function asLater(trace: unknown): unknown {
  const later = (key: string, value: unknown) =>
    key === "dependencies" && Array.isArray(value)
      ? value.map((urn) => String(urn).replace(/-preparation$/, "-release"))
      : value;
  return JSON.parse(JSON.stringify(trace, later));
}

/** Secrets that have changed, or are missing although the community stays. */
export function changedSecrets(before: Secrets, after: Secrets, scenario: Scenario): string[] {
  if (scenario === "destroy") return [];
  return [...before].flatMap(([urn, value]) =>
    after.get(urn) === value ? [] : [`secret ${urn.split("::").at(-1)} was made again`],
  );
}

/** The first place at which two values differ, in words. */
export function difference(is: unknown, should: unknown, path = ""): string {
  const both = [is, should];
  if (both.every((one) => typeof one === "object" && one !== null)) {
    const [left, right] = both as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])) {
      const [a, b] = [left?.[key], right?.[key]];
      if (!isDeepStrictEqual(a, b)) return difference(a, b, `${path}.${key}`);
    }
  }
  const shown = both.map((one) => (JSON.stringify(one) ?? "nothing").slice(0, 300));
  return `${path.slice(1)} is ${shown[0]}, should be ${shown[1]}`;
}

export function lastWords(output: string): string {
  const errors = output.split("\n").filter((line) => /error/i.test(line));
  return (errors.length > 0 ? errors : output.trim().split("\n")).slice(-6).join(" | ");
}
