/**
 * The image of rclone, of which `copy` between two buckets is modelled: remotes and keys are variables, and files that
 * the second bucket does not have are copied (rclone.org/commands/rclone_copy).
 */
import { findBucket, objectBytes } from "../cloudflare/r2.ts";
import type { StoredObject } from "../cloudflare/state.ts";
import type { Behaviour, Outcome, Situation } from "./behaviour.ts";
import { askBucket, type BucketAccess } from "./s3-request.ts";

/** How long a run takes on the real Fly, in milliseconds, when there is little to copy. */
const runMs = 8_000;

export const rclone: Behaviour = {
  plan: () => ({ kind: "job", milliseconds: runMs }),
  boot(seen) {
    const [program, verb, from = "", to = "", ...flags] = seen.argv;
    if (program === "rclone" && verb === "copy") return copy(seen, from, to, flags);
    return { lines: [`Error: unknown command "${verb ?? ""}" for "rclone"`], exit: 2 };
  },
  sockets: () => [],
};

function copy(seen: Situation, from: string, to: string, flags: readonly string[]): Outcome {
  const { world } = seen;
  const [source, target] = [remote(seen, from), remote(seen, to)];
  for (const one of [source, target]) {
    const fault = listFault(seen, one);
    if (fault !== undefined) return { lines: [`ERROR : error reading root directory: ${fault}`], exit: 3 };
  }
  const uploads = objectsOf(seen, source.bucket);
  const copies = objectsOf(seen, target.bucket);
  const wanted = Object.entries(uploads).filter(([key]) => !isExcluded(key, flags));
  const changed = wanted.filter(([key, { etag }]) => (copies[key]?.etag ?? etag) !== etag);
  const missing = wanted.filter(([key]) => copies[key] === undefined);
  for (const [key, object] of missing) askBucket(world, target, "PUT", `/${key}`, objectBytes(object));
  const done = `NOTICE: ${missing.length} / ${missing.length}, 100%`;
  if (changed.length === 0 || !flags.includes("--immutable")) return { lines: [done], exit: 0 };
  const refused = "Source and destination exist but do not match: immutable file modified";
  return { lines: [...changed.map(([key]) => `ERROR : ${key}: ${refused}`), done], exit: 1 };
}

/** Filters of the form `--exclude /folder/**`, of which there may be several (rclone.org/filtering). */
function isExcluded(key: string, flags: readonly string[]): boolean {
  return flags.some((flag, at) => {
    const [, folder] = /^\/(.+\/)\*\*$/.exec(flags[at + 1] ?? "") ?? [];
    return flag === "--exclude" && folder !== undefined && key.startsWith(folder);
  });
}

function objectsOf({ world }: Situation, bucket: string): Record<string, StoredObject> {
  return findBucket(world, bucket)?.objects ?? {};
}

/** `name:bucket`, with the options of the remote in variables. */
function remote({ env }: Situation, place: string): BucketAccess & { bucket: string } {
  const [name = "", bucket = ""] = place.split(":");
  const option = (of: string) => env[`RCLONE_CONFIG_${name.toUpperCase()}_${of}`] ?? "";
  return {
    bucket,
    url: `${option("ENDPOINT")}/${bucket}`,
    region: option("REGION"),
    keyId: option("ACCESS_KEY_ID"),
    keySecret: option("SECRET_ACCESS_KEY"),
  };
}

/** Why a bucket cannot be listed; undefined: it can. */
function listFault({ world }: Situation, access: BucketAccess): string | undefined {
  const answer = askBucket(world, access, "GET", "?list-type=2");
  if (answer === undefined) return "no such host";
  return answer.refusal && `${answer.refusal.code}: ${answer.refusal.message}`;
}
