import { readFileSync } from "node:fs";
import { AwsV4Signer } from "aws4fetch";
import * as argv from "../call/argv.ts";
import { direct } from "../call/direct.ts";
import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { say } from "../call/progress.ts";
import { from, type Task } from "../kind.ts";
import type { DumpOutput, DumpSpec, Observation } from "../spec.ts";
import { secretsOf } from "../things/listed-secrets.ts";
import { imageOf, isGone, type Machine, machinesOf, sharedSize } from "../things/machines.ts";
import { stage } from "../things/secrets.ts";
import { answerOf, type Ended, failed, finish, leftOver, type OneOff, remove, runOneOff } from "./one-off.ts";

/**
 * The last dump, before a community ends.
 *
 *   one-off in the web app ─► pg_dump into its own disk ─► table of contents read back ─► one PUT to R2
 *
 * The image is that of the database's machines: Mastodon's has only libpq (mastodon: Dockerfile), and pg_dump must
 * not be older than its server. The app is the web app, which has DATABASE_URL; in the database's own app,
 * the cluster would take a further machine for a member. A presigned URL, valid for this one object, opens
 * the bucket. The job gets it as a secret of the app that is unset right after, like the Owner's password.
 */
const secret = "MASTIFF_DUMP_URL";
const job = "dump";

/**
 * R2's longest validity of a presigned URL: dumping a large database takes long
 * (developers.cloudflare.com/r2/api/s3/presigned-urls).
 */
const week = 7 * 86_400;

/** The dump is taken once: when the last ensure took it, its output is returned again. */
export async function ensure({ spec, secrets, previous, fly }: Task<DumpSpec>): Promise<DumpOutput> {
  const { app, server, bucket } = spec;
  if (typeof from(previous, "key") === "string" && from(previous, "bucket") === bucket)
    return previous as DumpOutput;
  const { accessKeyId, secretAccessKey } = secrets;
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error("stdin has no key");
  const [before, servers] = await Promise.all([machinesOf(fly, app), machinesOf(fly, server)]);
  try {
    for (const machine of leftOver(before, [job])) {
      say("database", "dumping: an earlier run started this, waiting for it to end");
      const ended = await finish(fly, app, machine.id);
      const key = machine.config?.env?.MASTIFF_DUMP_KEY;
      if (ended.exitCode === 0 && key !== undefined) return taken(bucket, key, ended);
    }
    const key = `${server}-${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.dump`;
    const url = new URL(`${spec.bucketUrl}/${key}`);
    url.searchParams.set("X-Amz-Expires", String(week));
    const signer = new AwsV4Signer({
      url: url.href,
      method: "PUT",
      accessKeyId,
      secretAccessKey,
      service: "s3",
      region: "auto",
      signQuery: true,
    });
    await stage(fly, app, { [secret]: (await signer.sign()).url.href });
    const wanted = oneOff(app, servers, key);
    const ended = await runOneOff(fly, wanted);
    if (ended.exitCode !== 0) throw failed(fly, wanted, ended);
    return taken(bucket, key, ended);
  } finally {
    if (!fly.stopped) await unset(fly, app);
  }
}

/** The dump stays, as it should. Only the leftovers of a killed run are removed. */
export async function destroy({ spec, fly }: Task<DumpSpec>): Promise<void> {
  try {
    await remove(fly, spec.app, leftOver(await machinesOf(fly, spec.app), [job]));
    await unset(fly, spec.app);
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "absent") throw error;
  }
}

/** Always in sync: only the bucket knows what it holds, and it is not asked. */
export async function observe(): Promise<Observation> {
  return { exists: true, differences: [] };
}

function oneOff(app: string, servers: readonly Machine[], key: string): OneOff {
  const server = servers.find((one) => !isGone(one));
  if (server === undefined) throw new Error("the database has no machine: there is nothing to dump from");
  const script = readFileSync(new URL("../scripts/dump.sh", import.meta.url), "utf8");
  return {
    app,
    job,
    region: server.region,
    image: imageOf(server),
    size: sharedSize(1024),
    sizedBy: undefined,
    env: { MASTIFF_DUMP_KEY: key },
    command: direct(["sh", "-c", script]),
    subject: "database",
    doing: "taking the final dump",
  };
}

function taken(bucket: string, key: string, ended: Ended): DumpOutput {
  const answer = answerOf(ended) ?? {};
  const number = (name: string) => (typeof answer[name] === "number" ? (answer[name] as number) : null);
  return { bucket, key, bytes: number("bytes"), entries: number("entries"), users: number("users") };
}

async function unset(fly: Fly, app: string): Promise<void> {
  const isThere = (await secretsOf(fly, app)).some((one) => one.name === secret);
  if (isThere) await fly.repeatable(argv.secretsUnset(app, [secret]), { app });
}
