/** Options that several commands have. */
import { UsageError } from "./usage-error.ts";

/** Which stack. */
export const stack = {
  type: "string",
  alias: "s",
  valueHint: "name",
  description: "the stack (Default: the selected one)",
} as const;

/** Which community of the stack. */
export const community = {
  type: "string",
  valueHint: "name",
  description: "logical name of the community (Default: the only one of the stack)",
} as const;

/** Results as one JSON document. */
export const json = {
  type: "boolean",
  description: "print the result as one JSON document; all other lines go to stderr",
} as const;

/** Name of an app that exists only while the command runs. */
export const ownApp = {
  type: "string",
  valueHint: "name",
  description: "another name for the app that exists only for this, where its usual one is somebody else's",
} as const;

/** Memory of a job's machine. */
export const memory = {
  type: "string",
  valueHint: "megabytes",
  description: "memory of the machine in MB, in steps of 256 (Default: that of the web machine)",
} as const;

/** @throws UsageError when no machine can have so much. @see https://fly.io/docs/machines/guides-examples/machine-sizing/ */
export function megabytes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 256 && value % 256 === 0) return value;
  throw new UsageError({
    what: `--memory-mb is ${JSON.stringify(text)}: the memory of a machine comes in steps of 256 MB.`,
    fix: ["for example:  --memory-mb 2048"],
  });
}
