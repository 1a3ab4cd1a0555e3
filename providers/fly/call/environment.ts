import { shell } from "./shell.ts";

/**
 * flyctl's environment: ours without what would change its answers (a default app, region or organisation,
 * JSON everywhere, debug output with HTTP bodies) and without what it must not see (spec, earlier outputs).
 * Set but empty variables go too: an empty FLY_ACCESS_TOKEN hides FLY_API_TOKEN.
 *
 * In CI flyctl prefers an image of that name which a Docker daemon nearby holds, and pushes that one: what is released
 * would depend on who runs it (flyctl: internal/env/env.go IsCI, internal/build/imgsrc/docker.go). So it sees neither
 * that it is in CI nor where a daemon is. A GitHub workflow's own context goes as well: flyctl sends it along.
 */
export function flyctlEnvironment(configDir: string): NodeJS.ProcessEnv {
  const hidden = [
    /^FLY_(?:APP|REGION|ORG|ORGANIZATION|JSON|VERBOSE|EMIT_RELEASE_JSON|TOML|CONFIG_DIR)$/,
    /^(?:FLYCTL_OUTPUT_HAR|LOG_LEVEL|SPEC|SECRETS_DIGEST|IDENTITY|DRIFT|PULUMI_COMMAND_STD(?:OUT|ERR))$/,
    /^(?:CI|CONTINUOUS_INTEGRATION|BUILD_NUMBER|RUN_ID|GITHUB_.*|DOCKER_.*|BUILDKIT_HOST)$/,
  ];
  const kept = Object.entries(shell().env).filter(
    ([name, value]) =>
      !hidden.some((names) => names.test(name)) && !(name.startsWith("FLY_") && value === ""),
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
