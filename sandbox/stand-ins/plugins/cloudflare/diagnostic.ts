/**
 * The provider's errors and warnings, which come in two parts.
 *
 * The bridge shows each one on the screen with its parts turned round, and fails with the first error.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_diagnostics.go
 */

import type { Session } from "../provider.ts";

/** An error of the provider. */
export class Diagnostic extends Error {
  /** The line on the screen, without its severity. */
  readonly line: string;

  /** @param line default: detail first. */
  constructor(summary: string, detail: string, options: { line?: string; cause?: unknown } = {}) {
    super(`${summary}: ${detail}`, { cause: options.cause });
    this.line = options.line ?? `${detail}: ${summary}`;
  }
}

/** Show the errors of the provider, as well as failing with them. */
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
