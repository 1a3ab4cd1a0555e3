/**
 * flyctl's environment: ours without what would change its answers (a default app, region or organisation,
 * JSON everywhere, debug output with HTTP bodies) and without what it must not see (spec, earlier outputs).
 * Set but empty variables go too: an empty FLY_ACCESS_TOKEN hides FLY_API_TOKEN.
 */
export function flyctlEnvironment(configDir: string): NodeJS.ProcessEnv {
  const hidden =
    /^(?:FLY_(?:APP|REGION|ORG|ORGANIZATION|JSON|VERBOSE|EMIT_RELEASE_JSON|TOML|CONFIG_DIR)|FLYCTL_OUTPUT_HAR|LOG_LEVEL|SPEC|SECRETS_DIGEST|IDENTITY|DRIFT|PULUMI_COMMAND_STD(?:OUT|ERR))$/;
  const kept = Object.entries(process.env).filter(
    ([name, value]) => !hidden.test(name) && !(name.startsWith("FLY_") && value === ""),
  );
  return {
    ...Object.fromEntries(kept),
    FLY_CONFIG_DIR: configDir,
    FLY_NO_UPDATE_CHECK: "1",
    FLY_NO_INCIDENTS_CHECK: "1",
    FLY_SYNTHETICS_AGENT: "0",
    FLY_SEND_METRICS: "0",
    NO_COLOR: "1",
  };
}
