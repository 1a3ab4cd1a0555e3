/** The engine's event log, reduced to what a test asks about. */
import { existsSync, readFileSync } from "node:fs";

/** What the engine did or would do with one resource. */
export interface StepTaken {
  /** create, update, delete, replace, create-replacement, delete-replaced, read, refresh, … */
  op: string;
  type: string;
  /** Logical name, the last part of the URN. */
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
    .filter((step) => step.op !== "same")
    .map((step) => ({
      op: step.op,
      type: step.type,
      name: step.urn.split("::").at(-1) ?? "",
      urn: step.urn,
      diffs: Object.keys(step.detailedDiff ?? {}).concat(step.diffs ?? []),
    }));
  const diagnostics = events
    .flatMap((event) => (event.diagnosticEvent ? [event.diagnosticEvent] : []))
    .filter((one) => !one.ephemeral && one.severity !== "info#err")
    .map(({ severity, message, urn }) => ({ severity, message: plain(message), ...(urn && { urn }) }));
  return { changes, diagnostics };
}

/** Without the engine's own colour marks, such as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}
