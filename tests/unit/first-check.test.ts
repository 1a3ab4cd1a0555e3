import { expect, test } from "vitest";
import { Fly } from "../../providers/fly/call/flyctl.ts";
import { beginSmoke } from "../../providers/fly/release/release-smoke.ts";
import type { ReleaseSpec } from "../../providers/fly/spec.ts";
import type { runProgram } from "../../providers/shared/program.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";

const spec: ReleaseSpec = {
  stack: "mastiff/dev",
  org: "mastiff",
  app: "acme",
  region: "ams",
  image: "ghcr.io/mastodon/mastodon:v4.6.0",
  groups: { web: { count: 1 }, sidekiq: { count: 1 } },
  database: { memoryMb: 1024 },
  redisGate: true,
  smoke: true,
};

/** Begins the check of a first release and waits for its result. @param answers of the machines, in their order */
async function checked(answers: readonly Record<string, string | null>[]) {
  const made: string[] = [];
  const destroyed: string[] = [];
  const idIn = (args: readonly string[]) => made.find((id) => args.includes(id)) ?? "";
  const exitOf = (id: string) => (Object.values(answers[made.indexOf(id)] ?? {}).some((one) => one) ? 1 : 0);
  const answer = (args: readonly string[]) => {
    switch (args.slice(0, 2).join(" ")) {
      case "machine run":
        return `  Machine ID: ${made[made.push(`a${made.length}`) - 1]}\n`;
      case "machine list":
        return JSON.stringify(
          made.map((id) => ({
            id,
            state: "stopped",
            events: [{ type: "exit", timestamp: 1, request: { exit_event: { exit_code: exitOf(id) } } }],
          })),
        );
      case "machine destroy":
        destroyed.push(idIn(args));
        return "";
      default: {
        const said = JSON.stringify(answers[made.indexOf(idIn(args))]);
        const end = { message: "INFO Main child exited", meta: { event: { provider: "runner" } } };
        return `${JSON.stringify({ message: said })}\n${JSON.stringify(end)}\n`;
      }
    }
  };
  const flyctl: typeof runProgram = async (_file, args) => ({
    exitCode: 0,
    stdout: answer(args),
    stderr: "",
  });
  const quiet = { ...shell(), stderr: () => {}, runProgram: flyctl };
  const problem = await inShell(quiet, async () => {
    const fly = new Fly();
    try {
      const checking = beginSmoke({ fly, spec, env: {} });
      const said = await checking.result().catch((error: Error) => error.message.split("\n", 1)[0]);
      await Promise.all([checking.end(), checking.end()]);
      return said;
    } finally {
      await fly.close();
    }
  });
  return { made, destroyed: destroyed.sort(), problem };
}

const late = "0 processes work on the scheduler queue, not one";

test.each<[string, Record<string, string | null>[], number, string | undefined]>([
  ["finds nothing", [{ push: null, scheduler: null }], 1, undefined],
  [
    "waits for Sidekiq in vain is made again: the machines came late",
    [{ scheduler: late }, { scheduler: null }],
    2,
    undefined,
  ],
  [
    "finds no Sidekiq beside healthy machines either",
    [{ scheduler: late }, { scheduler: late }],
    2,
    "scheduler",
  ],
  ["finds a wrong setting", [{ push: "no pair", scheduler: null }], 1, "push"],
])("the check of a first release that %s", async (_what, answers, machines, part) => {
  const { made, destroyed, problem } = await checked(answers);
  expect([made.length, destroyed]).toEqual([machines, made]);
  expect(problem).toBe(part && `acme runs ${spec.image}, but these parts do not work: ${part}.`);
});
