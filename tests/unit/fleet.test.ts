import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inInspection } from "../../checks/inspector.ts";
import { chosenStacks } from "../../cli/fleet/chosen-stacks.ts";
import { type Engine, type EngineOperation, withEngine } from "../../cli/fleet/engine.ts";
import { follow } from "../../cli/fleet/followed.ts";
import { inPool } from "../../cli/fleet/pool.ts";
import { inWaves, sizesOf, withCanary } from "../../cli/fleet/waves.ts";
import type { Stop } from "../../providers/shared/shell.ts";
import { required } from "../support/config.ts";
import { inspectionOf, type World, wellWorld } from "../support/doctor-world.ts";
import { created, event, refreshed, said, unchanged, updated, violated } from "../support/engine-events.ts";
import { runMastiff } from "../support/mastiff.ts";
import {
  type Answer,
  type ScriptedPulumi,
  scriptedPulumi,
  stackAnswers,
} from "../support/scripted-pulumi.ts";

let folder: string;
let pulumi: ScriptedPulumi | undefined;
let world: World;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fleet-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: mastiff\nruntime: nodejs\n");
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  world = wellWorld();
});
afterEach(() => {
  vi.restoreAllMocks();
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const own = { domain: "acme.social", ownerUsername: "ada", mastodonVersion: "v4.6.3", backup: "off" };
const config = Object.fromEntries(Object.entries(own).map(([key, value]) => [`mastiff:${key}`, value]));

/** A backend with these stacks, all with the config of acme.social. */
function backend(names: readonly string[], answers: Record<string, Answer> = {}) {
  pulumi = scriptedPulumi({
    ...stackAnswers("acme", config),
    "stack ls": JSON.stringify(names.map((name) => ({ name, current: name === "acme" }))),
    "stack output": '{"waitingFor":[]}',
    "config set": "",
    ...answers,
  });
}

function file(stack: string, text: string) {
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), text);
}

interface Asked {
  stack: string;
  what: EngineOperation;
}

/** An engine that plays its operations, and remembers which were asked for. */
function playedEngine(events: (stack: string) => readonly EngineEvent[] = () => []) {
  const asked: Asked[] = [];
  const engine: Engine = {
    async run(stack, what, heard) {
      asked.push({ stack, what });
      const all = events(stack);
      for (const one of [event, ...all]) heard(one);
      return {
        isAccepted: !all.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error"),
        output: "",
      };
    },
  };
  return { engine, asked };
}

const mastiff = (args: readonly string[], engine: Engine = playedEngine().engine, more = {}) =>
  inInspection(inspectionOf(world), () =>
    withEngine(engine, () =>
      runMastiff(["fleet", ...args], {
        pulumi,
        flyctl: async () => ({ exitCode: 1, stdout: "", stderr: "nobody is there" }),
        ...more,
      }),
    ),
  );
const rowsOf = (stdout: string) =>
  (JSON.parse(stdout) as { stacks: { stack: string; result: string; exitCode: number }[] }).stacks;
const resultsOf = (stdout: string) => rowsOf(stdout).map(({ stack, result }) => `${stack} ${result}`);
const noZone = said("error", "There is no zone dogs.example.\n  fix     add it");

describe("which stacks", () => {
  const all = ["acme", "cats", "dogs", "me/mastiff/foxes"];
  const chosen = async (...args: string[]) => {
    backend(all);
    const { code, stdout, stderr } = await mastiff(["outputs", ...args]);
    return { code, names: code === 0 ? Object.keys(JSON.parse(stdout) as object) : [], stderr };
  };

  test("by name, in the backend's order, each once, as a person may name them", async () => {
    expect((await chosen("--stacks", "dogs, acme,dogs")).names).toEqual(["acme", "dogs"]);
    expect((await chosen("--stacks", "foxes")).names).toEqual(["me/mastiff/foxes"]);
  });

  test("all of the project", async () => {
    expect((await chosen("--all")).names).toEqual(all);
  });

  test("by a tag in the stack's file, as YAML and as JSON text", async () => {
    file("acme", "config:\n  mastiff:tags: [eu, small]\n");
    file("cats", "config:\n  mastiff:tags: '[\"eu\"]'\n");
    file("dogs", "config:\n  mastiff:domain: dogs.example\n");
    file("foxes", "encryptionsalt: v1:x\n");
    expect((await chosen("--tag", "eu")).names).toEqual(["acme", "cats"]);
    expect((await chosen("--tag", "small")).names).toEqual(["acme"]);
    const { code, stderr } = await chosen("--tag", "us");
    expect(code).toBe(2);
    expect(stderr).toContain("name a tag that a stack has: eu, small");
  });

  test("a file that is no YAML is named where tags are looked for, and none of it is quoted", async () => {
    file("acme", "config:\n  mastiff:tags: [eu\n  mastiff:env: plain\n");
    const { code, stderr } = await chosen("--tag", "eu");
    expect([code, stderr]).toEqual([1, expect.stringContaining("Pulumi.acme.yaml is no YAML: ")]);
    expect(stderr).toContain("fix     correct that line of the file");
    expect(stderr).not.toContain("plain");
  });

  test("by a tag in a file of another folder, which the project names", async () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: mastiff\nruntime: nodejs\nstackConfigDir: stacks\n");
    mkdirSync(join(folder, "stacks"));
    writeFileSync(join(folder, "stacks/Pulumi.dogs.yaml"), "config:\n  mastiff:tags: [eu]\n");
    vi.spyOn(process, "cwd").mockReturnValue(join(folder, "stacks"));
    expect((await chosen("--tag", "eu")).names).toEqual(["dogs"]);
  });

  test.each([
    [[], "No stacks are named."],
    [["--all", "--tag", "eu"], "only one of them is taken"],
    [["--stacks", "acme,dgos"], 'there is no stack "dgos"'],
    [["--stacks", ""], 'there is no stack ""'],
  ])("%j is wrong usage", async (args, what) => {
    const { code, stderr } = await chosen(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(what)]);
  });

  test("a project without stacks has none to act on", async () => {
    backend([]);
    const { code, stderr } = await mastiff(["outputs", "--all"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("npx mastiff new")]);
  });
});

test("outputs are by stack, secrets stay secret, and one that does not answer keeps the others", async () => {
  const script =
    'case "$*" in *dogs*) echo "error: no"; exit 255;; *) echo \'{"domain":"acme.social"}\';; esac';
  backend(["acme", "dogs"], { "stack output": { script } });
  const { code, stdout, stderr } = await mastiff(["outputs", "--all"]);
  expect([code, JSON.parse(stdout)]).toEqual([1, { acme: { domain: "acme.social" } }]);
  expect(stderr).toContain("dogs: error: no");
  expect(pulumi?.calls().join("\n")).not.toContain("show-secrets");
});

describe("up", () => {
  test("one that is refused leaves the others done, and names itself and its way out", async () => {
    backend(["acme", "cats", "dogs"]);
    const { engine, asked } = playedEngine((stack) => (stack === "cats" ? noZone : []));
    const { code, stdout, stderr } = await mastiff(["up", "--all", "--parallel", "1"], engine);
    expect(asked.map(({ stack, what }) => `${what.verb} ${stack}`)).toEqual([
      "up acme",
      "up cats",
      "up dogs",
    ]);
    expect(stdout).toMatch(/^acme +done .*\ncats +refused .*\ndogs +done /m);
    expect(stderr).toContain("cats, refused:\n  There is no zone dogs.example.\n    fix     add it\n");
    expect(code).toBe(1);
  });

  test("a policy that a preview violates keeps a stack as it is, and the others come up", async () => {
    backend(["acme", "cats"]);
    const noBudget = violated("budget-set", "mandatory", "no budget");
    const asked: string[] = [];
    const engine: Engine = {
      async run(stack, { verb, policyPacks }, heard) {
        asked.push(`${verb} ${stack} ${policyPacks}`);
        for (const one of [event, ...(stack === "acme" ? noBudget : [])]) heard(one);
        return { isAccepted: stack !== "acme", output: "" };
      },
    };
    const { code, stdout } = await mastiff(
      ["up", "--all", "--parallel", "1", "--policy-pack", "policy", "--json"],
      engine,
    );
    expect(asked).toEqual(["preview acme policy", "preview cats policy", "up cats policy"]);
    expect(resultsOf(stdout)).toEqual(["acme refused", "cats done"]);
    expect([code, (JSON.parse(stdout) as { operation: string }).operation]).toEqual([1, "up"]);
  });

  test("never selects a stack", async () => {
    backend(["acme", "cats"]);
    await mastiff(["up", "--all"]);
    expect(pulumi?.calls()).toEqual(["stack ls --json --color=never"]);
  });

  test("a canary goes first, and the others only when the doctor finds it well", async () => {
    backend(["acme", "cats", "dogs"]);
    const { engine, asked } = playedEngine();
    const well = await mastiff(["up", "--all", "--canary", "cats", "--json"], engine);
    expect(resultsOf(well.stdout)).toEqual(["cats done", "acme done", "dogs done"]);
    expect(asked[0]?.stack).toBe("cats");

    const page = "https acme.social/health";
    world.pages[page] = { status: 502 };
    const ill = await mastiff(["up", "--all", "--canary", "cats", "--json"]);
    expect(resultsOf(ill.stdout)).toEqual(["cats failed", "acme skipped", "dogs skipped"]);
    expect(ill.stderr).toContain(`critical  web: /health is OK`);
    expect([well.code, ill.code]).toEqual([0, 1]);
  });

  test("a severity from which a canary is ill is wrong usage without a canary", async () => {
    backend(["acme"]);
    const { engine, asked } = playedEngine();
    const alone = await mastiff(["up", "--all", "--fail-on", "warning"], engine);
    expect([alone.code, asked]).toEqual([2, []]);
    expect(alone.stderr).toContain("name the stack that goes first:  --canary <name>");
    expect(alone.stderr).toContain("npx mastiff fleet doctor --all --fail-on <severity>");

    world.records["_dmarc.acme.social TXT"] = [];
    const up = ["up", "--all", "--canary", "acme"];
    const followed = await mastiff([...up, "--fail-on", "warning"], engine);
    expect([followed.code, (await mastiff(up, engine)).code]).toEqual([1, 0]);
    expect((await mastiff(["doctor", "--all", "--no-inside", "--fail-on", "warning"])).code).toBe(1);
  });

  test("a canary that is none of the stacks is wrong usage", async () => {
    backend(["acme", "cats"]);
    const { code, stderr } = await mastiff(["up", "--stacks", "acme", "--canary", "cats"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("that is none of the chosen stacks")]);
  });

  test.each(["0", "1.5", "many"])("--parallel %s is wrong usage", async (words) => {
    backend(["acme"]);
    const { code, stderr } = await mastiff(["up", "--all", "--parallel", words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--parallel is")]);
  });
});

describe("preview and drift", () => {
  const spec = { app: "acme", image: "m:v4.7.4", groups: { web: { count: 1 } }, database: null };
  const drifted = updated("release", "web-machines-release", spec, spec, {
    DRIFT: [undefined, JSON.stringify({ differences: ["machine 1 (web) is stopped"] })],
  });

  test("a preview changes nothing, and has policies checked", async () => {
    backend(["acme"]);
    const { engine, asked } = playedEngine(() => created("cloudflare:index/dnsRecord:DnsRecord", "web", {}));
    const { stdout } = await mastiff(["preview", "--all", "--policy-pack", "policy", "--json"], engine);
    expect(asked).toEqual([
      { stack: "acme", what: { verb: "preview", refresh: false, policyPacks: ["policy"] } },
    ]);
    expect(rowsOf(stdout)).toMatchObject([{ changes: { create: 1, update: 0, replace: 0, delete: 0 } }]);
  });

  test("drift is looked for everywhere, said in words, and makes the exit code 1", async () => {
    backend(["acme", "dogs"]);
    const { engine, asked } = playedEngine((stack) => (stack === "dogs" ? drifted : []));
    const { code, stdout, stderr } = await mastiff(["drift", "--all", "--json"], engine);
    expect(asked.map(({ what }) => what.refresh)).toEqual([true, true]);
    expect(rowsOf(stdout)).toMatchObject([
      { stack: "acme", result: "done", drift: 0, exitCode: 0 },
      { stack: "dogs", result: "done", drift: 1, exitCode: 1 },
    ]);
    expect(stderr).toContain("dogs, with drift:\n  machine 1 (web) is stopped\n");
    expect(code).toBe(1);
  });
});

describe("doctor", () => {
  test("finds nothing in healthy communities", async () => {
    backend(["acme", "dogs"]);
    const { code, stdout } = await mastiff(["doctor", "--all", "--no-inside"]);
    expect(stdout).toMatch(/^acme +done +none +\d+\ndogs +done +none/m);
    expect(code).toBe(0);
  });

  test("a finding from --fail-on on is a failure, with its repair", async () => {
    backend(["acme"]);
    world.records["_dmarc.acme.social TXT"] = [];
    const doctor = (...args: string[]) => mastiff(["doctor", "--all", "--no-inside", ...args]);
    expect((await doctor()).code).toBe(0);
    const { code, stdout, stderr } = await doctor("--fail-on", "warning");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^acme +failed +1 warning/m)]);
    expect(stderr).toContain("_dmarc.acme.social has no DMARC record");
  });
});

describe("a stack with several communities", () => {
  const { "mastiff:domain": _, ...without } = config;
  const argsOf = (domain: string) => ({
    domain,
    backup: "off",
    mastodonVersion: "v4.6.3",
    owner: { username: "ada", email: "ada@acme.social" },
    cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
    fly: { organization: "acme" },
  });
  const stackWith = (communities: Record<string, object>, answers: Record<string, Answer> = {}) => {
    const resources = Object.entries(communities).map(([name, inputs]) => ({
      urn: `urn:pulumi:acme::mastiff::mastiff:index:Community::${name}`,
      type: "mastiff:index:Community",
      inputs,
    }));
    backend(["acme"], {
      "config --json": JSON.stringify(without),
      "stack export": JSON.stringify({ deployment: { resources } }),
      ...answers,
    });
  };
  const both = { town: argsOf("acme.social"), dogs: argsOf("nobody.example") };

  test("is looked at community by community, with a row for each, and one that is ill keeps none back", async () => {
    stackWith(both);
    const { code, stdout, stderr } = await mastiff(["doctor", "--all", "--no-inside"]);
    expect(stdout).toMatch(/^acme\/dogs +failed +\d+ critical.*\nacme\/town +done +none/m);
    expect(stdout).toContain("\n1 stack: 1 failed; ");
    expect(stderr).toMatch(/^acme\/dogs, failed( .*)?:\n/m);
    expect(stderr).toContain("acme: town: ");
    expect(code).toBe(1);
    const { stdout: json } = await mastiff(["doctor", "--all", "--no-inside", "--json"]);
    expect(JSON.parse(json).stacks).toMatchObject([
      { stack: "acme", community: "dogs", result: "failed" },
      { stack: "acme", community: "town", result: "done", findings: [] },
    ]);
  });

  test("settings of one that are wrong are named at that one", async () => {
    stackWith({ ...both, dogs: { ...both.dogs, domain: "https://x" } });
    const { stdout, stderr } = await mastiff(["doctor", "--all", "--no-inside"]);
    expect(stdout).toMatch(/^acme\/dogs +failed.*\nacme\/town +done/m);
    expect(stderr).toContain("a host name has no scheme");
  });

  test("with one that is ill is an ill canary, beside what changed in the stack", async () => {
    stackWith(both, { "stack ls": '[{"name":"acme"},{"name":"cats"}]' });
    const { code, stdout } = await mastiff(["up", "--all", "--canary", "acme"]);
    expect(stdout).toMatch(
      /^acme +failed +none.*\nacme\/dogs +failed .*\nacme\/town +\w+ .*\ncats +skipped/m,
    );
    expect(stdout).toContain("\n2 stacks: 1 failed, 1 skipped; ");
    expect(code).toBe(1);
  });

  test("has a backup of each taken", async () => {
    stackWith(both);
    const { stderr } = await mastiff(["backup", "--all"]);
    expect(stderr.match(/^acme\/\w+, failed/gm)).toEqual(["acme/dogs, failed", "acme/town, failed"]);
  });
});

describe("destroy", () => {
  test("names the stacks, and wants their number", async () => {
    backend(["acme", "dogs"]);
    const { engine, asked } = playedEngine();
    const no = await mastiff(["destroy", "--all"], engine, { answers: ["yes"] });
    expect([no.code, asked]).toEqual([1, []]);
    expect(no.stderr).toContain("These 2 stacks lose all resources: acme, dogs\n");
    const yes = await mastiff(["destroy", "--all"], engine, { answers: ["2"] });
    expect([yes.code, asked.map(({ what }) => what.verb)]).toEqual([0, ["destroy", "destroy"]]);
  });

  test("without a terminal it needs --yes", async () => {
    backend(["acme"]);
    const { engine, asked } = playedEngine();
    expect((await mastiff(["destroy", "--all"], engine)).code).toBe(2);
    expect(asked).toEqual([]);
    expect((await mastiff(["destroy", "--all", "--yes"], engine)).code).toBe(0);
  });

  test("what a destroy refuses is refused here", async () => {
    backend(["acme"]);
    const { engine } = playedEngine(() => said("error", "lock-hold cannot be deleted: it is protected"));
    const { code, stderr } = await mastiff(["destroy", "--all", "--yes"], engine);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("acme, refused:\n  lock-hold cannot be deleted"),
    ]);
  });
});

describe("upgrade", () => {
  const names = ["a", "b", "c", "d", "e"];

  test("stops at the first that fails, says where it stands, and how to go on", async () => {
    backend(names);
    const { engine, asked } = playedEngine((stack) => (stack === "b" ? said("error", "no migration") : []));
    const { code, stdout, stderr } = await mastiff(
      ["upgrade", "v4.6.3", "--all", "--canary", "c", "--waves", "1, 2", "--json", "--parallel", "1"],
      engine,
    );
    expect(resultsOf(stdout)).toEqual(["c done", "a done", "b refused", "d skipped", "e skipped"]);
    expect(asked.map(({ stack }) => stack)).toEqual(["c", "a", "b"]);
    expect(stderr).toContain(
      [
        "v4.6.3 runs, and the doctor is content: c, a",
        "not well: b",
        "not begun, their config is as it was: d, e",
        "  fix     repair what is said above, then go on:  npx mastiff fleet upgrade v4.6.3 --stacks b,d,e --canary b --parallel 1 --waves 1,2",
      ].join("\n"),
    );
    expect(code).toBe(1);
  });

  test("writes the version into a stack's config when its turn comes, and no sooner", async () => {
    backend(names);
    const { engine } = playedEngine((stack) => (stack === "b" ? said("error", "no") : []));
    await mastiff(["upgrade", "v4.6.4", "--all", "--waves", "1", "--parallel", "1"], engine);
    const set = pulumi?.calls().filter((call) => call.startsWith("config set"));
    // The first one's doctor finds the old version running, which is no more than a warning.
    expect(set).toEqual([
      "config set mastiff:mastodonVersion v4.6.4 --stack a --color=never",
      "config set mastiff:mastodonVersion v4.6.4 --stack b --color=never",
    ]);
  });

  test("a program that gives the version as an argument is told so", async () => {
    backend(["acme"], { "config --json": "{}" });
    const { code, stderr } = await mastiff(["upgrade", "v4.7.4", "--all"]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("acme: a program gives its communities their version, not the config."),
    ]);
  });

  test.each([
    [["latest", "--all"], "pin a release such as v4.7.4"],
    [["v4.7.4", "--all", "--waves", "0,all"], "it is a list of numbers, 1 or more, and the word all"],
    [["v4.7.4"], "No stacks are named."],
  ])("%j is wrong usage", async (args, what) => {
    backend(names);
    const { code, stderr } = await mastiff(["upgrade", ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(what)]);
  });
});

describe("waves", () => {
  const stacks = "abcdefgh".split("").map((name) => ({ name, pulumi: async () => Promise.reject() }));
  const sizes = (words: string) =>
    inWaves(stacks, sizesOf(words)).map((wave) => wave.map(({ name }) => name).join(""));

  test.each([
    ["1,5,all", ["a", "bcdef", "gh"]],
    ["all", ["abcdefgh"]],
    ["3", ["abc", "def", "gh"]],
    ["1,2", ["a", "bc", "de", "fg", "h"]],
    ["20", ["abcdefgh"]],
  ])("%s", (words, found) => expect(sizes(words)).toEqual(found));

  test("the canary is taken out of the others", () => {
    const { first, others } = withCanary(stacks, "c");
    expect([first, others].map((some) => some.map(({ name }) => name).join(""))).toEqual(["c", "abdefgh"]);
  });
});

describe("Ctrl-C", () => {
  test("no further stack begins, the one at work ends, and the table says which did not run", async () => {
    backend(["a", "b", "c"]);
    let interrupt = (_signal: Stop) => {};
    const { engine, asked } = playedEngine();
    const atWork: Engine = {
      async run(...args) {
        interrupt("SIGINT");
        expect(args[3].aborted).toBe(false);
        return engine.run(...args);
      },
    };
    const { code, stdout } = await mastiff(["up", "--all", "--parallel", "1", "--json"], atWork, {
      onStop: (listener: (signal: Stop) => void) => {
        interrupt = listener;
      },
    });
    expect(resultsOf(stdout)).toEqual(["a done", "b skipped", "c skipped"]);
    expect([code, asked.length]).toEqual([130, 1]);
  });

  test("a signal that reaches this process alone is passed on", async () => {
    backend(["a"]);
    let interrupt = (_signal: Stop) => {};
    const atWork: Engine = {
      async run(_stack, _what, _heard, stop) {
        interrupt("SIGTERM");
        return { isAccepted: false, output: stop.aborted ? "error: cancelled" : "" };
      },
    };
    const { code, stderr } = await mastiff(["up", "--all"], atWork, {
      onStop: (listener: (signal: Stop) => void) => {
        interrupt = listener;
      },
    });
    expect([code, stderr]).toEqual([143, expect.stringContaining("error: cancelled")]);
  });

  test("a stack that was stopped before its doctor looked is not called well", async () => {
    backend(["a"]);
    let interrupt = (_signal: Stop) => {};
    const atWork: Engine = {
      async run() {
        interrupt("SIGTERM");
        return { isAccepted: true, output: "" };
      },
    };
    const { code, stdout, stderr } = await mastiff(["upgrade", "v4.6.3", "--all", "--json"], atWork, {
      onStop: (listener: (signal: Stop) => void) => {
        interrupt = listener;
      },
    });
    expect([code, resultsOf(stdout)]).toEqual([143, ["a failed"]]);
    expect(stderr).toContain("stopped before its doctor");
    expect(stderr).toContain("the doctor is content: none\nnot well: a\n");
  });
});

describe("what is followed of an operation", () => {
  const record = "cloudflare:index/dnsRecord:DnsRecord";
  const settled = (events: readonly EngineEvent[]): EngineEvent[] =>
    events.flatMap((one) => [
      one,
      { ...one, resourcePreEvent: undefined, resOutputsEvent: one.resourcePreEvent },
    ]) as EngineEvent[];
  const outcome = (
    events: readonly EngineEvent[],
    { isPlan = false, isAccepted = true, output = "" } = {},
  ) => {
    const steps: string[] = [];
    const { hear, ended } = follow("acme", isPlan, (words) => steps.push(words));
    for (const one of events) hear(one);
    return { steps, ended: ended({ isAccepted, output }) };
  };

  test("its steps, in words, and how many resources have changed", () => {
    const events = [
      event,
      ...settled(created(record, "web", {})),
      ...settled(unchanged(record, "mail", {})),
      // Begun, and not ended.
      ...updated(record, "files", { ttl: 1 }, { ttl: 60 }),
    ];
    const { steps, ended } = outcome(events);
    expect(steps).toEqual(["creating acme-web", "updating acme-files"]);
    expect(ended).toMatchObject({ result: "done", changes: { create: 1, update: 0 } });
    expect(outcome(events, { isPlan: true }).ended).toMatchObject({ changes: { create: 1, update: 1 } });
  });

  test("the cost by the config that the engine shows", () => {
    const shown = Object.fromEntries(Object.entries(required).map(([k, v]) => [`mastiff:${k}`, v]));
    const withConfig = {
      ...event,
      preludeEvent: { config: { ...shown, "mastiff:secretEnv": "[secret]" } },
    };
    expect(outcome([withConfig]).ended.costMicroDollars).toBeGreaterThan(1_000_000);
    expect(outcome([event]).ended.costMicroDollars).toBeUndefined();
  });

  test.each([
    ["a refusal before any step", [event, ...said("error", "no")], true, "refused"],
    [
      "a failure after a step",
      [event, ...created(record, "web", {}), ...said("error", "no")],
      false,
      "failed",
    ],
    ["a violated policy", [event, ...violated("budget-set", "mandatory", "no budget")], true, "refused"],
    ["a run that did not begin", [], false, "failed"],
  ])("%s", (_, events, isRefused, result) => {
    const { ended } = outcome(events, { isAccepted: false, output: "error: the stack is locked" });
    expect(ended).toMatchObject({ result, exitCode: 1, refused: isRefused ? 1 : 0 });
    expect(ended.error).not.toBe("");
    expect(outcome([], { isAccepted: false, output: "error: the stack is locked" }).ended.error).toBe(
      "error: the stack is locked",
    );
  });

  test("what a refresh finds is drift", () => {
    const found = refreshed(record, "web", { content: "192.0.2.1" }, { content: "192.0.2.9" });
    expect(outcome([event, ...found], { isPlan: true }).ended).toMatchObject({
      drift: 1,
      drifted: [expect.any(String)],
    });
  });
});

test("a pool works on so many at once, in their order, and begins nothing after a stop", async () => {
  const begun: number[] = [];
  let atOnce = 0;
  let most = 0;
  const results = await inPool(
    [1, 2, 3, 4, 5, 6],
    2,
    () => begun.length < 4,
    async (item) => {
      begun.push(item);
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return item * 10;
    },
  );
  expect([begun, most]).toEqual([[1, 2, 3, 4], 2]);
  expect(results).toEqual([10, 20, 30, 40, undefined, undefined]);
});

test("a name that no option has is refused before pulumi is asked", async () => {
  await expect(chosenStacks({})).rejects.toThrow("No stacks are named.");
});
