import * as pulumi from "@pulumi/pulumi";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";

/**
 * A Cloudflare client that acts for the operator, with the settings of the official provider: the token in the
 * stack's config (`cloudflare:apiToken`), then CLOUDFLARE_API_TOKEN; the base URL in `cloudflare:baseUrl`. Default:
 * Cloudflare's own API.
 *
 * @throws OperatorError when there is no token
 */
export function operatorsCloudflare(): CloudClient {
  const config = new pulumi.Config("cloudflare");
  const credentials = [config.get("apiToken"), process.env.CLOUDFLARE_API_TOKEN];
  return cloudflareClient(
    credentials.filter((token) => token !== undefined),
    cloudflareBaseUrl(),
  );
}

/** Base of Cloudflare's API, as the official provider has it; undefined: the real one. */
export function cloudflareBaseUrl(): string | undefined {
  return new pulumi.Config("cloudflare").get("baseUrl");
}
