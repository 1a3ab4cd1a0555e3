/** Twenty communities on the local clouds, from `mastiff new` to an upgrade, by the commands that an operator types. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { pulumi } from "../../../sandbox/toolchain/stack.ts";
import { controlOf } from "../../support/control.ts";
import { wrongFigures } from "../../support/limited-calls.ts";
import { openStack, type TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

const count = 20;
const names = Array.from({ length: count }, (_, index) => `town${String(index + 1).padStart(2, "0")}`);
const [first = "", second = "", third = "", last = ""] = [names[0], names[1], names[2], names.at(-1)];
const domainOf = (stack: string) => `${stack}.example`;

const [old, next] = ["v4.7.3", "v4.7.4"];

interface Row {
  stack: string;
  result: string;
  changes: { create: number } | null;
  drift: number | null;
}

/** A volume of the database, as the clouds keep it. */
interface Volume {
  sizeGb: number;
  data: { postgres: { bytes: number } };
}

describe(`a fleet of ${count} communities`, () => {
  let world: TestWorld;
  let stack: TestStack;
  /** What docs/fleet.md has under “Measured”. */
  const measured: string[] = [];

  beforeAll(async () => {
    world = await startWorld();
    await world.meddle((state) => {
      const [zone] = state.cloudflare.zones;
      state.cloudflare.zones.push(
        ...names.map((name, index) => ({
          ...zone,
          id: (0xb000 + index).toString(16).padStart(32, "0"),
          name: domainOf(name),
        })),
      );
    });
    // The limits of the real clouds are not those of other addresses, and here the calls of an hour come in minutes.
    await controlOf(world.url)("PATCH", "dials", {
      cloudflare: { callsPerFiveMinutes: 1_000_000 },
      sendgrid: { callsPerMinute: 1_000_000 },
    });
    stack = await openStack(world);
    const { place } = stack;
    // A project without stacks, as a new one is.
    await pulumi(place, ["stack", "rm", place.stack, "--yes"]);
  });
  afterAll(async () => {
    console.info(measured.join("\n\n"));
    await stack?.end();
    await world?.stop();
  });

  async function mastiff(...words: string[]) {
    const running = execa(process.execPath, [join(root, "cli/mastiff.mjs"), ...words], {
      cwd: stack.place.project,
      env: environment(world.toolchain, stack.place.target),
      extendEnv: false,
      input: "",
      reject: false,
    });
    let peakMb = 0;
    const watch = setInterval(() => {
      peakMb = peakOf(running.pid) ?? peakMb;
    }, 100);
    const { exitCode, stdout, stderr } = await running;
    clearInterval(watch);
    return { code: exitCode ?? 130, stdout, stderr, peakMb };
  }

  /** A command of the fleet, with `--json`. */
  async function fleet(...words: string[]) {
    const run = await mastiff("fleet", ...words, "--json");
    const { stacks } = JSON.parse(run.stdout || '{"stacks":[]}') as { stacks: Row[] };
    const results = stacks.map(({ stack, result }) => `${stack} ${result}`);
    return { ...run, rows: stacks, results };
  }

  const withoutZone = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    let zone: unknown;
    await world.meddle(({ cloudflare }) => {
      const index = cloudflare.zones.findIndex((one: { name: string }) => one.name === domainOf(name));
      [zone] = cloudflare.zones.splice(index, 1);
    });
    try {
      return await work();
    } finally {
      await world.meddle(({ cloudflare }) => cloudflare.zones.push(zone));
    }
  };
  const since = async () => (await world.journal()).at(-1)?.n ?? 0;

  test("mastiff new makes each stack, by options and a file of answers", async () => {
    const answers = join(world.folder, "answers.yaml");
    const { url } = world;
    const lines = {
      "cloudflare:baseUrl": `${url}/client/v4`,
      endpoints: { fly: url, sendgrid: `${url}/sendgrid/v3`, r2: `${url}/r2`, internet: url },
      cloudflareAccountId: "00000000000000000000000000000d09",
      flyOrg: "mastiff",
      mastodonVersion: old,
      tags: ["town"],
    };
    const texts = Object.entries(lines).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    writeFileSync(answers, texts.join(""));
    for (const name of names) {
      const owner = ["--owner", "rex", "--email", `rex@${domainOf(name)}`];
      const run = await mastiff(
        "new",
        "-s",
        name,
        "--domain",
        domainOf(name),
        ...owner,
        "--from",
        answers,
        "--yes",
      );
      expect(run.code, run.stderr).toBe(0);
    }
  });

  test("up brings them up; one that fails leaves the others up, and names itself and its way out", async () => {
    const selected = await selectedStack();
    const up = await withoutZone(last, () => mastiff("fleet", "up", "--all"));
    const results = [...up.stdout.matchAll(/^(town\d\d) +(\w+) /gm)].map(
      ([, name, result]) => `${name} ${result}`,
    );
    expect(results, up.stderr).toEqual(names.map((name) => `${name} ${name === last ? "failed" : "done"}`));
    expect(up.code).toBe(1);
    expect(up.stderr).toContain(`\n${last}, failed (before its lines:  pulumi stack select ${last}):\n`);
    expect(up.stderr).toContain(`Cloudflare shows no zone ${domainOf(last)}`);
    expect(up.stderr).toMatch(/^ +fix +add the domain/m);
    expect(await selectedStack()).toBe(selected);

    const again = await fleet("up", "--stacks", last);
    expect([again.code, again.results], again.stderr).toEqual([0, [`${last} done`]]);
    expect(again.rows[0]?.changes?.create).toBeGreaterThan(30);
    measured.push(
      `\`npx mastiff fleet up --all\` on ${availableParallelism()} cores, while the zone of ${last} is missing:`,
      ["```", up.stdout.trimEnd(), "```"].join("\n"),
      `The process of the command had at most ${mb(up)} of memory. For ${last} alone, it had ${mb(again)}.`,
    );
    // What is kept of a stack that has ended is one row.
    expect(up.peakMb).toBeLessThanOrEqual(again.peakMb * 1.5);
  });

  test("the doctor finds nothing in any of them", async () => {
    const table = await mastiff("fleet", "doctor", "--tag", "town");
    expect(table.code, table.stderr).toBe(0);
    expect(table.stdout.match(/^town\d\d +done +/gm)).toHaveLength(count);
    measured.push(
      `\`npx mastiff fleet doctor --tag town\`, with at most ${mb(table)}: ${table.stdout.trimEnd().split("\n").at(-1)}.`,
    );
  });

  test("what the doctor and a look for drift call is no more than the fleet counts on", async () => {
    for (const operation of ["doctor", "drift"] as const) {
      const before = await since();
      const { code, stderr, rows } = await fleet(operation, "--stacks", first);
      expect([code, rows[0]?.drift ?? 0], stderr).toEqual([0, 0]);
      expect(wrongFigures(operation, await world.journal(before))).toEqual([]);
    }
  });

  test("after a canary that is ill, nothing begins", async () => {
    const fill = (share: number) =>
      world.meddle(({ fly }) => {
        const app = fly.apps[`${first}-example-db`];
        for (const { sizeGb, data } of Object.values<Volume>(app.volumes))
          data.postgres.bytes = share * sizeGb * 1_000_000_000;
      });
    await fill(1.03);
    const up = await fleet("up", "--stacks", `${first},${second}`, "--canary", first);
    expect([up.code, up.results], up.stderr).toEqual([1, [`${first} failed`, `${second} skipped`]]);
    expect(up.stderr).toContain("database: its disk has room");
    await fill(0.01);
  });

  test("an upgrade stops at the first that fails, and goes on as printed", async () => {
    const stacks = [first, second, third].join(",");
    const words = ["upgrade", next, "--stacks", stacks, "--canary", first, "--waves", "1"];
    const stopped = await withoutZone(second, () => fleet(...words));
    expect([stopped.code, stopped.results], stopped.stderr).toEqual([
      1,
      [`${first} done`, `${second} refused`, `${third} skipped`],
    ]);
    expect([await versionOf(first), await versionOf(third)]).toEqual([next, old]);
    const line = /then go on: {2}npx mastiff fleet (.*)/.exec(stopped.stderr)?.[1] ?? "";
    expect(line).toBe(`upgrade ${next} --stacks ${second},${third} --canary ${second} --waves 1`);

    const rest = await fleet(...line.split(" "));
    expect([rest.code, rest.results], rest.stderr).toEqual([0, [`${second} done`, `${third} done`]]);
    expect(await versionOf(third)).toBe(next);
    const preview = await fleet("preview", "--stacks", stacks);
    expect(preview.rows.map(({ changes }) => changes)).toEqual(
      [0, 1, 2].map(() => ({ create: 0, update: 0, replace: 0, delete: 0 })),
    );
  });

  test("outputs are those of all, and show no secret", async () => {
    const { code, stdout } = await mastiff("fleet", "outputs", "--stacks", `${first},${second}`);
    const outputs = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    expect([code, Object.keys(outputs)]).toEqual([0, [first, second]]);
    expect(outputs[first]?.ownerPassword).toBe("[secret]");
  });

  async function selectedStack(): Promise<string | undefined> {
    const { stdout } = await pulumi(stack.place, ["stack", "ls", "--json"]);
    return (JSON.parse(stdout) as { name: string; current: boolean }[]).find(({ current }) => current)?.name;
  }

  async function versionOf(name: string): Promise<string> {
    const run = await pulumi(stack.place, ["config", "get", "mastiff:mastodonVersion", "--stack", name]);
    return run.stdout.trim();
  }
});

/** The most memory that a process has had so far, in MB (Linux: proc(5), VmHWM). */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return undefined;
  }
}

const mb = ({ peakMb }: { peakMb: number }) => `${peakMb.toFixed(0)} MB`;
