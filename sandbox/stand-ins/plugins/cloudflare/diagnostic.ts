/**
 * The provider's errors and warnings. Each has a summary and a detail.
 *
 * The bridge shows each of them on the screen, detail first, and fails with the first error.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_diagnostics.go
 */

import type { Session } from "../provider.ts";

/** An error of the provider. */
export class Diagnostic extends Error {
  /** The line on the screen, without its severity. */
  readonly line: string;

  /** @param line default: the detail, then the summary. */
  constructor(summary: string, detail: string, options: { line?: string; cause?: unknown } = {}) {
    super(`${summary}: ${detail}`, { cause: options.cause });
    this.line = options.line ?? `${detail}: ${summary}`;
  }
}

/** Runs a function. Shows its error on the screen and rethrows it. */
export async function reporting<Result>(
  session: Session,
  urn: string,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Diagnostic) await session.log("error", `[ERROR] ${error.line}`, urn);
    throw error;
  }
}

export async function warn(session: Session, urn: string, { line }: Diagnostic): Promise<void> {
  await session.log("warning", `[WARNING] ${line}`, urn);
}
