/** The bucket of a community's backups, opened with what the operator has: a new stack has no key for it yet. */
import { createHash } from "node:crypto";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { cloudflareClient, type Envelope } from "../../providers/cloudflare/client.ts";
import { Bucket } from "../../providers/cloudflare/s3.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { bucketPlaceOf, settingsOf } from "../backups/of-stack.ts";
import { must } from "../pulumi.ts";
import type { ConfigValues, Stack } from "../stack.ts";

/**
 * With the operator's own key (`mastiff:backupAccessKeyId`), or with the token for Cloudflare: R2 takes a token's id
 * as the id of a key, and the SHA-256 of its value as the secret.
 *
 * @throws OperatorError when there is neither
 * @see https://developers.cloudflare.com/r2/api/tokens/#get-s3-api-credentials-from-an-api-token
 */
export async function operatorsBucket(
  stack: Stack,
  settings: CommunitySettings,
  config: ConfigValues,
): Promise<Bucket> {
  const { account, s3 } = settingsOf(settings);
  const { backupAccessKeyId: ownId } = settings;
  const place = bucketPlaceOf(settings);
  const service = s3 === undefined ? "R2" : new URL(s3.endpoint).host;
  if (ownId !== undefined && config["mastiff:backupSecretAccessKey"] === undefined)
    throw new OperatorError(
      `The secret of the key ${ownId} is in the program of ${stack.name}, and not in its config, where this command could read it.\n  set in  backupKey.secretAccessKey of the community's arguments\n  fix     name the escrow of a backup that you have:  --from <path>/<time>.escrow.gpg`,
    );
  if (ownId !== undefined) {
    const printed = await stack.pulumi(["config", "get", "mastiff:backupSecretAccessKey"]);
    return new Bucket({ ...place, service, accessKeyId: ownId, secretAccessKey: must(printed).trim() });
  }
  const token = await tokenOf(stack, config);
  const baseUrl = config["cloudflare:baseUrl"]?.value;
  const { id } = await verified(token, account, baseUrl);
  const secretAccessKey = createHash("sha256").update(token).digest("hex");
  return new Bucket({ ...place, service, accessKeyId: id, secretAccessKey });
}

/** `cloudflare:apiToken` of the config, then the environment's. */
async function tokenOf(stack: Stack, config: ConfigValues): Promise<string> {
  const { value, secret } = config["cloudflare:apiToken"] ?? {};
  const inConfig = secret ? must(await stack.pulumi(["config", "get", "cloudflare:apiToken"])).trim() : value;
  const token = inConfig ?? shell().env.CLOUDFLARE_API_TOKEN;
  if (token !== undefined && token !== "") return token;
  throw new OperatorError(
    "There is no token for Cloudflare, so the bucket of the backups cannot be read.\n  fix     export CLOUDFLARE_API_TOKEN=…   (or: pulumi config set --secret cloudflare:apiToken)\n          or name the escrow of a backup that you have:  --from <path>/<time>.escrow.gpg",
  );
}

/** A token belongs to a person or to an account, and each kind has an address of its own. */
async function verified(
  token: string,
  account: string,
  baseUrl: string | undefined,
): Promise<{ id: string }> {
  const cloud = cloudflareClient([token], baseUrl);
  const ask = (path: string) => cloud.request<Envelope<{ id: string }>>("GET", path);
  const { result } = await ask("/user/tokens/verify").catch(() => ask(`/accounts/${account}/tokens/verify`));
  return result;
}
