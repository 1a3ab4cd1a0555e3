import type { dynamic } from "@pulumi/pulumi";
import type { CloudClient } from "../shared/cloud-client.ts";
import { type Props, serveKinds } from "../shared/kind.ts";
import { KnownAnswers } from "../shared/known-answers.ts";
import { bucketAccess } from "./bucket-access.ts";
import { cloudflareClient } from "./client.ts";
import { keptBucket } from "./kept-bucket.ts";
import { phaseRule } from "./phase-rule.ts";
import { publicHost } from "./public-host.ts";

// The provider of the classes in resources.ts. The stubs stored in state load this file when they are called,
// so changing it is not a diff.

let apiToken: string | undefined;
let base: { baseUrl?: string } = {};
let s3: { endpoint?: string } = {};
const known = new KnownAnswers();

/**
 * Takes token and endpoints from the stack's config. In a destroy or refresh that is the config of the last `up`. The
 * plugin calls this once, at the start of an operation.
 */
export async function configure({ config }: dynamic.ConfigureRequest): Promise<void> {
  known.clear();
  apiToken = config.get("cloudflare:apiToken");
  const baseUrl = config.get("cloudflare:baseUrl");
  const { r2 } = JSON.parse(config.get("mastiff:endpoints") ?? "{}") as { r2?: string };
  base = { ...(baseUrl && { baseUrl }) };
  s3 = { ...(r2 && { endpoint: r2 }) };
}

/** Makes the client only when it is needed: a bucket's key is its own credential and needs no token. */
function connect(props: Props): () => CloudClient {
  // The token of an explicit provider replaces that of the config, which may be for another account.
  const tokens = [props.apiToken ?? apiToken, process.env.CLOUDFLARE_API_TOKEN];
  const credentials = tokens.filter((token) => token) as string[];
  return () => cloudflareClient(credentials, props.baseUrl as string | undefined);
}

/** Without the config's base URL where the token is an explicit provider's: it is for that provider's address alone. */
function today(state: Props): Props {
  return state.apiToken === undefined ? { ...base, ...s3 } : s3;
}

export const { check, diff, create, read, update, remove } = serveKinds(
  { PhaseRule: phaseRule, BucketAccess: bucketAccess, KeptBucket: keptBucket, PublicHost: publicHost },
  connect,
  today,
  known,
);
