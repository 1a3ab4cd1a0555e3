/** A `pulumi up` of the few resources of a community that are in no cloud. */
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { nameIn } from "../communities.ts";
import { lockIn } from "../recover/engine.ts";
import type { Stack } from "../stack.ts";

/**
 * Makes resources of a community, and nothing else of its program.
 *
 * @param patterns of the resources, for `--target`
 * @throws OperatorError when the community waits for other resources of the program, when another run holds the lock,
 *   or with pulumi's words
 */
export async function makeOnly(stack: Stack, community: string, patterns: readonly string[]): Promise<void> {
  const run = await stack.pulumi([
    "up",
    "--yes",
    "--skip-preview",
    "--non-interactive",
    ...asTargets(patterns),
  ]);
  if (run.exitCode === 0) return;
  const lock = lockIn(run.output);
  if (lock !== undefined)
    throw new OperatorError(
      `Another run holds the lock of ${stack.name}: ${lock.holder}.\n  fix     if it was a run of this command that was stopped:  npx mastiff recover -s ${stack.name}\n          then run this command again`,
    );
  const awaited = await allAwaited(awaitedIn(run.output), stack, patterns);
  if (awaited.length === 0) throw new OperatorError(run.output);
  const names = awaited.slice(0, 3).map(nameIn).join(", ");
  const more = awaited.length > 3 ? ` and ${awaited.length - 3} more` : "";
  const targets = [...awaited, ...patterns].map((one) => `--target '${one}'`).join(" ");
  throw new OperatorError(
    `The community ${community} waits for other resources of the program, which do not exist yet: ${names}${more}. This command creates nothing in any cloud.\n  fix     create them, and of the community only what is in no cloud:  pulumi up -s ${stack.name} ${targets}\n          then run this command again`,
  );
}

function asTargets(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => ["--target", pattern]);
}

/**
 * Everything that has to be created before. An `up` names one resource and ends; a preview names all that the targets
 * wait for, but not what those wait for in turn.
 *
 * @param first URNs that are known already
 */
async function allAwaited(
  first: readonly string[],
  stack: Stack,
  patterns: readonly string[],
): Promise<string[]> {
  const found = new Set(first);
  for (let size = 0; found.size > size; ) {
    size = found.size;
    const targets = asTargets([...patterns, ...found]);
    const { output } = await stack.pulumi(["preview", "--non-interactive", ...targets]);
    for (const urn of awaitedIn(output)) found.add(urn);
  }
  return [...found];
}

/**
 * URNs of resources that the targets of a run wait for, in the engine's words (pulumi/pulumi:
 * sdk/go/common/diag/errors.go, error 2013; its "was was" is the engine's own).
 */
function awaitedIn(output: string): string[] {
  const words = /Resource '[^']+' depends on '([^']+)' which was (?:was )?not specified in --target/g;
  return [...output.matchAll(words)].map(([, urn = ""]) => urn);
}
