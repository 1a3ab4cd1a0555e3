/** A bucket on an S3 server, and a key for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import pRetry from "p-retry";
import { isExecutable, onPath } from "../../sandbox/toolchain/executables.ts";
import { cache } from "../../sandbox/toolchain/paths.ts";
import { type LocalClouds, operator } from "../clients/local-clouds.ts";
import { freePort } from "./free-port.ts";

/** A bucket that a test looks into. */
export interface Bucket {
  /** Path-style, without a slash at the end. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Its keys, sorted. */
  keys(): Promise<string[]>;
  read(key: string): Promise<Buffer>;
  write(key: string, contents: string | Buffer): Promise<void>;
  /** A URL that reads an object, valid for a minute from `at` on. */
  presigned(key: string, at?: Date): Promise<string>;
  remove(key: string): Promise<void>;
  /** Number of multipart uploads that are neither completed nor aborted. */
  openUploads(): Promise<number>;
}

/** A bucket that keeps what is overwritten and deleted. */
export interface VersionedBucket extends Bucket {
  /** Takes away the mark by which the bucket hides an object that was deleted. */
  undelete(key: string): Promise<void>;
}

/**
 * A run of the script takes longer than servers keep an idle connection, which may be closed just as it is used again.
 * p-retry repeats what met no answer, and no refusal.
 */
const again = {
  retries: 3,
  minTimeout: 100,
  shouldRetry: ({ error }: { error: Error }) => error.message === "fetch failed",
};

/** Makes the bucket in the local R2, with a token for this bucket alone. */
export async function bucketInR2(clouds: LocalClouds, name: string): Promise<Bucket> {
  const account = `/accounts/${operator.accountId}`;
  const ask = (path: string, body: object) =>
    pRetry(() => clouds.ask("cloudflare", "POST", `${account}/${path}`, body), again);
  await ask("r2/buckets", { name });
  const resources = { [`com.cloudflare.edge.r2.bucket.${operator.accountId}_default_${name}`]: "*" };
  // Workers R2 Storage Bucket Item Write.
  const permission_groups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];
  const policies = [{ effect: "allow", permission_groups, resources }];
  const { result } = await ask("tokens", { name, policies });
  const secretAccessKey = createHash("sha256").update(result.value).digest("hex");
  return bucketAt(`${clouds.r2Url}/${name}`, "auto", { accessKeyId: result.id, secretAccessKey });
}

function bucketAt(
  url: string,
  region: string,
  key: { accessKeyId: string; secretAccessKey: string },
): Bucket {
  const client = new AwsClient({ ...key, service: "s3", region });
  const send = async (method: string, path: string, body?: string | Buffer) => {
    const ask = () => client.fetch(`${url}${path}`, { method, ...(body !== undefined && { body }) });
    const answer = await pRetry(ask, again);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer());
  };
  const found = async (path: string, pattern: RegExp) =>
    [...(await send("GET", path)).toString().matchAll(pattern)].map((match) => match[1] ?? "");
  return {
    url,
    region,
    ...key,
    keys: () => found("/?list-type=2", /<Key>([^<]*)<\/Key>/g),
    read: (name) => send("GET", `/${name}`),
    write: async (name, contents) => {
      await send("PUT", `/${name}`, contents);
    },
    async presigned(name, at = new Date()) {
      const datetime = at.toISOString().replace(/[:-]|\.\d{3}/g, "");
      const lasting = `${url}/${name}?X-Amz-Expires=60`;
      return (await client.sign(lasting, { aws: { signQuery: true, datetime } })).url;
    },
    remove: async (name) => {
      await send("DELETE", `/${name}`);
    },
    openUploads: async () => (await found("/?uploads=", /<UploadId>([^<]*)<\/UploadId>/g)).length,
  };
}

/** Another S3 server than ours, which checks signatures in code that we did not write. */
const gateway = { name: "versitygw", version: "1.8.0" };

/** Where versitygw is: on the PATH, or built into the toolchain's cache. Undefined: nowhere. */
export function findGateway(): string | undefined {
  const built = join(cache, `${gateway.name}-${gateway.version}`, gateway.name);
  return [...onPath(gateway.name), built].find(isExecutable);
}

/** How to get it. */
export const gatewayAdvice =
  `${gateway.name} is neither on PATH nor in the toolchain's cache: ` +
  `GOBIN=${join(cache, `${gateway.name}-${gateway.version}`)} ` +
  `go install github.com/versity/versitygw/cmd/versitygw@v${gateway.version}`;

/** Starts the gateway over a folder, and makes a bucket in it, which has versions. */
export async function bucketInGateway(
  program: string,
  folder: string,
  name: string,
): Promise<VersionedBucket & { stop(): Promise<void> }> {
  const [files, facts, versions] = [join(folder, "files"), join(folder, "facts"), join(folder, "versions")];
  for (const path of [folder, files, facts, versions]) mkdirSync(path);
  const port = await freePort();
  // A secret with what a configuration file of curl has to quote.
  const key = { accessKeyId: "backups", secretAccessKey: 'gate"way\\secret/+=' };
  const posix = ["posix", "--sidecar", facts, "--versioning-dir", versions, files];
  const server = spawn(program, ["--port", `127.0.0.1:${port}`, ...posix], {
    env: { ROOT_ACCESS_KEY_ID: key.accessKeyId, ROOT_SECRET_ACCESS_KEY: key.secretAccessKey },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const region = "us-east-1";
  const bucket = bucketAt(`http://127.0.0.1:${port}/${name}`, region, key);
  const client = new AwsClient({ ...key, service: "s3", region, retries: 0 });
  try {
    const made = await pRetry(() => client.fetch(bucket.url, { method: "PUT" }), { retries: 8 });
    if (!made.ok) throw new Error(`the gateway makes no bucket: ${made.status} ${await made.text()}`);
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    const kept = await client.fetch(`${bucket.url}?versioning=`, { method: "PUT", body });
    if (!kept.ok) throw new Error(`the bucket gets no versions: ${kept.status} ${await kept.text()}`);
  } catch (error) {
    await end(server);
    throw error;
  }
  const undelete = async (key: string) => {
    const listed = await (await client.fetch(`${bucket.url}?versions=&prefix=${key}`)).text();
    const marks = listed.match(/<DeleteMarker>.*?<\/DeleteMarker>/gs) ?? [];
    const mark = marks.find((one) => one.includes(`<Key>${key}</Key>`));
    const id = /<VersionId>([^<]*)/.exec(mark ?? "")?.[1];
    if (id === undefined) throw new Error(`${key} was not deleted: ${listed}`);
    await bucket.remove(`${key}?versionId=${id}`);
  };
  return { ...bucket, undelete, stop: () => end(server) };
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  await exited;
}
