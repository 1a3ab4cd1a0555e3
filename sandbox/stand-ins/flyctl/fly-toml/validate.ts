/**
 * The findings of `config validate` and of every deployment. Source: superfly/flyctl
 * internal/appconfig/validation.go.
 */
import type { Data } from "../api/graphql.ts";
import { formatDuration, parseDuration } from "../go/duration.ts";
import { messageOf } from "../go/errors.ts";
import { warnLabel } from "../run.ts";
import { parseSize } from "../sizes.ts";
import { flatten, processNames } from "./groups.ts";
import type { AppConfig } from "./load.ts";
import { allServices, restartPolicy, toMachineCheck } from "./machine-config.ts";
import { splitCommand } from "./shlex.ts";

/** The text of a validation, and whether the config may be deployed. */
export interface Verdict {
  valid: boolean;
  text: string;
}

interface Findings {
  text: string;
  invalid: boolean;
}

const strategies = ["canary", "rolling", "immediate", "bluegreen"];
const second = 1e9;

/** Validates a config. The text ends with a check mark or a cross. */
export function validate(config: AppConfig): Verdict {
  const findings: Findings = { text: "", invalid: false };
  const parts = [checkBuild, checkDeploy, checkChecks, checkServices, checkProcesses];
  const rest = [checkConsole, checkMounts, checkRestart, checkCompression];
  for (const part of [...parts, ...rest]) part(config, findings);
  const start = `Validating ${config.path}\n${findings.text}`;
  if (config.error !== undefined || findings.invalid) {
    const reason = config.error?.message ?? "invalid app configuration";
    return { valid: false, text: `${start}\n   \u001b[31m✘\u001b[0m${reason}\n` };
  }
  return { valid: true, text: `${start}\u001b[32m✓\u001b[0m Configuration is valid\n` };
}

/** Like {@link validate} for some groups: each is validated as if it were the only one. */
export function validateGroups(config: AppConfig, groups: string[]): Verdict {
  if (groups.length === 0) return validate(config);
  let verdict: Verdict = { valid: true, text: "" };
  for (const group of groups) {
    verdict = validate(flatten(config, group));
    if (!verdict.valid) return verdict;
  }
  return verdict;
}

function fail(findings: Findings, text: string): void {
  findings.text += text;
  findings.invalid = true;
}

function splits(line: string | undefined): string | undefined {
  try {
    splitCommand(line ?? "");
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function checkBuild({ sections }: AppConfig, findings: Findings): void {
  const build: Data = sections.build ?? {};
  const found: string[] = [];
  if (build.image) found.push(`the "${build.image}" docker image`);
  if (build.builder || build.buildpacks?.length > 0) found.push("a buildpack");
  if (build.dockerfile) found.push(`the "${build.dockerfile}" dockerfile`);
  else if (build["build-target"]) found.push("a dockerfile");
  if (build.builtin) found.push(`the "${build.builtin}" builtin image`);
  if (found.length > 1) {
    findings.text += `${warnLabel} more than one build configuration found: [${found.join(", ")}]\n`;
  }
}

function checkDeploy({ sections }: AppConfig, findings: Findings): void {
  const deploy = sections.deploy as Data | undefined;
  if (deploy === undefined) return;
  if (splits(deploy.release_command) !== undefined) {
    fail(findings, `Can't shell split release command: '${deploy.release_command}'\n`);
  }
  const strategy: string = deploy.strategy ?? "";
  if (strategy !== "" && !strategies.includes(strategy)) {
    fail(
      findings,
      `unsupported deployment strategy '${strategy}'; Apps v2 supports the following strategies: ${strategies.join(", ")}`,
    );
  }
  if (strategy === "canary" && sections.mounts?.length > 0) {
    fail(findings, "error canary deployment strategy is not supported when using mounted volumes");
  }
}

function checkChecks({ sections }: AppConfig, findings: Findings): void {
  for (const [name, check] of Object.entries((sections.checks ?? {}) as Record<string, Data>)) {
    try {
      toMachineCheck(check);
    } catch (error) {
      fail(findings, `Can't process top level check '${name}': ${messageOf(error)}\n`);
    }
    if (check.interval !== undefined && parseDuration(check.interval) < 2 * second) {
      fail(findings, `Check '${name}' interval is too short: ${check.interval}, minimum is 2 seconds\n`);
    }
    if (check.timeout !== undefined && parseDuration(check.timeout) > 60 * second) {
      fail(findings, `Check '${name}' timeout is too long: ${check.timeout}, maximum is 60 seconds\n`);
    }
  }
}

function checkServices(config: AppConfig, findings: Findings): void {
  const { sections } = config;
  const valid = processNames(config);
  const count = Object.keys(sections.processes ?? {}).length;
  for (const service of allServices(sections)) {
    const processes: string[] = service.processes ?? [];
    if (processes.length === 0 && count > 0) {
      fail(
        findings,
        `Service has no processes set but app has ${count} processes defined; update fly.toml to set processes for each service\n`,
      );
    }
    for (const name of processes.filter((one) => !valid.includes(one))) {
      fail(
        findings,
        `Service specifies '${name}' as one of its processes, but no processes are defined with that name; update fly.toml [processes] to add '${name}' process or remove it from service's processes list\n`,
      );
    }
    if ((service.ports ?? []).length === 0) {
      findings.text +=
        "WARNING: Service must expose at least one port. Add a [[services.ports]] section to fly.toml; Check docs at https://fly.io/docs/reference/configuration/#services-ports \n Validation for _services without ports_ will hard fail after February 15, 2024.";
    }
    for (const check of service.tcp_checks ?? []) findings.text += serviceCheck(check, "TCP");
    for (const check of service.http_checks ?? []) findings.text += serviceCheck(check, "HTTP");
  }
}

function serviceCheck(check: Data, protocol: string): string {
  const what = `${warnLabel} Service ${protocol} check has`;
  const one = (value: string | undefined, name: string, zeroIsFine: boolean) => {
    if (value === undefined) return "";
    const length = parseDuration(value);
    const shown = formatDuration(length);
    if (zeroIsFine && length !== 0 && length < second) {
      return `${what} ${name} that is non-zero and less than 1 second (${shown}); this will be raised to 1 second\n`;
    }
    if (!zeroIsFine && length < second) {
      return `${what} ${name} less than 1 second (${shown}); this will be raised to 1 second\n`;
    }
    return length > 60 * second
      ? `${what} ${name} greater than 1 minute (${shown}); this will be lowered to 1 minute\n`
      : "";
  };
  return (
    one(check.interval, "an interval", false) +
    one(check.timeout, "a timeout", false) +
    one(check.grace_period, "a grace period", true)
  );
}

function checkProcesses({ sections }: AppConfig, findings: Findings): void {
  for (const [name, command] of Object.entries((sections.processes ?? {}) as Record<string, string>)) {
    const wrong = splits(command);
    if (wrong === undefined) continue;
    fail(
      findings,
      `Could not parse command for '${name}' process group; check [processes] section: ${wrong}\n`,
    );
  }
}

function checkConsole({ sections }: AppConfig, findings: Findings): void {
  if (splits(sections.console_command) === undefined) return;
  fail(findings, `Can't shell split console command: '${sections.console_command}'\n`);
}

function checkMounts(config: AppConfig, findings: Findings): void {
  const mounts: Data[] = config.sections.mounts ?? [];
  if (config.path === "--flatten--" && mounts.length > 1) {
    fail(findings, `group '${config.defaultGroup}' has more than one [[mounts]] section defined\n`);
  }
  for (const mount of mounts) {
    checkSize(mount, "initial_size", "an initial_size", findings);
    const retention = mount.snapshot_retention;
    if (retention !== undefined && (retention < 1 || retention > 60)) {
      fail(
        findings,
        `mount '${mount.source ?? ""}' has a snapshot_retention value which is not between 1 and 60 days inclusive\n`,
      );
    }
    checkAutoExtend(mount, findings);
  }
}

function checkSize(mount: Data, key: string, shown: string, findings: Findings): number {
  const text: string = mount[key] ?? "";
  if (text === "") return 0;
  const source = mount.source ?? "";
  try {
    const size = parseSize(text, "GB");
    if (size < 1)
      fail(findings, `mount '${source}' has ${shown} '${text}' value which is smaller than 1GB\n`);
    return size;
  } catch (error) {
    fail(findings, `mount '${source}' with ${key} '${text}' will fail because of: ${messageOf(error)}\n`);
    return 0;
  }
}

function checkAutoExtend(mount: Data, findings: Findings): void {
  const increment = checkSize(mount, "auto_extend_size_increment", "an auto_extend_size_increment", findings);
  const limit = checkSize(mount, "auto_extend_size_limit", "an auto_extend_size_limit", findings);
  const threshold: number = mount.auto_extend_size_threshold ?? 0;
  if (threshold === 0 && increment === 0 && limit === 0) return;
  const say = (text: string) => fail(findings, `mount '${mount.source ?? ""}' ${text}\n`);
  if (threshold !== 0 && increment === 0 && limit === 0) {
    say(
      "auto_extend_size_threshold, auto_extend_size_increment and auto_extend_size_limit must be all defined or none",
    );
  }
  if (threshold < 50 || threshold > 99) say("auto_extend_size_threshold must be between 50 and 99");
  if (increment < 1 || increment > 100) say("auto_extend_size_increment must be between 1GB and 100GB");
  if (limit !== 0 && (limit < 1 || limit > 500)) say("auto_extend_size_limit must be between 1GB and 500GB");
}

function checkRestart(config: AppConfig, findings: Findings): void {
  const valid = processNames(config);
  for (const restart of (config.sections.restart ?? []) as Data[]) {
    for (const name of (restart.processes ?? []) as string[]) {
      if (valid.includes(name)) continue;
      fail(
        findings,
        `Restart policy specifies '${name}' as one of its processes, but no processes are defined with that name; update fly.toml [processes] to add '${name}' process or remove it from restart policy's processes list\n`,
      );
    }
    try {
      restartPolicy(restart.policy);
    } catch (error) {
      fail(findings, `${messageOf(error)}\n`);
    }
  }
}

function checkCompression({ sections }: AppConfig, findings: Findings): void {
  const { compression, compression_level: level } = (sections.build ?? {}) as Data;
  if (compression && !["gzip", "zstd"].includes(compression)) {
    fail(
      findings,
      `Invalid value '${compression}' for compression. Valid options are 'gzip', 'zstd', or leave unset.\n`,
    );
  }
  if (level !== undefined && (level < 0 || level > 9)) {
    fail(findings, `Invalid value '${level}' for compression level. Must be an integer between 0 and 9.\n`);
  }
}
