/** The engine's event log, reduced to what a test asks about. */
import { existsSync, readFileSync } from "node:fs";

/** What the engine did or would do with one resource. */
export interface StepTaken {
  /** create, update, delete, replace, create-replacement, delete-replaced, read, refresh, … */
  op: string;
  type: string;
  /** Logical name; of a community's resource without the community's own name. */
  name: string;
  urn: string;
  /** Paths of the inputs that differ. */
  diffs: string[];
}

/** An error or warning, as the engine worded it. */
export interface Diagnostic {
  severity: string;
  message: string;
  urn?: string;
}

interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { severity: string; message: string; urn?: string; ephemeral?: boolean };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
}

/** Reads a log that `pulumi --event-log` wrote: one JSON document per line. Steps of "same" are left out. */
export function readEvents(file: string): { changes: StepTaken[]; diagnostics: Diagnostic[] } {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const events = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
  const changes = events
    .flatMap((event) => (event.resourcePreEvent ? [event.resourcePreEvent.metadata] : []))
    // The engine's default providers are no resources of the program.
    .filter(
      (step) =>
        step.op !== "same" && !/^pulumi:providers:.*::default(_|$)/.test(`${step.type}::${nameOf(step.urn)}`),
    )
    .map((step) => ({
      op: step.op,
      type: step.type,
      name: nameOf(step.urn),
      urn: step.urn,
      diffs: Object.keys(step.detailedDiff ?? {}).concat(step.diffs ?? []),
    }));
  const diagnostics = events
    .flatMap((event) => (event.diagnosticEvent ? [event.diagnosticEvent] : []))
    .filter((one) => !one.ephemeral && ["error", "warning"].includes(one.severity))
    .map(({ severity, message, urn }) => ({ severity, message: plain(message), ...(urn && { urn }) }));
  return { changes, diagnostics };
}

/** The logical name, the last part of a URN; of a community's resource without the community's own name. */
export function nameOf(urn: string): string {
  return (urn.split("::").at(-1) ?? "").replace(/^community-/, "");
}

/** Without the engine's own colour marks, such as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}
