import { shell } from "../../shared/shell.ts";

/**
 * flyctl's environment: the driver's own, without
 * - variables that change flyctl's answers (a default app, region or organisation, JSON everywhere, debug
 *   output with HTTP bodies);
 * - variables that flyctl must not see (spec, earlier outputs);
 * - FLY_* variables that are set but empty: an empty FLY_ACCESS_TOKEN hides FLY_API_TOKEN.
 *
 * In CI flyctl prefers an image of the same name in a local Docker daemon, and pushes that image, so the
 * released image would depend on who runs the release (flyctl: internal/env/env.go IsCI,
 * internal/build/imgsrc/docker.go). The variables that reveal CI or a daemon are therefore removed, and so is
 * the context of a GitHub workflow, which flyctl would send along.
 */
export function flyctlEnvironment(configDir: string): NodeJS.ProcessEnv {
  return {
    ...attachedEnvironment(),
    FLY_CONFIG_DIR: configDir,
    FLY_NO_UPDATE_CHECK: "1",
    FLY_NO_INCIDENTS_CHECK: "1",
    FLY_SYNTHETICS_AGENT: "0",
    FLY_SEND_METRICS: "0",
    NO_COLOR: "1",
  };
}

/**
 * As {@link flyctlEnvironment}, for a flyctl that a person uses (attached.ts): with the person's own config folder,
 * which may have a login, and with colours and notices as the person wants them.
 */
export function attachedEnvironment(): NodeJS.ProcessEnv {
  const hidden = [
    /^FLY_(?:APP|REGION|ORG|ORGANIZATION|JSON|VERBOSE|EMIT_RELEASE_JSON|TOML)$/,
    /^(?:FLYCTL_OUTPUT_HAR|LOG_LEVEL|SPEC|SECRETS_DIGEST|IDENTITY|DRIFT|PULUMI_COMMAND_STD(?:OUT|ERR))$/,
    /^(?:CI|CONTINUOUS_INTEGRATION|BUILD_NUMBER|RUN_ID|GITHUB_.*|DOCKER_.*|BUILDKIT_HOST)$/,
  ];
  const kept = Object.entries(shell().env).filter(
    ([name, value]) =>
      !hidden.some((names) => names.test(name)) && !(name.startsWith("FLY_") && value === ""),
  );
  return Object.fromEntries(kept);
}
