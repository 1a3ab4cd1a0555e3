/**
 * The environment of a `pulumi` that works on the local clouds alone. Variables for Pulumi, Fly, Cloudflare
 * and SendGrid from the user's own shell are left out, so that no real account can be reached by mistake.
 */
import { delimiter, join } from "node:path";
import { scratch } from "./paths.ts";
import type { Toolchain } from "./toolchain.ts";

/** A local world, and where its stacks are kept. */
export interface Target {
  /** Base URL of the clouds, such as http://127.0.0.1:4640. */
  url: string;
  /** Ports of the running stand-in plugins, by the engine's names. */
  plugins: Record<string, number>;
  /** The PULUMI_HOME folder. */
  home: string;
  /** Folder of the file backend. */
  backend: string;
  /** The operator's credentials by variable. Default: those of a fresh world. */
  credentials?: Record<string, string>;
}

/**
 * Protects nothing: the local clouds' secrets are made up. The salt in Pulumi.dev.yaml belongs to this passphrase.
 */
export const passphrase = "mastiff-local";

/** The operator's credentials in a fresh world. */
const credentials = {
  CLOUDFLARE_API_TOKEN: "local-cloudflare-token-0000000000000000000000",
  SENDGRID_API_KEY: "SG.local-operator-key-0000.000000000000000000000000000000000000000000",
  // flyctl drops a token that is not a macaroon. This macaroon names only the local operator.
  FLY_API_TOKEN:
    "fm2_lJPEDmxvY2FsLW9wZXJhdG9yxBDARerPK44NbNZudt+JqfzIwrVodHRwczovL2FwaS5mbHkuaW8vdjGQxCClQRNcG4OQp4lrbZYAw5DdbLgidnkaoxcH50DpmyyAOA==",
};

/** Prefixes of the variables that Pulumi, flyctl, the providers and the clients read. */
export const foreignPrefixes = ["PULUMI", "FLY", "FLYCTL", "CLOUDFLARE", "CF", "SENDGRID", "AWS", "R2"];

const foreign = new RegExp(`^(${foreignPrefixes.join("|")})_`);

/** The variables that a target adds to a clean environment. */
export function variables(toolchain: Toolchain, target: Target): Record<string, string> {
  const attach = (names: string[]) => names.map((name) => `${name}:${portOf(target, name)}`).join(",");
  const { host, plugins } = toolchain.standIns;
  return {
    ...credentials,
    ...target.credentials,
    FLY_API_BASE_URL: target.url,
    FLY_FLAPS_BASE_URL: target.url,
    FLY_UIEX_BASE_URL: target.url,
    FLY_NO_UPDATE_CHECK: "1",
    FLY_SEND_METRICS: "0",
    PULUMI_HOME: target.home,
    // Without `skip`, the backend keeps a second file beside each state (gocloud.dev/blob/fileblob) and does
    // not write it atomically. A run that is killed at that moment leaves a state that cannot be read
    // ("failed to load checkpoint: EOF").
    PULUMI_BACKEND_URL: `file://${target.backend}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(host && { PULUMI_DEBUG_LANGUAGES: attach(["nodejs"]) }),
    ...(plugins.length > 0 && { PULUMI_DEBUG_PROVIDERS: attach(plugins) }),
    NODE_COMPILE_CACHE: join(scratch, "compile-cache"),
  };
}

/** A whole environment for a child process. */
export function environment(toolchain: Toolchain, target: Target): Record<string, string> {
  return { ...cleanEnvironment(toolchain), ...variables(toolchain, target) };
}

/**
 * This process's environment without variables that could lead to a real account, and with the toolchain
 * first on PATH.
 */
export function cleanEnvironment(toolchain: Toolchain): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const path = [toolchain.bin, process.env.PATH ?? ""].join(delimiter);
  // The clouds are on this machine. A proxy would look for 127.0.0.1 on its own machine.
  const noProxy = [process.env.NO_PROXY, "127.0.0.1", "localhost"].filter(Boolean).join(",");
  const clean = Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
  return { ...clean, PATH: path, NO_PROXY: noProxy, no_proxy: noProxy };
}

function portOf(target: Target, name: string): number {
  const port = target.plugins[name];
  if (port === undefined) throw new Error(`the local world serves no stand-in for ${name}`);
  return port;
}
