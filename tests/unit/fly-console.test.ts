import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { runMastiff, type Surroundings } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi;
afterEach(() => pulumi[Symbol.dispose]());

/** What flyctl was started with. */
interface Call {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** `mastiff <args>` on a stack with this config, whose flyctl ends so. */
async function run(
  args: readonly string[],
  config: Record<string, string> = {},
  more: Partial<Surroundings> & { ended?: { exitCode: number | undefined } } = {},
) {
  const { ended = { exitCode: 0 }, ...surroundings } = more;
  pulumi = scriptedPulumi(stackAnswers("acme", config));
  const calls: Call[] = [];
  const result = await runMastiff([...args, "-s", "acme"], {
    pulumi,
    flyctl: () => {
      throw new Error("nobody could answer this flyctl");
    },
    async attached(file, args, { env }) {
      expect(file).toBe("flyctl");
      calls.push({ args, env });
      return ended;
    },
    ...surroundings,
  });
  return { ...result, calls };
}
const lines = (calls: readonly Call[]) => calls.map(({ args }) => args.join(" "));

const ownRedis = { "mastiff:redis": '{"kind":"own"}' };
const upstash = { "mastiff:redis": '{"kind":"upstash"}' };

describe("logs", () => {
  test.each([
    [["logs"], "logs -a mastiff-party"],
    [["logs", "--app", "web"], "logs -a mastiff-party"],
    [["logs", "--app", "streaming"], "logs -a mastiff-party-streaming"],
    [["logs", "--app=database"], "logs -a mastiff-party-db"],
    [["logs", "--app", "redis"], "logs -a mastiff-party-redis"],
    [["logs", "--app", "backup"], "logs -a mastiff-party-backup"],
    [["logs", "--no-tail"], "logs -a mastiff-party --no-tail"],
    [["logs", "--app", "backup", "--no-tail"], "logs -a mastiff-party-backup --no-tail"],
  ])("%j is flyctl's, with the stack's name", async (args, line) => {
    const { code, stdout, stderr, calls } = await run(args, ownRedis);
    expect([code, stdout, stderr, lines(calls)]).toEqual([0, "", "", [line]]);
  });

  test("of an app with a name of its own have that name", async () => {
    const { calls } = await run(["logs", "--app", "database"], { "mastiff:app": "acme-social" });
    expect(lines(calls)).toEqual(["logs -a acme-social-db"]);
  });

  test("of Redis at Upstash are not on Fly, and it is said where they are", async () => {
    const { code, stderr, calls } = await run(["logs", "--app", "redis"], upstash);
    expect([code, calls]).toEqual([1, []]);
    expect(stderr).toBe(
      "The Redis of mastiff.party is Upstash's (mastiff:redis), and has no log on Fly.\n" +
        "  fix     see it at Upstash:  flyctl redis dashboard mastiff\n",
    );
  });

  test("of a mirror are those of its own app, if there is one", async () => {
    const args = ["logs", "--app", "mirror"];
    const { calls } = await run(args, { "mastiff:uploadsMirror": "{}" });
    expect(lines(calls)).toEqual(["logs -a mastiff-party-mirror"]);
    const none = await run(args);
    expect([none.code, none.calls]).toEqual([1, []]);
    expect(none.stderr).toContain(
      "The uploads of mastiff.party have no mirror: mastiff:uploadsMirror is not set.",
    );
  });

  test("of backups that are off do not exist", async () => {
    const { code, stderr, calls } = await run(["logs", "--app", "backup"], { "mastiff:backup": "off" });
    expect([code, calls]).toEqual([1, []]);
    expect(stderr).toContain("No backups of mastiff.party are taken: mastiff:backup is off.");
  });
});

describe("console", () => {
  const inMastodon = (program: string) =>
    `sh -c "cd /opt/mastodon && export HOME=/opt/mastodon && exec setpriv --reuid=mastodon --regid=mastodon --init-groups ${program}"`;

  test.each([
    [["console"], "bin/rails console"],
    [["console", "rails"], "bin/rails console"],
    [["console", "shell"], "bash"],
  ])("%j runs in a web machine, in Mastodon's folder, as its user", async (args, program) => {
    const { code, calls } = await run(args, {}, { isTerminal: true });
    const head = ["ssh", "console", "-a", "mastiff-party", "--process-group", "web", "--pty", "--command"];
    expect([code, calls[0]?.args]).toEqual([0, [...head, inMastodon(program)]]);
  });

  test("from a pipe has no terminal: its input is the pipe's", async () => {
    const { calls } = await run(["console", "rails"]);
    expect(calls[0]?.args).not.toContain("--pty");
  });

  test.each([
    ["mastiff-party-db --database mastiff_party", {}],
    ["acme-social-db --database acme_social", { "mastiff:app": "acme-social" }],
  ])("psql is in %s", async (where, config) => {
    const { calls } = await run(["console", "psql"], config);
    expect(lines(calls)).toEqual([`postgres connect -a ${where}`]);
  });
});

describe("a flyctl that has the terminal", () => {
  test.each([0, 1, 7, 130])("that ends with %i ends the command with it", async (exitCode) => {
    expect(await run(["console"], {}, { ended: { exitCode } })).toMatchObject({ code: exitCode, stderr: "" });
  });

  test("that is not there is said, and where to get it", async () => {
    const { code, stderr } = await run(["logs"], {}, { ended: { exitCode: undefined } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^flyctl is not on PATH, .*https:\/\/fly\.io\/docs\/flyctl\/install\//s);
  });

  test("asks the Fly of the config, with the operator's own login and settings, and no app but the stack's", async () => {
    const env = {
      FLY_API_TOKEN: "the-operators",
      FLY_CONFIG_DIR: "/home/rex/.fly",
      FLY_APP: "another",
      FLY_REGION: "iad",
      TERM: "xterm-256color",
    };
    const config = { "mastiff:endpoints": '{"fly":"http://127.0.0.1:4640"}' };
    const { calls } = await run(["console", "psql"], config, { env });
    expect(calls[0]?.env).toMatchObject({
      FLY_API_TOKEN: "the-operators",
      FLY_CONFIG_DIR: "/home/rex/.fly",
      TERM: "xterm-256color",
      FLY_API_BASE_URL: "http://127.0.0.1:4640",
    });
    for (const name of ["FLY_APP", "FLY_REGION", "NO_COLOR"]) expect(calls[0]?.env).not.toHaveProperty(name);
  });

  test.each([
    ["SIGINT", 130, true],
    ["SIGTERM", 143, false],
  ] as const)(
    "ends in its own time after %s, and then the command with %i",
    { timeout: 60_000 },
    async (signal, code, isTyped) => {
      pulumi = scriptedPulumi(stackAnswers("acme"));
      const told = join(pulumi.folder, "told");
      writeFileSync(told, "");
      writeFileSync(
        join(pulumi.folder, "flyctl"),
        `#!/bin/sh\ntrap 'echo "ended in order" >> "${told}"; exit 0' INT TERM\necho "$*" >> "${told}"\nwhile :; do sleep 0.1; done\n`,
        { mode: 0o755 },
      );
      // As a terminal does: flyctl is of the same process group.
      const child = spawn(process.execPath, [join(root, "cli/mastiff.mjs"), "logs"], {
        env: { ...process.env, PATH: [pulumi.folder, process.env.PATH].join(delimiter) },
        detached: true,
        stdio: "ignore",
      });
      const read = () => readFileSync(told, "utf8").split("\n").slice(0, -1);
      await expect.poll(read, { timeout: 30_000 }).toEqual(["logs -a mastiff-party"]);
      process.kill(isTyped ? -Number(child.pid) : Number(child.pid), signal);
      const [ended] = await once(child, "exit");
      expect([ended, read().at(-1)]).toEqual([code, "ended in order"]);
    },
  );
});

describe("of one of several communities that a program makes from arguments", () => {
  const community = (name: string) => ({
    urn: `urn:pulumi:acme::mastiff::mastiff:index:Community::${name}`,
    type: "mastiff:index:Community",
    inputs: {
      domain: `${name}.party`,
      owner: { username: "rex", email: `rex@${name}.party` },
      cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
      fly: { organization: "mastiff" },
    },
  });

  test.each([
    [["logs", "--app", "database", "--community", "cats"], "logs -a cats-party-db"],
    [["console", "psql", "--community", "dogs"], "postgres connect -a dogs-party-db"],
  ])("%j goes to its apps", async (args, line) => {
    pulumi = scriptedPulumi({
      "stack ls": JSON.stringify([{ name: "acme", current: true }]),
      "config --json": "{}",
      "stack export": JSON.stringify({ deployment: { resources: [community("dogs"), community("cats")] } }),
    });
    const calls: (readonly string[])[] = [];
    const { code, stderr } = await runMastiff(args, {
      pulumi,
      flyctl: () => {
        throw new Error("nobody could answer this flyctl");
      },
      async attached(_file, words) {
        calls.push(words);
        return { exitCode: 0 };
      },
    });
    expect(code, stderr).toBe(0);
    expect(calls.map((words) => words.join(" "))).toEqual([expect.stringContaining(line)]);
  });
});
