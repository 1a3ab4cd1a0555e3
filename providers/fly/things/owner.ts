import { DriverError, FlyctlFailure, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { from, gone, type Task } from "../kind.ts";
import { answerOf, failed, leftOver, type OneOff, remove, runOneOff } from "../release/one-off.ts";
import { clone, model, railsRunner } from "../release/rails.ts";
import type { Observation, OwnerOutput, OwnerSpec } from "../spec.ts";
import { secretsOf } from "./listed-secrets.ts";
import { machinesOf } from "./machines.ts";
import { isOwnerSecret, unstageOwner } from "./owner-secret.ts";
import { sealed } from "./sealed.ts";
import { syncSecrets } from "./secrets-version.ts";

/** The owner's account, made by a script in a one-off machine, which alone can open the password in its variables. */
export async function ensure({ spec, secrets, previous, fly }: Task<OwnerSpec>): Promise<OwnerOutput> {
  const { app, username, email, rotation } = spec;
  const { password, secretKeyBase } = secrets;
  if (password === undefined || secretKeyBase === undefined)
    throw new Error("stdin has no password, or no key to seal it with");
  const machines = await machinesOf(fly, app);
  await remove(fly, app, leftOver(machines, ["owner"]));
  const like = model(app, machines);
  // The key that the password is sealed with is one of them.
  await syncSecrets(fly, app);
  const base = clone(app, like, "owner", "owner", `setting up the account ${username}`);
  const job: OneOff = {
    ...base,
    env: {
      ...base.env,
      OWNER_USERNAME: username,
      OWNER_EMAIL: email,
      OWNER_SEALED: sealed(password, secretKeyBase),
      ...(spec.skipDns && { OWNER_SKIP_DNS: "1" }),
      // One rotation for each value of `rotation`: a password that the Owner has changed since then stays.
      ...(from(previous, "rotation") !== rotation && { OWNER_ROTATE: "1" }),
    },
    command: railsRunner("owner"),
  };
  const ended = await runOneOff(fly, job);
  if (ended.exitCode !== 0) throw refusal(fly, spec, ended.lines) ?? failed(fly, job, ended);
  // Exit code 0 means that the account exists, even when the log with the answer was lost.
  const said = answerOf(ended)?.result;
  const result = said === "created" || said === "rotated" ? said : "present";
  return { result, username, ...(rotation !== undefined && { rotation }) };
}

/** The account is removed with the database. Here only leftovers of a killed run are removed. */
export async function destroy({ spec, fly }: Task<OwnerSpec>): Promise<void> {
  try {
    await remove(fly, spec.app, leftOver(await machinesOf(fly, spec.app), ["owner"]));
    if ((await secretsOf(fly, spec.app)).some(isOwnerSecret)) await unstageOwner(fly, spec.app);
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/** Does not check the account: only Mastodon could, and that would cost a machine. */
export async function observe({ spec, fly }: Task<OwnerSpec>): Promise<Observation> {
  try {
    const left = (await secretsOf(fly, spec.app)).some(isOwnerSecret);
    return {
      exists: true,
      differences: left ? ["the owner's password is still among the app's secrets"] : [],
    };
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
    return gone(`app ${spec.app}`);
  }
}

function refusal(
  fly: Fly,
  { username, email, app }: OwnerSpec,
  lines: readonly string[],
): DriverError | undefined {
  const said = lines
    .filter((line) => /owner: |Validation failed|blocked|reserved|MX|can.t be/i.test(line))
    .slice(-3)
    .map(fly.redact);
  if (said.length === 0) return undefined;
  return new DriverError({
    what: `Mastodon does not accept ${username} <${email}> as the owner of ${app}.`,
    setIn: "mastiff:ownerUsername, mastiff:ownerEmail",
    fix: "choose another:  pulumi config set mastiff:ownerUsername <name>, mastiff:ownerEmail <address>",
    retry: retry.no,
    said,
  });
}
