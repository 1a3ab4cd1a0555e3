/**
 * A toolchain that writes down every program that it starts: the language host, the plugins, node, flyctl.
 *
 * In place of each program stands a script that adds a line to a file and then becomes the program (`exec`). So the
 * process stays the same one, with its pid, its parent and its signals. The script makes a start some milliseconds
 * longer, so seconds and CPU are never measured with it.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeHome, isScript, linkOrCopy, quoted } from "../sandbox/toolchain/compose.ts";
import { root } from "../sandbox/toolchain/paths.ts";
import type { Toolchain } from "../sandbox/toolchain/toolchain.ts";

/** One program that was started. */
export interface Start {
  /** Milliseconds since 1970. */
  at: number;
  pid: number;
  parent: number;
  /** Name of the program, such as `node` or `pulumi-resource-command`. */
  program: string;
  /** The first words of its arguments. None of them is a secret: no program gets one there. */
  words: string[];
  /** Names in the driver's variable SPEC: app, host, name. Empty for other programs. */
  about: string[];
}

/** Separate fields and starts: ASCII's own characters for that. An argument may contain line ends. */
const [unit, record] = ["\x1f", "\x1e"];

/** A toolchain whose programs report their starts in a file. */
export interface CountingToolchain {
  toolchain: Toolchain;
  /** Puts the reporting plugins into a PULUMI_HOME, before the real ones are put there. */
  furnish(home: string): void;
  /** The starts since the last `clear`, one a process, in order. `pulumi` itself is not among them. */
  starts(): Start[];
  clear(): void;
}

/**
 * Makes the folders of such a toolchain.
 * @throws Error when the engine is a script, whose neighbours cannot be replaced
 */
export function countingToolchain(real: Toolchain, folder: string): CountingToolchain {
  const file = join(folder, "starts");
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const engine = realpathSync(join(real.bin, "pulumi"));
  if (isScript(engine))
    throw new Error(
      `${engine} is a script: the programs beside it cannot be counted. Put pulumi itself on PATH.`,
    );
  // The engine looks for its neighbours beside itself, with symlinks resolved.
  linkOrCopy(engine, join(bin, "pulumi"));
  const report = (name: string, program: string, at: string) => {
    const format = ["%s", "%s", "%s", "%s", "%s", "%s"].join(unit) + record;
    const values = `"\${EPOCHREALTIME/,/.}" $$ $PPID ${name} "\${*:1:6}" "\${SPEC:0:1500}"`;
    const lines = [`printf '${format}' ${values} >>${quoted(file)}`, `exec ${quoted(program)} "$@"`];
    writeFileSync(at, ["#!/usr/bin/env bash", ...lines, ""].join("\n"), { mode: 0o755 });
  };
  for (const name of ["node", "flyctl"]) report(name, realpathSync(join(real.bin, name)), join(bin, name));
  const host = "pulumi-language-nodejs";
  if (real.parts.host !== undefined) report(host, real.parts.host, join(bin, host));
  const dynamic = "pulumi-resource-pulumi-nodejs";
  report(dynamic, join(root, "node_modules/@pulumi/pulumi", dynamic), join(bin, dynamic));

  const plugins = Object.fromEntries(
    Object.entries(real.parts.plugins).map(([name, program]) => {
      const at = join(folder, `pulumi-resource-${name}`);
      report(`pulumi-resource-${name}`, program, at);
      return [name, at];
    }),
  );
  return {
    toolchain: { ...real, bin },
    furnish: (home) => composeHome(home, plugins),
    starts: () => (existsSync(file) ? startsIn(readFileSync(file, "utf8")) : []),
    clear: () => writeFileSync(file, ""),
  };
}

/** The starts in such a file. A script that becomes another program is one process, and so one start. */
export function startsIn(text: string): Start[] {
  const starts = new Map<number, Start>();
  for (const one of text.split(record).filter((part) => part !== "")) {
    const [at = "", pid = "", parent = "", program = "", words = "", spec = ""] = one.split(unit);
    const start = {
      at: Number(at) * 1000,
      pid: Number(pid),
      parent: Number(parent),
      program,
      words: words.split(/\s+/).filter((word) => word !== ""),
      about: namesIn(spec),
    };
    if (!starts.has(start.pid)) starts.set(start.pid, start);
  }
  return [...starts.values()].sort((a, b) => a.at - b.at);
}

/** What a spec of the driver is about: app, host, name. A spec that was cut off has at least the first of them. */
export function namesIn(spec: string): string[] {
  const names = [...spec.matchAll(/"(?:app|host|hostname|name)":"([^"]+)"/g)].map(([, name = ""]) => name);
  return [...new Set(names)];
}
