import type { dynamic } from "@pulumi/pulumi";
import type { CloudClient } from "../shared/cloud-client.ts";
import { type Props, serveKinds } from "../shared/kind.ts";
import { bucketAccess } from "./bucket-access.ts";
import { cloudflareClient } from "./client.ts";
import { keptBucket } from "./kept-bucket.ts";
import { phaseRule } from "./phase-rule.ts";
import { publicHost } from "./public-host.ts";

// The provider of the classes in resources.ts. The stubs stored in state load this file when they are called,
// so changing it is not a diff.

let apiToken: string | undefined;
let endpoints: { baseUrl?: string; endpoint?: string } = {};

/** Takes token and endpoints from the stack's config. In a destroy or refresh that is the config of the last `up`. */
export async function configure({ config }: dynamic.ConfigureRequest): Promise<void> {
  apiToken = config.get("cloudflare:apiToken");
  const baseUrl = config.get("cloudflare:baseUrl");
  const { r2 } = JSON.parse(config.get("mastiff:endpoints") ?? "{}") as { r2?: string };
  endpoints = { ...(baseUrl && { baseUrl }), ...(r2 && { endpoint: r2 }) };
}

/** Makes the client only when it is needed: a bucket's key is its own credential and needs no token. */
function connect(props: Props): () => CloudClient {
  const credentials = [apiToken, process.env.CLOUDFLARE_API_TOKEN].filter((token) => token) as string[];
  return () => cloudflareClient(credentials, props.baseUrl as string | undefined);
}

export const { check, diff, create, read, update, remove } = serveKinds(
  { PhaseRule: phaseRule, BucketAccess: bucketAccess, KeptBucket: keptBucket, PublicHost: publicHost },
  connect,
  () => endpoints,
);
