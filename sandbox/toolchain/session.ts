/** A local world with a stack, for the demo and `npm run local`. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answersFile, writeAnswers } from "./answers.ts";
import { type Clouds, portIfFree, startClouds } from "./clouds.ts";
import { quoted } from "./compose.ts";
import { cleanEnvironment, foreignPrefixes, type Target, variables } from "./environment.ts";
import { root, scratch } from "./paths.ts";
import { devConfig, devPort, devStack, furnish, initStack, type Workplace } from "./stack.ts";
import type { Terminal } from "./terminal.ts";
import type { Toolchain } from "./toolchain.ts";

/** Running clouds, and the repository's dev stack on them. */
export interface Session {
  clouds: Clouds;
  place: Workplace;
  /** File to `source`. Afterwards `pulumi` works on this world. */
  envFile: string;
  /** File for `npx mastiff new --from`. */
  answersFile: string;
}

export interface SessionOptions {
  toolchain: Toolchain;
  terminal: Terminal;
  /** Folder of the world and its stacks. */
  folder: string;
  /** Deletes the folder's contents first. Default false. */
  fresh?: boolean;
  /** Lets the clouds outlive this process. Default false. */
  outlive?: boolean;
  latency?: number;
}

/** File that sets up a shell for the world that was started last. */
const envFile = join(scratch, "env");

/** Starts the clouds and makes the stack. The port is that of Pulumi.dev.yaml if it is free, else any free one. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { toolchain, terminal, folder, fresh = false, outlive = false, latency = 0 } = options;
  if (fresh) rmSync(folder, { recursive: true, force: true });
  const port = await portIfFree(devPort);
  if (port === undefined) terminal.warn(`port ${devPort} is taken: the clouds get another one`);
  const clouds = await startClouds({ toolchain, folder, outlive, latency, ...(port && { port }) });
  try {
    const target: Target = {
      url: clouds.url,
      plugins: clouds.plugins,
      home: join(folder, "home"),
      backend: join(folder, "stacks"),
    };
    furnish(toolchain, target);
    const configFile = devConfig(clouds.port, folder);
    const place: Workplace = {
      toolchain,
      target,
      project: root,
      stack: devStack,
      ...(configFile && { configFile }),
    };
    await initStack(place);
    writeEnvFile(toolchain, target);
    writeAnswers(clouds.url);
    return { clouds, place, envFile, answersFile };
  } catch (error) {
    await clouds.stop();
    throw error;
  }
}

/**
 * Writes a file that gives any shell the stack's environment. The file removes variables that lead elsewhere,
 * including those of an earlier world. It does so in the shell that sources it, because that shell may have
 * other variables than this process.
 */
function writeEnvFile(toolchain: Toolchain, target: Target): void {
  const { NO_PROXY = "", no_proxy = "" } = cleanEnvironment(toolchain);
  const set = Object.entries({ ...variables(toolchain, target), NO_PROXY, no_proxy });
  const lines = [
    "# The world that npm run local or npm run demo started last.",
    // zsh's `unset` needs at least one name. No variable has this one.
    `unset MASTIFF_NOTHING $(env | sed -nE 's/^((${foreignPrefixes.join("|")})_[A-Za-z0-9_]*)=.*/\\1/p')`,
    ...set.map(([name, value]) => `export ${name}=${quoted(value)}`),
    `export PATH=${quoted(toolchain.bin)}:"$PATH"`,
  ];
  writeFileSync(envFile, `${lines.join("\n")}\n`, { mode: 0o600 });
}

/** The `pulumi` command that a person types for this session, in a shell that sourced the file. */
export function typed(place: Workplace, verb: string): string {
  const config =
    place.configFile === undefined ? "" : ` --config-file ${place.configFile.replace(`${root}/`, "")}`;
  return `pulumi ${verb} -s ${place.stack}${config}`;
}
