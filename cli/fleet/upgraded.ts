/** A version of Mastodon for many communities: into their config, and how far it has come. */
import { sizeKeys } from "../../components/config/keys/sizes.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { must } from "../pulumi.ts";
import { configOf, type Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";
import { isWell, type Row } from "./row.ts";

/** @throws UsageError when Mastiff knows no such version */
export function versionOf(text: string): string {
  const { success, data, error } = sizeKeys.mastodonVersion.safeParse(text);
  if (success) return data;
  throw new UsageError({
    what: `The version is ${JSON.stringify(text)}: ${error.issues[0]?.message}.`,
    fix: ["a version with its v:  npx mastiff fleet upgrade v4.7.5 --all"],
  });
}

/** @throws OperatorError when a program gives the version as an argument, so that config has no effect */
export async function setVersion(stack: Stack, version: string): Promise<void> {
  const config = await configOf(stack);
  if (config["mastiff:domain"] === undefined)
    throw new OperatorError(
      `${stack.name}: a program gives its communities their version, not the config.\n  fix     set mastodonVersion in the arguments of each Community, and bring it up:  pulumi up -s ${stack.name}`,
    );
  if (config["mastiff:mastodonVersion"]?.value === version) return;
  must(await stack.pulumi(["config", "set", "mastiff:mastodonVersion", version]));
}

/**
 * Where an upgrade stands that did not end well, and how to go on; undefined: all have the version.
 *
 * @param options of the command beside those that name stacks: who goes on is to go on as carefully
 */
export function howToGoOn(
  version: string,
  rows: readonly Row[],
  options: Readonly<Record<string, string>>,
): string | undefined {
  const names = (some: readonly Row[]) => some.map(({ stack }) => stack).join(", ") || "none";
  const left = rows.filter((row) => !isWell(row));
  if (left.length === 0) return undefined;
  const tried = left.filter(({ result }) => result !== "skipped");
  const waiting = left.filter(({ result }) => result === "skipped");
  const stacks = left.map(({ stack }) => stack).join(",");
  // The one that is repaired goes first, and alone.
  const [repaired, ...more] = tried;
  const canary = repaired !== undefined && more.length === 0 ? repaired.stack : undefined;
  const same = Object.entries({ ...(canary !== undefined && { canary }), ...options })
    .map(([name, value]) => ` --${name} ${value}`)
    .join("");
  return [
    `${version} runs, and the doctor is content: ${names(rows.filter(isWell))}`,
    `not well: ${names(tried)}`,
    `not begun, their config is as it was: ${names(waiting)}`,
    `  fix     repair what is said above, then go on:  npx mastiff fleet upgrade ${version} --stacks ${stacks}${same}`,
  ].join("\n");
}
