import * as pulumi from "@pulumi/pulumi";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";

/**
 * A Cloudflare client with the operator's token. Token and base URL are those of the official provider, from
 * the stack's config or the environment.
 *
 * @throws OperatorError when there is no token
 */
export function operatorsCloudflare(): CloudClient {
  const config = new pulumi.Config("cloudflare");
  const credentials = [config.get("apiToken"), process.env.CLOUDFLARE_API_TOKEN];
  return cloudflareClient(
    credentials.filter((token) => token !== undefined),
    config.get("baseUrl"),
  );
}
