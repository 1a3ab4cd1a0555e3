import { z } from "zod";
import { backupClasses, isOfBackup } from "../rules/backup-objects.ts";
import type { CloudClient } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { askUntil } from "../shared/waiting.ts";
import { accountId, bucketName, jurisdiction } from "./bucket-inputs.ts";
import { Bucket, type BucketKey, S3Error } from "./s3.ts";

const inputs = z.object({
  bucket: bucketName,
  accountId,
  accessKeyId: z.string().min(1, { error: "it is empty" }),
  secretAccessKey: z.string().regex(/^[0-9a-f]{64}$/, {
    error: "it is not a SHA-256 in lower-case hex (of the token's value)",
  }),
  jurisdiction,
  endpoint: z
    .url({ protocol: /^https?$/, error: (issue) => `"${issue.input}" is not a URL of an S3 API` })
    .optional(),
  timeoutSeconds: z.number().min(0).max(3600),
  keepObjects: z.boolean(),
  dispensable: z.boolean().optional(),
  forBackups: z.boolean().optional(),
});

type Inputs = z.infer<typeof inputs>;

function keyOf(inputs: Inputs): BucketKey {
  const { bucket, accessKeyId, secretAccessKey, endpoint = endpointOf(inputs) } = inputs;
  return { bucket, endpoint, accessKeyId, secretAccessKey };
}

function bucketOf(inputs: Inputs): Bucket {
  return new Bucket(keyOf(inputs));
}

/** R2's S3 API of an account (https://developers.cloudflare.com/r2/reference/data-location/). */
export function endpointOf({ accountId, jurisdiction }: Pick<Inputs, "accountId" | "jurisdiction">): string {
  const part = jurisdiction === "default" ? "" : `.${jurisdiction}`;
  return `https://${accountId}${part}.r2.cloudflarestorage.com`;
}

/**
 * Waits until the key opens the bucket; R2's documentation says up to a minute
 * (https://developers.cloudflare.com/r2/reference/consistency/). Does not wait when the refusal is permanent.
 *
 * @throws OperatorError with S3's last answer and what to do about it.
 */
async function awaitAccess(wanted: Inputs): Promise<void> {
  const bucket = bucketOf(wanted);
  const { accessKeyId, bucket: name, timeoutSeconds } = wanted;
  let isSaid = false;
  const attempt = async () => {
    const problem = await bucket.open().then(() => undefined, refusalOf);
    if (problem !== undefined && !problem.isLasting && !isSaid && timeoutSeconds > 0) {
      console.error(`${name}: waiting up to ${timeoutSeconds} s for R2 to accept its key (${problem.words})`);
      isSaid = true;
    }
    return problem;
  };
  const problem = await askUntil(
    attempt,
    (answer) => answer === undefined || answer.isLasting,
    timeoutSeconds,
  );
  if (problem === undefined) return;
  const { isLasting, words, fix } = problem;
  const waited = isLasting ? "" : ` within ${timeoutSeconds} s`;
  throw new OperatorError(
    `The key ${accessKeyId} did not open the bucket ${name}${waited}: ${words}\n` +
      `  fix     ${fix ?? "run it again; if the error persists, the token was changed: pulumi up --refresh"}`,
  );
}

/** @throws any error that is not an answer of S3's: it is an error of ours. */
function refusalOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  throw error;
}

function wordsOf(error: unknown): string {
  if (error instanceof S3Error) return error.words;
  return error instanceof Error ? error.message : String(error);
}

/**
 * Removes all objects and unfinished uploads. Reports its progress: a bucket may hold hundreds of thousands.
 *
 * @throws when somebody keeps writing to the bucket.
 */
export async function empty(bucket: Bucket, say: (line: string) => void): Promise<void> {
  let removed = 0;
  for (
    let keys = await bucket.keys(), first: string | undefined;
    keys.length > 0;
    keys = await bucket.keys()
  ) {
    if (keys[0] === first)
      throw new OperatorError(
        `${first} in ${bucket.name} reappears: is something still writing to the bucket?`,
      );
    first = keys[0];
    await bucket.delete(keys);
    removed += keys.length;
    say(`${bucket.name}: ${removed} objects removed`);
  }
  for (const upload of await bucket.uploads()) await bucket.abort(upload);
}

/** @throws when the bucket holds objects: nobody has said that they may be deleted. */
async function refuseObjects(bucket: Bucket): Promise<void> {
  if ((await bucket.keys()).length === 0) return;
  throw new OperatorError(
    `The bucket ${bucket.name} is not emptied: it contains uploads, and nobody has confirmed that the community ends.\n` +
      "  fix     to end it: pulumi config set mastiff:destroy <domain>, pulumi up (takes a last dump), then pulumi destroy\n" +
      "          to keep it: pulumi up creates again whatever a destroy has removed",
  );
}

/** @throws when the bucket holds what is no backup, under a name by which its rules would delete it. */
async function refuseOthers(bucket: Bucket): Promise<void> {
  const found = await Promise.all(backupClasses.map((name) => bucket.keys(`${name}/`)));
  const other = found.flat().find((key) => !isOfBackup(key));
  if (other === undefined) return;
  throw new OperatorError(
    `The bucket ${bucket.name} is in use: ${other} is no backup of Mastiff's, and the rules for backups would delete it.\n` +
      "  fix     name a bucket that has nothing else in it:  pulumi config set-all --path --plaintext mastiff:backup.bucket=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)",
  );
}

/** Whether the bucket or its key is gone: then nothing is left to empty, or there is no way to do it. */
function isGone(error: unknown): boolean {
  // A wrong clock is refused with 403 too, and says nothing about the bucket or the key.
  if (!(error instanceof S3Error) || error.code === "RequestTimeTooSkewed") return false;
  return error.status === 404 || error.status === 401 || error.status === 403;
}

type Outputs = Record<never, never>;

export const bucketAccess: Kind<Inputs, Outputs, () => CloudClient> = {
  inputs,
  replacedBy: ["bucket", "jurisdiction"],

  guard(state, news) {
    const [before, after] = [state, news].map((one) => `${one.bucket} (jurisdiction ${one.jurisdiction})`);
    if (before === after || state.keepObjects) return;
    throw new OperatorError(
      `The bucket would change from ${before} to ${after}, and all objects of the old one would be deleted.\n` +
        "  fix     keep it as it is; or set keepObjects first, copy the objects, then change it",
    );
  },

  async create(_cloud, wanted) {
    await awaitAccess(wanted);
    if (wanted.forBackups === true) await refuseOthers(bucketOf(wanted));
    return { id: wanted.bucket, outs: {} };
  },

  async read(_cloud, _id, state, known) {
    try {
      // A bucket of uploads has two of these resources: the second one guards what is in it.
      await known.get(`opens ${JSON.stringify(keyOf(state))}`, () => bucketOf(state).open());
      return {};
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },

  async update(_cloud, _id, state, news) {
    await awaitAccess(news);
    // The bucket of another account is another bucket, under the same name.
    if (news.forBackups === true && state.accountId !== news.accountId) await refuseOthers(bucketOf(news));
    return {};
  },

  async remove(_cloud, _id, state) {
    if (state.keepObjects) return;
    try {
      if (state.dispensable !== true) await refuseObjects(bucketOf(state));
      await empty(bucketOf(state), (line) => console.error(line));
    } catch (error) {
      if (!isGone(error)) throw error;
      console.error(`${state.bucket} was not emptied: ${wordsOf(error)}`);
    }
  },
};
