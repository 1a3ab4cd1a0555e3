/** What a machine is given to read one dump, and what it says of the restored database. Pure. */
import { lastJsonLine } from "../call/parse.ts";
import type { RestorableDump, RestoreAnswer } from "../spec.ts";

/**
 * Secrets of the machine. The URL is presigned and the session key opens this one dump, so the machine has neither the
 * key of the bucket nor a private key.
 *
 * @throws Error when stdin has not both
 */
export function readingSecrets({
  url,
  sessionKey,
}: Readonly<Record<string, string>>): Record<"MASTIFF_DUMP_URL" | "MASTIFF_SESSION_KEY", string> {
  if (url === undefined || sessionKey === undefined) throw new Error("stdin has no url or no sessionKey");
  return { MASTIFF_DUMP_URL: url, MASTIFF_SESSION_KEY: sessionKey };
}

/** Plain variables of the machine. */
export function readingVariables({ bytes, sha256 }: RestorableDump): Record<string, string> {
  return { MASTIFF_DUMP_BYTES: String(bytes), MASTIFF_DUMP_SHA256: sha256 };
}

/** The answer that the script printed last; null when these lines have none. */
export function answerIn<Answer extends RestoreAnswer>(lines: readonly string[]): Answer | null {
  const last = lastJsonLine(lines);
  return last?.format === 1 ? (last as unknown as Answer) : null;
}

/** In what a restored database differs from what was dumped, in words; empty: in nothing. */
export function rowDifferences(
  found: Pick<RestoreAnswer, "schema" | "rows">,
  dumped: Pick<RestorableDump, "schema" | "rows">,
): string[] {
  const texts = Object.entries(dumped.rows)
    .map(([table, count]) => ({ table, count, is: found.rows[table as keyof typeof found.rows] }))
    .filter(({ count, is }) => is !== count)
    .map(({ table, count, is }) => `${is} ${table} instead of ${count}`);
  if (found.schema !== dumped.schema) texts.push(`the schema ${found.schema} instead of ${dumped.schema}`);
  return texts;
}
