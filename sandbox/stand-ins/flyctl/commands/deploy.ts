/** `deploy`. Source: superfly/flyctl internal/command/deploy/deploy.go, deploy_build.go. */
import type { Data } from "../api/graphql.ts";
import { loadConfigIfPresent, requireAppName } from "../app-name.ts";
import { deployMachines } from "../deploy/deploy.ts";
import { appUrl } from "../deploy/dns.ts";
import type { AppConfig } from "../fly-toml/load.ts";
import { remoteConfig } from "../fly-toml/remote.ts";
import { validate } from "../fly-toml/validate.ts";
import { parseDuration } from "../go/duration.ts";
import { FlyError, messageOf, wrap } from "../go/errors.ts";
import { type Image, refuseBuild, resolveImage } from "../images.ts";
import { filesOfFlags } from "../machine-flags.ts";
import { type Command, type Run, warnLabel } from "../run.ts";
import { requireSession } from "../session.ts";
import { guestOfFlags } from "../sizes.ts";

const secretLike = ["KEY", "PRIVATE", "DATABASE_URL", "PASSWORD", "SECRET"];
const notSecret = ["AWS_ACCESS_KEY_ID", "TIGRIS_ACCESS_KEY_ID"];

async function deploy(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  for (const flag of ["export-manifest", "from-manifest", "build-only"]) {
    if (run.has(flag)) throw new FlyError(`'flyctl deploy --${flag}' is not served by the stand-in flyctl`);
  }
  const config = await determineConfig(run, appName);
  const app = await run.flaps.send("GET", `/apps/${encodeURIComponent(appName)}`);
  for (const name of Object.keys(config.sections.env ?? {}).sort()) {
    if (notSecret.includes(name) || !secretLike.some((part) => name.includes(part))) continue;
    run.warn(
      `${warnLabel} ${name} may be a potentially sensitive environment variable. Consider setting it as a secret, and removing it from the [env] section: https://fly.io/docs/apps/secrets/\n`,
    );
  }
  const image = await findImage(run, app, config);
  run.print(`\nWatch your deployment at https://fly.io/apps/${appName}/monitoring\n`);
  const ips = run.bool("flycast") ? "private" : run.bool("no-public-ips") ? "none" : "public";
  applyFlags(run, config);
  await deployMachines(run, {
    app,
    config,
    image: image.tag,
    buildId: image.buildId,
    skipSmokeChecks: run.bool("detach") || !run.bool("smoke-checks"),
    skipHealthChecks: run.bool("detach"),
    skipDnsChecks: run.bool("detach") || !run.bool("dns-checks"),
    skipReleaseCommand: run.bool("skip-release-command"),
    waitTimeoutMs: timeout(run, "wait-timeout") ?? ofConfig(config, "wait_timeout"),
    releaseCommandTimeoutMs:
      timeout(run, "release-command-timeout") ?? ofConfig(config, "release_command_timeout"),
    leaseTimeoutMs: timeout(run, "lease-timeout"),
    guest: guestOfFlags(run),
    highAvailability: run.bool("ha"),
    updateOnly: run.bool("update-only"),
    allocateIps: ips,
    volumeInitialSize: run.int("volume-initial-size"),
    maxConcurrent: Math.max(1, run.int("max-concurrent")),
    filters: {
      regions: names(run, "regions"),
      excludeRegions: names(run, "exclude-regions"),
      onlyMachines: names(run, "only-machines"),
      excludeMachines: names(run, "exclude-machines"),
      processGroups: names(run, "process-groups"),
    },
  });
  const url = appUrl(config.sections, appName);
  if (url !== undefined && ips === "public") run.print(`\nVisit your newly deployed app at ${url}\n`);
  else if (ips === "private") {
    run.print(
      `\nYour your newly deployed app is available in the organizations' private network under http://${appName}.flycast`,
    );
  } else if (ips === "none") {
    run.print("\nYour app is deployed but does not have a public or private IP address");
  }
}

async function determineConfig(run: Run, appName: string): Promise<AppConfig> {
  run.warn("==> Verifying app config");
  let config = loadConfigIfPresent(run);
  if (config === undefined) {
    try {
      config = await remoteConfig(run, appName);
    } catch (error) {
      if (!messageOf(error).includes("Could not find App")) throw error;
      throw new FlyError(
        `the app name ${appName} could not be found, did you create the app or misspell it in the fly.toml file or via -a?`,
      );
    }
  }
  const pairs = run.list("env").map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) throw new FlyError(`failed parsing environment: '${pair}': must be in the format NAME=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  if (pairs.length > 0) config.sections.env = { ...config.sections.env, ...Object.fromEntries(pairs) };
  config.appName = appName;
  config.sections.app = appName;
  const verdict = validate(config);
  run.out(verdict.text);
  if (!verdict.valid) throw new FlyError("App configuration is not valid");
  const { strategy, max_unavailable: share } = (config.sections.deploy ?? {}) as Data;
  if (share !== undefined && strategy !== "rolling" && strategy !== "canary" && !run.settings.json) {
    run.print(`Warning: max-unavailable set for non-rolling strategy '${strategy ?? ""}', ignoring`);
  }
  run.warn("--> Verified app config");
  return config;
}

/** If the search fails, it is repeated "without WireGuard", according to the default flags. */
async function findImage(run: Run, app: Data, config: AppConfig): Promise<Image> {
  const search = async () => {
    run.warn("==> Building image");
    const slug: string = app.organization?.slug ?? "";
    await run.uiex.send(`failed to get organization ${slug}`, "GET", `/organizations/${slug}`);
    const reference: string = run.string("image") || (config.sections.build?.image ?? "");
    if (reference === "") return refuseBuild(run, config.appName, config.sections.build ?? {});
    return resolveImage(run, config.appName, reference);
  };
  try {
    try {
      return await search();
    } catch (error) {
      const again = run.bool("wg") && run.bool("https-failover");
      if (!again && !messageOf(error).includes("Could not find App")) throw error;
      return await search();
    }
  } catch (error) {
    throw wrap("failed to fetch an image or build from source", error);
  }
}

/** Applies the flags that change the config and so the config that is stored with the release. */
function applyFlags(run: Run, config: AppConfig): void {
  const { sections } = config;
  if (run.string("strategy") !== "")
    sections.deploy = { ...sections.deploy, strategy: run.string("strategy") };
  if (run.has("max-unavailable")) {
    const share = Number(run.string("max-unavailable"));
    if (share <= 0) throw new FlyError("the value for --max-unavailable must be > 0");
    sections.deploy = { ...sections.deploy, max_unavailable: share };
  }
  if (run.has("primary-region")) sections.primary_region = run.string("primary-region");
  if (run.has("signal")) sections.kill_signal = run.string("signal");
  const retries = run.string("deploy-retries");
  if (retries !== "auto" && !/^\d+$/.test(retries)) {
    throw new FlyError("--deploy-retries must be set to a positive integer, 0, or 'auto'");
  }
  config.files = filesOfFlags(run);
}

function names(run: Run, flag: string): string[] {
  return run
    .list(flag)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Milliseconds of a flag whose value is a number of seconds, a duration or `none` (= 0). */
function timeout(run: Run, flag: string): number | undefined {
  if (!run.has(flag)) return undefined;
  const text = run.string(flag);
  if (text === "none") return 0;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  try {
    return parseDuration(text) / 1e6;
  } catch {
    throw new FlyError(
      `invalid duration value ${text} used for --${flag} flag: valid options are a number of seconds, number with time unit (i.e.: 5m, 180s) or 'none'`,
    );
  }
}

function ofConfig(config: AppConfig, key: string): number | undefined {
  const text = config.sections.deploy?.[key] as string | undefined;
  return text === undefined ? undefined : parseDuration(text) / 1e6;
}

export const commands: Record<string, Command> = { deploy };
