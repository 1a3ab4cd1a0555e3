/** What was measured, one file a row: docs/performance/row-<number>.json. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../sandbox/toolchain/paths.ts";
import type { Found, Lab, Row } from "./lab.ts";

/** Folder of the raw data and the plots. */
export const folder = join(root, "docs/performance");

/** A row as it is kept. */
export interface Kept extends Found {
  row: number;
  what: string;
  /** Day of the measurement, UTC. */
  date: string;
  /** Commit of the checkout, with `+` for changes that are not committed. */
  commit: string;
  machine: string;
  /** Which parts were official, a line each. */
  parts: string[];
  runs: number;
  /** Share of the real clouds' latency. Absent in rows that wait for none. */
  scale?: number;
  /** How long the measurement took. A row that shares it with an earlier one takes none itself. */
  tookSeconds: number;
}

/** Keeps what a row found, in so many seconds. */
export async function keep(
  { number, what, isWaiting = false }: Row,
  found: Found,
  lab: Lab,
  tookSeconds: number,
): Promise<void> {
  const kept: Kept = {
    row: number,
    what,
    date: new Date().toISOString().slice(0, 10),
    commit: await commit(),
    machine: machine(),
    // Without the places, which are those of one machine.
    parts: lab.toolchain.describe.map((line) => line.replace(/,? \/\S+$/, "").replace(/\s+/g, " ")),
    runs: lab.runs,
    ...(isWaiting && { scale: lab.scale }),
    tookSeconds: Math.round(tookSeconds),
    ...found,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(number), `${JSON.stringify(kept, null, 1)}\n`);
}

/** The kept rows among these, in their order. */
export function kept(numbers: readonly number[]): Kept[] {
  return numbers
    .filter((number) => existsSync(fileOf(number)))
    .map((number) => JSON.parse(readFileSync(fileOf(number), "utf8")) as Kept);
}

function fileOf(number: number): string {
  return join(folder, `row-${number}.json`);
}

async function commit(): Promise<string> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: root, reject: false })).stdout;
  const changed = (await git("status", "--porcelain", "--", ".", ":!docs")) !== "";
  return `${await git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
}

function machine(): string {
  const model = cpus()[0]?.model.replace(/\s+/g, " ").trim() ?? "unknown processor";
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${model}), ${gigabytes} GB, ${process.platform}, Node ${process.versions.node}`;
}
