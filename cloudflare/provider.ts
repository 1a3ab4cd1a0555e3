import type { dynamic } from "@pulumi/pulumi";
import type { CloudClient } from "../dynamic/cloud-client.ts";
import { type Props, serveKinds } from "../dynamic/kind.ts";
import { bucketAccess } from "./bucket-access.ts";
import { cloudflareClient } from "./client.ts";
import { phaseRule } from "./phase-rule.ts";

// What the classes in resources.ts do. Their stubs, which are stored in state, load this file when they are
// called, so it may change without a diff.

let configured: { apiToken?: string; baseUrl?: string } = {};

/** Takes token and endpoint from the stack's config. In a destroy or refresh that is the config of the last `up`. */
export async function configure({ config }: dynamic.ConfigureRequest): Promise<void> {
  configured = { apiToken: config.get("cloudflare:apiToken"), baseUrl: config.get("cloudflare:baseUrl") };
}

/** Gives the client when it is needed: a bucket's key is its own credential and asks for no token. */
function connect(props: Props, isOld: boolean): () => CloudClient {
  return () => {
    const candidates = [configured.apiToken, process.env.CLOUDFLARE_API_TOKEN];
    const credentials = candidates.filter((token) => token !== undefined && token !== "") as string[];
    const given = props.baseUrl as string | undefined;
    // The state keeps the endpoint of the last real change, so what config says now goes first.
    return cloudflareClient(credentials, isOld ? (configured.baseUrl ?? given) : given);
  };
}

export const { check, diff, create, read, update, remove } = serveKinds(
  { PhaseRule: phaseRule, BucketAccess: bucketAccess },
  connect,
);
