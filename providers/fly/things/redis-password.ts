import { createHash } from "node:crypto";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { Observation, RedisPasswordOutput, RedisPasswordSpec } from "../spec.ts";
import { machineOf } from "./redis.ts";

/**
 * A further password of an own Redis, beside the one that it was started with, so that machines may go over from one
 * to the other. Redis' users may have several (redis.io/docs, ACL SETUSER); given as a SHA-256, the password itself
 * is in no command. It holds until Redis starts again: by then `redis-restart` has made it the one that is started with.
 */
export async function ensure({ spec, secrets, fly }: Task<RedisPasswordSpec>): Promise<RedisPasswordOutput> {
  const { password } = secrets;
  if (password === undefined) throw new Error("stdin has no password");
  const machine = await machineOf(fly, spec.app);
  if (machine === undefined) throw new Error(`Redis ${spec.app} has no machine`);
  say("Redis", "letting a further password in");
  const digest = createHash("sha256").update(password).digest("hex");
  await acl(fly, spec.app, machine.id, `#${digest}`);
  return { digest };
}

/** Nothing: the start that made its successor the only password has forgotten this one. */
export async function destroy(): Promise<void> {}

/** Only Redis could say; a release that fails does. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}

/** @throws with what Redis said, when it is not OK. */
async function acl(fly: Fly, app: string, machine: string, rule: string): Promise<void> {
  const command = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" ACL SETUSER default "${rule}"'`;
  const { stdout, stderr } = await execIn(fly, app, machine, command);
  if (stdout.trim() !== "OK")
    throw new Error(`Redis does not take a further password: ${stdout}${stderr}`.trim());
}
