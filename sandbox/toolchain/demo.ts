/**
 * `npm run demo [-- --keep]`: brings the guide's community up on local clouds and checks it. Every run starts
 * in a fresh world, so it can be repeated. The exit code is 0 only when every step and every check passed.
 */
import { join } from "node:path";
import * as clack from "@clack/prompts";
import { defineCommand, runMain } from "citty";
import { communityOf } from "../../checks/community.ts";
import { runChecks } from "../../checks/run.ts";
import { openVisitor } from "../../checks/visitor.ts";
import { type Ending, openEnding } from "./ending.ts";
import { endKept, keep as keepClouds } from "./kept.ts";
import { root, scratch } from "./paths.ts";
import { openSession, type Session, typed } from "./session.ts";
import { onStack, pulumi } from "./stack.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { toolchain } from "./toolchain.ts";

const folder = join(scratch, "demo");

const command = defineCommand({
  meta: {
    name: "demo",
    description: "Bring up the guide's community on local clouds and check it from outside",
  },
  args: {
    keep: {
      type: "boolean",
      default: false,
      description: "leave the clouds running afterwards, to look around",
    },
  },
  async run({ args }) {
    const terminal = openTerminal();
    const ending = openEnding();
    try {
      const green = await demo(terminal, ending, args.keep);
      if (!args.keep) await ending.run();
      process.exit(green ? 0 : 1);
    } catch (error) {
      if (ending.signal.aborted) return;
      terminal.error(error instanceof Error ? error.message : String(error));
      await ending.run();
      process.exit(1);
    }
  },
});

/** True when every step and every check passed. */
async function demo(terminal: Terminal, ending: Ending, keep: boolean): Promise<boolean> {
  const began = Date.now();
  const tools = await toolchain({ terminal });
  for (const line of tools.describe) terminal.info(line);

  await endKept();
  const step = terminal.step("starting Cloudflare, SendGrid and Fly on this machine");
  const session = await openSession({ toolchain: tools, terminal, folder, fresh: true, outlive: keep });
  ending.add(() => session.clouds.stop());
  if (keep) keepClouds(session.clouds);
  step.done(`the local clouds listen on ${session.clouds.url}`);

  const seconds: number[] = [];
  const operations = [
    ["preview", "--suppress-outputs"],
    ["up", "--yes", "--skip-preview", "--suppress-outputs"],
    ["preview", "--expect-no-changes", "--suppress-outputs"],
  ];
  for (const operation of operations) {
    const took = await show(session, operation, terminal, ending);
    if (took === undefined) {
      hintAtLogs(terminal, session);
      return false;
    }
    seconds.push(took);
  }
  const outputs = await readOutputs(session);
  const reds = await check(session, outputs, terminal);

  const [preview, up, clean] = seconds.map((one) => `${one.toFixed(1)} s`);
  terminal.info(
    `preview ${preview}, up ${up}, clean preview ${clean}, all in ${Math.round((Date.now() - began) / 1000)} s`,
  );
  if (reds === 0) terminal.success(`${outputs.url} is up, and nothing is left to change`);
  else terminal.error(`${reds} of the checks failed`);
  showWaiting(outputs, terminal);
  howToGoOn(session, keep);
  return reds === 0;
}

/** Runs one `pulumi` command on the screen. Resolves to its seconds, or to undefined when it failed. */
async function show(
  { place }: Session,
  args: string[],
  terminal: Terminal,
  ending: Ending,
): Promise<number | undefined> {
  const [verb = "", ...flags] = args;
  terminal.info(["$", typed(place, verb), ...flags].join(" "));
  const began = Date.now();
  const running = pulumi(place, [verb, ...onStack(place), ...flags], { shown: true, signal: ending.signal });
  // After an interrupt, the engine ends its work before the clouds are stopped.
  ending.add(() => running.then(() => {}));
  const { exitCode } = await running;
  if (ending.signal.aborted) throw new Error("interrupted");
  if (exitCode === 0) return (Date.now() - began) / 1000;
  terminal.error(`pulumi ${verb} ended with exit code ${exitCode}`);
  return undefined;
}

async function readOutputs({ place }: Session): Promise<Record<string, unknown>> {
  const run = await pulumi(place, ["stack", "output", "--stack", place.stack, "--json", "--show-secrets"]);
  if (run.exitCode !== 0) throw new Error(`pulumi stack output failed:\n${run.stderr}`);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

/** Checks the community from outside. Resolves to the number of failed checks. */
async function check(
  session: Session,
  outputs: Record<string, unknown>,
  terminal: Terminal,
): Promise<number> {
  terminal.info("looking from outside, over HTTP:");
  const results = await runChecks(openVisitor({ local: session.clouds.url }), communityOf(outputs));
  for (const { name, problem } of results) {
    if (problem === undefined) terminal.success(name);
    else terminal.error(`${name}\n      ${problem}`);
  }
  return results.filter(({ problem }) => problem !== undefined).length;
}

function showWaiting(outputs: Record<string, unknown>, terminal: Terminal): void {
  const waiting = Array.isArray(outputs.waitingFor) ? outputs.waitingFor : [];
  for (const one of waiting) terminal.warn(`waits: ${typeof one === "string" ? one : JSON.stringify(one)}`);
}

function howToGoOn({ clouds, place, envFile }: Session, keep: boolean): void {
  const here = (file: string) => file.replace(`${root}/`, "");
  const lines = keep
    ? [
        `The clouds go on:  ${clouds.url}  (a page for browsers)`,
        `source ${here(envFile)}`,
        typed(place, "preview"),
        `pulumi stack output ownerPassword --show-secrets -s ${place.stack}`,
        `kill ${clouds.pid}   ends them; the next demo does so too`,
      ]
    : [
        "Nothing is left running. To look around:",
        "npm run demo -- --keep   the same, and the clouds go on",
        "npm run local            the clouds alone, for plain pulumi preview and pulumi up",
      ];
  // These lines are a result and not progress, so they go to stdout.
  if (process.stdout.isTTY) clack.note(lines.join("\n"), "How to go on");
  else process.stdout.write(`\n${lines.join("\n")}\n`);
}

function hintAtLogs(terminal: Terminal, { clouds }: Session): void {
  terminal.info(`what the clouds said: ${clouds.log.replace(`${root}/`, "")}`);
}

await runMain(command);
