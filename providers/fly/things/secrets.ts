import { secretProblem, wayOf } from "../../rules/secret-values.ts";
import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { from, gone, type Task } from "../kind.ts";
import type { Observation, SecretsOutput, SecretsSpec } from "../spec.ts";
import { keptKeys, refuseOtherKeys } from "./kept-keys.ts";
import { type Secret, secretsOf } from "./listed-secrets.ts";
import { isIntact, reseal, type Sealed } from "./seal.ts";

/**
 * The secrets of one app, all staged: the next release applies them together, whereas an unstaged set would
 * restart every machine by itself.
 *
 * Values cannot be read back, digests can. After each ensure the app has a seal (seal.ts) over all digests: a
 * later look, even without state, notices that somebody else has changed a value.
 */

export async function ensure({ spec, secrets, previous, fly }: Task<SecretsSpec>): Promise<SecretsOutput> {
  const { app, names } = spec;
  for (const name of names) checkName(name);
  const missing = names.filter((name) => secrets[name] === undefined);
  if (missing.length > 0) throw new Error(`stdin has no value for ${missing.join(", ")}`);
  const values = Object.fromEntries(names.map((name) => [name, secrets[name] ?? ""]));
  const kept = keptKeys(spec, values);
  if (kept !== undefined) refuseOtherKeys(spec, await secretsOf(fly, app), kept);
  say(app, `staging ${names.length} secrets`);
  await stage(fly, app, values);

  const before = Object.keys(Object(from(previous, "digests") ?? {}));
  const unwanted = before.filter((name) => !names.includes(name));
  const live = await secretsOf(fly, app);
  const digests = digestsOf(live, names);
  await reseal(fly, app, live, [sealed(digests), ...(kept === undefined ? [] : [kept])], unwanted);
  return { digests };
}

export async function destroy({ spec, previous, fly }: Task<SecretsSpec>): Promise<void> {
  const { app } = spec;
  try {
    const ours = new Set([...spec.names, ...Object.keys(Object(from(previous, "digests") ?? {}))]);
    const names = (await secretsOf(fly, app))
      .map((secret) => secret.name)
      .filter((name) => ours.has(name) || /^MASTIFF_(KEYS_)?SEAL_/.test(name));
    if (names.length > 0) await fly.repeatable(argv.secretsUnset(app, names), { app });
  } catch (error) {
    // The secrets are removed with their app.
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

export async function observe({ spec, previous, fly }: Task<SecretsSpec>): Promise<Observation> {
  let live: Secret[];
  try {
    live = await secretsOf(fly, spec.app);
  } catch (error) {
    if (error instanceof FlyctlFailure && error.reason === "absent") return gone(`app ${spec.app}`);
    throw error;
  }
  const known: Record<string, unknown> = Object(from(previous, "digests") ?? {});
  const differences: string[] = [];
  for (const name of [...spec.names].sort()) {
    const secret = live.find((one) => one.name === name);
    if (secret === undefined) differences.push(`secret ${name} is missing`);
    else if (known[name] !== undefined && known[name] !== secret.digest)
      differences.push(`secret ${name} was changed by somebody else`);
  }
  const digests = Object.fromEntries(live.map((secret) => [secret.name, secret.digest]));
  const wanted = Object.fromEntries(spec.names.map((name) => [name, digests[name] ?? ""]));
  const seal = sealed(wanted);
  if (differences.length === 0 && !isIntact(live, seal))
    differences.push("a secret was changed by somebody else");
  return { exists: true, differences };
}

/** Passes the values to flyctl by stdin: in one import if import can carry them, else one by one. */
export async function stage(fly: Fly, app: string, values: Readonly<Record<string, string>>): Promise<void> {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  // Check all values before staging any: otherwise the next release would apply only half of the secrets.
  const lines = sorted.map(([name, value]) => importLine(name, value));
  for (const [i, [name, value]] of sorted.entries()) {
    if (lines[i] === undefined) await fly.repeatable(argv.secretsSet(app, name), { app, stdin: value });
  }
  const together = lines.filter((line) => line !== undefined);
  if (together.length > 0)
    await fly.repeatable(argv.secretsImport(app), { app, stdin: `${together.join("\n")}\n` });
}

/**
 * The entry for a value in a `secrets import`; undefined when the value needs a `set N=-` of its own.
 * @throws when neither way keeps the value unchanged.
 */
export function importLine(name: string, value: string): string | undefined {
  const problem = secretProblem(name, value);
  if (problem !== undefined) throw new Error(`secret ${name}: the value ${problem}`);
  const way = wayOf(name, value);
  if (way === "alone") return undefined;
  const quotes = way === "block" ? '"""' : '"';
  return `${name}=${quotes}${value}${quotes}`;
}

function checkName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`"${name}" is not a valid name for a variable`);
}

/** @throws when Fly does not list a secret that it just accepted: exit 0 is not always success. */
function digestsOf(live: readonly Secret[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const secret = live.find((one) => one.name === name);
      if (secret === undefined) throw new Error(`Fly accepted the secrets, but does not list ${name}`);
      return [name, secret.digest];
    }),
  );
}

/** The seal over the digests. */
function sealed(digests: Readonly<Record<string, string>>): Sealed {
  const text = JSON.stringify(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { prefix: "MASTIFF_SEAL_", text };
}
