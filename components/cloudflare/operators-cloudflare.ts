import type { Provider } from "@pulumi/cloudflare/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import type { CloudflareReach } from "../../providers/cloudflare/resources.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { knownValue } from "../stack/known-value.ts";

/** How the operator reaches Cloudflare. */
export interface OperatorsCloudflare {
  /**
   * Makes a client for looks at Cloudflare. Undefined in a preview that cannot know the token or the base URL:
   * then nothing is looked at.
   *
   * @throws OperatorError when there is no token
   */
  connect: (() => CloudClient) | undefined;
  /** The same way for Mastiff's own resources. Has a token only where an explicit provider has one. */
  reach: CloudflareReach;
}

/**
 * The way to Cloudflare of the official resources of a component, so that Mastiff's own calls and resources go the
 * same way.
 *
 * - With an explicit provider (`provider`, `providers`, or that of a parent): its `apiToken`, then
 *   CLOUDFLARE_API_TOKEN; its `baseUrl`. API keys (`apiKey`, `apiUserServiceKey`) are not supported.
 * - Else with the settings of the stack's config: `cloudflare:apiToken`, then CLOUDFLARE_API_TOKEN;
 *   `cloudflare:baseUrl`.
 *
 * The default base URL is that of Cloudflare's own API.
 */
export async function operatorsCloudflare(component: pulumi.Resource): Promise<OperatorsCloudflare> {
  const provider: Partial<Provider> | undefined = component.getProvider("cloudflare:index/provider:Provider");
  const environment = process.env.CLOUDFLARE_API_TOKEN;
  if (provider === undefined) {
    const config = new pulumi.Config("cloudflare");
    const baseUrl = config.get("baseUrl");
    return {
      connect: () => cloudflareClient(present([config.get("apiToken"), environment]), baseUrl),
      reach: { ...(baseUrl !== undefined && { baseUrl }) },
    };
  }
  const [token, base] = await Promise.all([settingOf(provider.apiToken), settingOf(provider.baseUrl)]);
  const reach = {
    ...(token.input !== undefined && { apiToken: token.input }),
    ...(base.input !== undefined && { baseUrl: base.input }),
  };
  const isKnown = token.isKnown && base.isKnown;
  // A token that the provider has is the only one: CLOUDFLARE_API_TOKEN may be for another account.
  const connect = () => cloudflareClient(present([token.value ?? environment]), base.value);
  return { connect: isKnown ? connect : undefined, reach };
}

/** A setting of an explicit provider. */
interface Setting {
  isKnown: boolean;
  /** Undefined: not set, or not known in this preview. */
  value?: string | undefined;
  /** For resources, with the provider as what it depends on. Undefined: not set. */
  input?: pulumi.Output<string>;
}

async function settingOf(output: pulumi.Output<string | undefined> | undefined): Promise<Setting> {
  const known = await knownValue(pulumi.output(output).apply((value) => ({ value: value || undefined })));
  if (known !== undefined && known.value === undefined) return { isKnown: true };
  return { isKnown: known !== undefined, value: known?.value, input: output as pulumi.Output<string> };
}

function present(tokens: readonly (string | undefined)[]): string[] {
  return tokens.filter((token) => token !== undefined);
}
