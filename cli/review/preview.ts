/** A preview of a stack, as the engine's own events report it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
// Types alone: the Automation API reads the same events from the same log, and loading it takes longer than `mastiff --help`.
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { redactor } from "../../providers/fly/call/redact.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
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
  /** The engine's events, in their order, without secrets. */
  events: EngineEvent[];
  /** Whether an `up` would begin. */
  isAccepted: boolean;
  /** What the engine printed, without secrets. */
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
    const run = await stack.pulumi(
      [
        "preview",
        "--non-interactive",
        `--event-log=${log}`,
        ...(refresh ? ["--refresh"] : []),
        ...policyPacks.flatMap((pack) => ["--policy-pack", pack]),
      ],
      "",
      // As the Automation API does: without it, the engine does not know the option of the log.
      { PULUMI_DEBUG_COMMANDS: "true" },
    );
    const redact = withoutSecrets();
    const output = redact(run.output);
    const events = eventsIn(await readFile(log, "utf8").catch(() => ""));
    if (!events.some(({ preludeEvent }) => preludeEvent)) throw new OperatorError(output);
    return {
      events: events.map((event) => redacted(event, redact)),
      isAccepted: run.exitCode === 0,
      output,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Takes the operator's own credentials out of a text. The engine does not know them to be secret: it takes only values out
 * of its events that config or program mark.
 */
export function withoutSecrets(): (text: string) => string {
  const { env } = shell();
  const names = ["CLOUDFLARE_API_TOKEN", "FLY_API_TOKEN", "SENDGRID_API_KEY", "AWS_SECRET_ACCESS_KEY"];
  const engines = ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"];
  return redactor([...names, ...engines].flatMap((name) => env[name] ?? []));
}

/** A message may quote what a cloud has answered. */
export function redacted(event: EngineEvent, redact: (text: string) => string): EngineEvent {
  const { diagnosticEvent: said, policyEvent: policy } = event;
  return {
    ...event,
    ...(said && { diagnosticEvent: { ...said, message: redact(said.message) } }),
    ...(policy && { policyEvent: { ...policy, message: redact(policy.message) } }),
  };
}

/** Reads a log of events: one JSON document a line. A run that was cut off leaves half a line at its end. */
export function eventsIn(log: string): EngineEvent[] {
  const lines = log.split("\n").slice(0, -1);
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
}
