/**
 * `npm run faults [-- all | kill | calls | mix | report]`: crashes and faults on the local clouds. `all` takes hours.
 */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { defineCommand, runMain } from "citty";
import { openEnding } from "../../sandbox/toolchain/ending.ts";
import { openTerminal } from "../../sandbox/toolchain/terminal.ts";
import { toolchain } from "../../sandbox/toolchain/toolchain.ts";
import { runCalls } from "./call-matrix.ts";
import { clients } from "./call-operation.ts";
import { openSubject } from "./community.ts";
import type { Side } from "./gate.ts";
import { runKills } from "./kill-matrix.ts";
import { runMixes } from "./mix-matrix.ts";
import { writeReport } from "./report.ts";
import { converged, type PartResult } from "./results.ts";
import { scenarios } from "./stage.ts";

const terminal = openTerminal();

const kill = defineCommand({
  meta: { name: "kill", description: "kill -9 before and after each changing call, then carry on" },
  args: {
    scenario: {
      type: "positional",
      required: false,
      description: `one of ${scenarios.join(", ")}; default: all`,
    },
    side: { type: "string", description: "before or after; default: both" },
    every: { type: "string", default: "1", description: "only every n-th call" },
    from: { type: "string", default: "1", description: "the first call" },
    jobs: {
      type: "string",
      default: String(availableParallelism()),
      description: "how many worlds live side by side; default: one a core",
    },
    chain: {
      type: "boolean",
      default: false,
      description: "all calls in one life: each run is killed at the next",
    },
  },
  run: ({ args }) =>
    part(async ({ setting }) => {
      const chosen = args.scenario === undefined ? scenarios : [oneOf(scenarios, args.scenario)];
      const sides = args.side === undefined ? bothSides : [oneOf(bothSides, args.side)];
      const [every, from] = [positive("every", args.every), positive("from", args.from)];
      const selection = { sides, chain: args.chain, every, from, jobs: positive("jobs", args.jobs) };
      const results: PartResult[] = [];
      for (const scenario of chosen)
        results.push(...(await runKills(openSubject, { scenario, ...selection }, setting, terminal)));
      return results;
    }),
});

/** The default command: runs every part completely. */
const all = defineCommand({
  meta: { name: "all", description: "every part, one after the other" },
  run: () =>
    part(async ({ setting, flyctl }) => {
      const kills = { sides: bothSides, chain: false, every: 1, from: 1, jobs: availableParallelism() };
      const results = await runCalls({ clients, failed: false, everyCall: false, flyctl }, terminal);
      const seed = randomInt(1, 1_000_000);
      results.push(
        ...(await runMixes({ scenarios, runs: 10, seed, lasting: true, again: false }, setting, terminal)),
      );
      for (const scenario of scenarios)
        results.push(...(await runKills(openSubject, { scenario, ...kills }, setting, terminal)));
      return results;
    }),
});

const bothSides: readonly Side[] = ["before", "after"];

const mix = defineCommand({
  meta: { name: "mix", description: "whole runs under a mix of faults that a seed draws" },
  args: {
    scenario: {
      type: "positional",
      required: false,
      description: `one of ${scenarios.join(", ")}; default: in turns`,
    },
    runs: { type: "string", default: "10", description: "how many" },
    seed: { type: "string", description: "of the first run; default: any" },
    lasting: { type: "boolean", default: true, description: "also faults that stay" },
  },
  run: ({ args }) =>
    part(({ setting }) => {
      const chosen = args.scenario === undefined ? scenarios : [oneOf(scenarios, args.scenario)];
      const again = args.scenario !== undefined;
      const seed = args.seed === undefined ? randomInt(1, 1_000_000) : positive("seed", args.seed);
      const selection = {
        scenarios: chosen,
        runs: positive("runs", args.runs),
        seed,
        lasting: args.lasting,
        again,
      };
      return runMixes(selection, setting, terminal);
    }),
});

const calls = defineCommand({
  meta: { name: "calls", description: "each fault at each call of driver and clients, without the engine" },
  args: {
    client: {
      type: "positional",
      required: false,
      description: `one of ${clients.join(", ")}; default: all`,
    },
    only: { type: "string", description: "operations whose name matches" },
    failed: { type: "boolean", default: false, description: "only cases that failed last, or were not run" },
    "every-call": { type: "boolean", default: false, description: "also what operations have in common" },
  },
  run: ({ args }) =>
    part(({ flyctl }) => {
      const chosen = args.client === undefined ? clients : [oneOf(clients, args.client)];
      const only = args.only === undefined ? {} : { only: new RegExp(args.only) };
      const { failed, "every-call": everyCall } = args;
      return runCalls({ clients: chosen, ...only, failed, everyCall, flyctl }, terminal);
    }),
});

const report = defineCommand({
  meta: { name: "report", description: "writes docs/faults.md from what is kept" },
  run: () => writeReport(),
});

/** The tools that a part runs with. */
interface Tools {
  /** Description for the report. */
  setting: string;
  /** Path of the official flyctl. Undefined: the stand-in. */
  flyctl: string | undefined;
}

/** Runs a part, writes the report, and exits with 1 when a case has a problem. */
async function part(work: (tools: Tools) => Promise<PartResult[]>): Promise<void> {
  const ending = openEnding();
  try {
    const tools = await toolchain({ terminal });
    const { host, plugins, flyctl } = tools.standIns;
    const isOfficial = !host && plugins.length === 0 && !flyctl;
    const setting = isOfficial ? "official parts" : "stand-ins";
    const results = await work({ setting, flyctl: tools.parts.flyctl });
    writeReport();
    const cases = results.flatMap((result) => result.cases);
    terminal.info(
      `${converged(cases)} of ${cases.length} cases as they should be; docs/faults.md is written`,
    );
    await ending.run();
    process.exit(converged(cases) === cases.length ? 0 : 1);
  } catch (error) {
    if (ending.signal.aborted) return;
    terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await ending.run();
    process.exit(1);
  }
}

function oneOf<T extends string>(all: readonly T[], word: string): T {
  const found = all.find((one) => one === word);
  if (found === undefined) wrong(`"${word}" is none of ${all.join(", ")}`);
  return found as T;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) wrong(`--${name} is "${text}": it is a whole number from 1`);
  return value;
}

function wrong(message: string): never {
  terminal.error(message);
  process.exit(2);
}

const command = defineCommand({
  meta: { name: "faults", description: "crashes, on the local clouds and the real engine" },
  subCommands: { all, kill, calls, mix, report },
  default: "all",
});

await runMain(command);
