/** A preview of a stack, as the engine's own events report it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
// Types alone: the Automation API reads the same events from the same log, and loading it takes longer than `mastiff --help`.
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { shell } from "../../providers/fly/call/shell.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { Stack } from "../stack.ts";

/** What a preview looks at. */
export interface PreviewOptions {
  /** Whether it reads everything at Cloudflare and SendGrid again. The look at Fly is part of every preview. */
  refresh: boolean;
  /** Folders of policy packs. */
  policyPacks: readonly string[];
}

/** How a preview ended. */
export interface Preview {
  /** The engine's events, in their order. The engine has taken all secrets out of them. */
  events: EngineEvent[];
  /** Whether an `up` would begin. */
  isAccepted: boolean;
  /** What the engine printed. */
  output: string;
}

/**
 * Runs `pulumi preview`, which changes nothing.
 *
 * @throws OperatorError with all that pulumi said when the preview did not begin
 */
export async function previewOf(stack: Stack, { refresh, policyPacks }: PreviewOptions): Promise<Preview> {
  const folder = await mkdtemp(join(shell().temporaryFolder, "mastiff-review-"));
  const log = join(folder, "events");
  try {
    const run = await stack.pulumi([
      "preview",
      "--non-interactive",
      `--event-log=${log}`,
      ...(refresh ? ["--refresh"] : []),
      ...policyPacks.flatMap((pack) => ["--policy-pack", pack]),
    ]);
    const events = eventsIn(await readFile(log, "utf8").catch(() => ""));
    if (!events.some(({ preludeEvent }) => preludeEvent)) throw new OperatorError(run.output);
    return { events, isAccepted: run.exitCode === 0, output: run.output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a log of events: one JSON document a line. A run that was cut off leaves half a line at its end. */
export function eventsIn(log: string): EngineEvent[] {
  const lines = log.split("\n").slice(0, -1);
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
}
