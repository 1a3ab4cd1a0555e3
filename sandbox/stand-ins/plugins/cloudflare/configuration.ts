/**
 * The provider's own configuration: credentials, and the API's base URL.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/blob/v5.19.1/internal/provider.go and
 * pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_checkconfig.go
 */

import type { CheckAnswer, CheckFailure, ProviderConfiguration } from "../provider.ts";
import { equal, hasUnknown, type Properties, plain, plainProperties, Secret } from "../values.ts";

const keys = ["apiKey", "apiToken", "apiUserServiceKey", "baseUrl", "email", "userAgentOperatorSuffix"];
const secretKeys = ["apiKey", "apiToken", "apiUserServiceKey"];

/** Keys that the engine adds itself. */
const engineKeys = ["version", "pluginDownloadURL", "__internal"];

const checks: { key: string; pattern: RegExp; complaint: string }[] = [
  {
    key: "apiToken",
    pattern: /^[0-9A-Za-z\-_]{40,80}$/,
    complaint:
      "Attribute api_token API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores",
  },
  {
    key: "apiKey",
    pattern: /^[0-9A-Za-z\-_]{37,60}$/,
    complaint:
      "Attribute api_key API key must only contain characters 0-9, a-z, A-Z, hyphens and underscores",
  },
];

export const configuration: ProviderConfiguration = {
  check: (news, urn) => checkConfiguration(news, urn.split("::").at(-1) ?? ""),
  diff(olds, news) {
    const [before, after] = [plainProperties(olds), plainProperties(news)];
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => !equal(before[key], after[key]),
    );
    // An unknown value cannot be compared. In that case the provider reports no details.
    if (changed.length === 0 || hasUnknown(news)) return { changes: "unknown" };
    const detailed = changed.map((key) => {
      const kind = before[key] === undefined ? "add" : after[key] === undefined ? "delete" : "update";
      return [key, { kind, inputDiff: true }] as const;
    });
    return { changes: "unknown", detailed: Object.fromEntries(detailed) };
  },
};

/** @param name of the provider. A default provider takes its values from the stack's config. */
function checkConfiguration(news: Properties, name: string): CheckAnswer {
  const where = (key: string) =>
    name.startsWith("default")
      ? `Check \`pulumi config get cloudflare:${key}\`.`
      : `Examine values at '${name}.${key}'.`;
  const failures = [...valueFailures(news, where), ...unknownKeys(news)];
  const inputs = Object.entries(news).map(([key, value]) => {
    const hide =
      value !== undefined && secretKeys.includes(key) && !(value instanceof Secret) && !hasUnknown(value);
    return [key, hide ? new Secret(String(value)) : value] as const;
  });
  return { inputs: Object.fromEntries(inputs), failures };
}

function valueFailures(news: Properties, where: (key: string) => string): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const invalid = (key: string, reason: string) =>
    failures.push({
      property: "",
      reason: `could not validate provider configuration: ${reason}. ${where(key)}`,
    });
  for (const { key, pattern, complaint } of checks) {
    const value = news[key];
    if (value === undefined || value === null || hasUnknown(value)) continue;
    if (!pattern.test(String(plain(value)))) invalid(key, `Invalid Attribute Value. ${complaint}`);
  }
  if (news.apiKey !== undefined && news.email === undefined) {
    const text =
      'Invalid Attribute Combination. Attribute "email" must be specified when "api_key" is specified';
    invalid("apiKey", text);
  }
  return failures;
}

function unknownKeys(news: Properties): CheckFailure[] {
  return Object.keys(news)
    .filter((key) => !keys.includes(key) && !engineKeys.includes(key))
    .map((key) => ({
      property: "",
      reason:
        `\`cloudflare:${key}\` is not a valid configuration key for the cloudflare provider. If the referenced key ` +
        "is not intended for the provider, please choose a different namespace from `cloudflare:`.",
    }));
}
