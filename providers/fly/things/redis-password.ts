import { createHash } from "node:crypto";
import { execIn } from "../call/exec.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import type { Task } from "../kind.ts";
import type { Observation, RedisPasswordOutput, RedisPasswordSpec } from "../spec.ts";
import { machineOf } from "./redis.ts";

/**
 * A second password of a Redis of kind `own`, besides the one that Redis was started with, so that machines
 * can move from one to the other. A Redis user may have several passwords (redis.io/docs, ACL SETUSER). The
 * command contains only the SHA-256 of the password. The second password is valid until Redis restarts; by
 * then `redis-restart` has made it the password that Redis starts with.
 */
export async function ensure({ spec, secrets, fly }: Task<RedisPasswordSpec>): Promise<RedisPasswordOutput> {
  const { password } = secrets;
  if (password === undefined) throw new Error("stdin has no password");
  const machine = await machineOf(fly, spec.app);
  if (machine === undefined) throw new Error(`Redis ${spec.app} has no machine`);
  say("Redis", "adding a further password");
  const digest = createHash("sha256").update(password).digest("hex");
  await acl(fly, spec.app, machine.id, `#${digest}`);
  return { digest };
}

/** Does nothing: Redis forgot this password when it restarted with the successor as its only password. */
export async function destroy(): Promise<void> {}

/** Reports no drift: only Redis knows its passwords. Without this password a release fails. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}

/** @throws with Redis' answer, when the answer is not OK. */
async function acl(fly: Fly, app: string, machine: string, rule: string): Promise<void> {
  const command = `sh -c 'redis-cli --no-auth-warning -a "$REDIS_PASSWORD" ACL SETUSER default "${rule}"'`;
  const { stdout, stderr } = await execIn(fly, app, machine, command);
  if (stdout.trim() !== "OK")
    throw new Error(`Redis does not accept a further password: ${stdout}${stderr}`.trim());
}
