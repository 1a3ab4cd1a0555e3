import type { ProviderConfiguration } from "../provider.ts";

/**
 * Configuration of a provider that has no settings. Keys that the engine does not add itself are refused.
 *
 * @param name the package's name.
 */
export function noConfiguration(name: string): ProviderConfiguration {
  return {
    check: (news) => ({
      inputs: news,
      failures: Object.keys(news)
        .filter((key) => key !== "version" && key !== "pluginDownloadURL" && !key.startsWith("__"))
        .map((key) => ({
          property: "",
          reason:
            `\`${name}:${key}\` is not a valid configuration key for the ${name} provider. If the referenced key ` +
            `is not intended for the provider, please choose a different namespace from \`${name}:\`.`,
        })),
    }),
    diff: () => ({ changes: "none" }),
  };
}
