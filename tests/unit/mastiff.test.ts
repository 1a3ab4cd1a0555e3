import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { callOf } from "../../cli/call.ts";
import { mastiff } from "../../cli/commands.ts";
import { nearest } from "../../cli/nearest.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { runMastiff } from "../support/mastiff.ts";
import { OneOffFlyctl } from "../support/one-off-flyctl.ts";
import {
  type Answer,
  type ScriptedPulumi,
  scriptedPulumi,
  stackAnswers,
} from "../support/scripted-pulumi.ts";

let pulumi: ScriptedPulumi | undefined;
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

const onStack = (answers: Record<string, Answer> = stackAnswers("acme")) => {
  pulumi = scriptedPulumi(answers);
  return pulumi;
};
const run = (args: readonly string[], flyctl = new OneOffFlyctl()) =>
  runMastiff(args, { pulumi, flyctl: flyctl.run });

describe("help", () => {
  test("of mastiff itself loads no command", async () => {
    const loaded: string[] = [];
    for (const [name, entry] of Object.entries(mastiff.commands ?? {})) {
      const { load } = entry;
      entry.load = () => {
        loaded.push(name);
        return load();
      };
    }
    expect([(await run(["--help"])).code, loaded]).toEqual([0, []]);
  });

  test("that stands among the words of a tootctl line is tootctl's own", async () => {
    const { asks, rawArgs } = await callOf(["tootctl", "-s", "acme", "accounts", "--help"]);
    expect([asks, rawArgs]).toEqual(["run", ["-s", "acme", "--", "accounts", "--help"]]);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("wrong usage ends with 2, says what is meant, and asks nobody", () => {
  test.each<[words: string, what: string, fix: string]>([
    ["", "mastiff needs a command.", "name one of these: new, tootctl, job, console, logs, backup, "],
    ["recvoer", 'mastiff has no command "recvoer".', "did you mean  npx mastiff recover"],
    ["toot", 'mastiff has no command "toot".', "did you mean  npx mastiff tootctl"],
    ["toString", 'mastiff has no command "toString".', "see  npx mastiff --help"],
    ["-s acme recover", "mastiff has no option -s.", "npx mastiff <command> -s"],
    ["job", "mastiff job needs a command.", "name one of these: run"],
    ["job rnu", 'mastiff job has no command "rnu".', "did you mean  npx mastiff job run"],
    ["recover --cancle", "mastiff recover has no option --cancle.", "did you mean  --cancel"],
    ["recover --stac acme", "mastiff recover has no option --stac.", "did you mean  --stack"],
    ["recover -x", "mastiff recover has no option -x.", "see  npx mastiff recover --help"],
    ["recover --no-stack", "mastiff recover has no option --no-stack.", "see  npx mastiff recover --help"],
    ["recover -s", "-s needs a value.", "-s <value>"],
    ["recover --stack --cancel", "--stack needs a value.", "--stack <value>"],
    ["recover --cancel=yes", "--cancel takes no value.", "--cancel alone"],
    ["recover acme", 'mastiff recover does not take the argument "acme".', "npx mastiff recover -s acme"],
    ["recover -- acme", 'mastiff recover does not take the argument "acme".', "npx mastiff recover -s acme"],
    [
      "tootctl -s acme",
      "mastiff tootctl: the command to run is missing.",
      "npx mastiff tootctl -s acme accounts refresh",
    ],
    [
      "tootctl -s acme --",
      "mastiff tootctl: the command to run is missing.",
      "npx mastiff tootctl -s acme accounts",
    ],
    ["tootctl --all accounts", "mastiff tootctl has no option --all.", "npx mastiff tootctl -- --all"],
    ["doctor --fail-on much", '--fail-on is "much": that is not a severity.', "--fail-on warning"],
    [
      "doctor -s acme --domain acme.social",
      "-s and --domain each name a community",
      "the default hosts:  --domain <domain>",
    ],
    [
      "doctor --domain https://acme.social",
      '--domain is "https://acme.social": a host name has no scheme.',
      "--domain acme.social",
    ],
    [
      "logs --app db",
      '--app is "db": a community has no such app.',
      "web, streaming, database, redis, backup, mirror",
    ],
    ["logs --app toString", '--app is "toString"', "one of these:  web, "],
    ["logs --tail=no", "--tail takes no value.", "--tail alone"],
    ["logs web", 'mastiff logs does not take the argument "web".', "npx mastiff logs --help"],
    ["console pry", 'mastiff console has no "pry".', "one of these:  rails, shell, psql"],
    [
      "console rails runner",
      'mastiff console does not take the argument "runner".',
      "mastiff console --help",
    ],
    ["backup now", 'mastiff backup does not take the argument "now".', "npx mastiff backup -s now"],
    ["backups --jsno", "mastiff backups has no option --jsno.", "did you mean  --json"],
    ["job run --memory-mb 100 true", '--memory-mb is "100"', "--memory-mb 2048"],
    ["job run --memory-mb much true", '--memory-mb is "much"', "--memory-mb 2048"],
    [
      "job run --memroy-mb 512 true",
      "mastiff job run has no option --memroy-mb.",
      "did you mean  --memory-mb",
    ],
  ])("mastiff %s", async (words, what, fix) => {
    onStack();
    const flyctl = new OneOffFlyctl();
    const { code, stdout, stderr } = await run(words.split(" ").filter(Boolean), flyctl);
    expect([code, stdout, stderr.startsWith(what), pulumi?.calls(), flyctl.calls]).toEqual([
      2,
      "",
      true,
      [],
      [],
    ]);
    expect(stderr).toContain(fix);
  });

  test.each([
    ["recvoer", "recover"],
    ["tootcl", "tootctl"],
    ["rec", "recover"],
    ["r", "recover"],
    ["", undefined],
    ["banana", undefined],
    ["jbo", "job"],
    ["j0b", "job"],
  ])("of all commands %j is nearest to %j", (word, near) => {
    expect(nearest(word, ["tootctl", "job", "recover"])).toBe(near);
  });

  test("what begins two words means the one that differs least, or none", () => {
    expect(nearest("backup", ["backup-now", "backups"])).toBe("backups");
    expect(nearest("b", ["backup", "budget"])).toBeUndefined();
  });
});

describe("a command in a machine", () => {
  const ofJob = (args: readonly string[] = []) => args.slice(args.indexOf("--") + 1);

  test.each([0, 1, 2, 7])("that ends with %i is heard, and its words arrive as they are", async (code) => {
    onStack();
    const flyctl = new OneOffFlyctl(code);
    const words = ["accounts", "refresh", "--all", "a b", "-s", "--", "$(id)", "--no-verbose", ""];
    const ended = await run(["tootctl", "-s", "acme", ...words], flyctl);
    expect([ended.code, ended.stdout]).toEqual([code, "done\n"]);
    expect(flyctl.runs().map(ofJob)).toEqual([["bin/tootctl", ...words]]);
  });

  test.each([
    ["tootctl --version", ["tootctl", "--", "--version"], ["bin/tootctl", "--version"]],
    ["job run", ["job", "run", "--stack=acme", "--", "bundle", "exec", "-x"], ["bundle", "exec", "-x"]],
    ["job run without --", ["job", "run", "-sacme", "env", "-0"], ["env", "-0"]],
  ])("%s", async (_what, args, command) => {
    onStack();
    const flyctl = new OneOffFlyctl();
    expect((await run(args, flyctl)).code).toBe(0);
    expect(flyctl.runs().map(ofJob)).toEqual([command]);
  });

  test.each([
    ["a name that follows from the domain", {}, "mastiff-party"],
    ["the config's own name", { "mastiff:app": "acme-social" }, "acme-social"],
  ])("is in the stack's app: %s", async (_which, config, app) => {
    onStack(stackAnswers("acme", config));
    const flyctl = new OneOffFlyctl();
    await run(["tootctl", "version"], flyctl);
    expect(flyctl.runs()[0]?.join(" ")).toContain(` ${app} `);
    // The selected stack is named too: somebody may select another one in between.
    expect(pulumi?.calls()[1]).toContain("config --json --stack acme");
  });

  test("has the memory that is asked for, else the web machine's", async () => {
    onStack();
    const flyctl = new OneOffFlyctl();
    await run(["tootctl", "--memory-mb", "2048", "version"], flyctl);
    await run(["tootctl", "version"], flyctl);
    const memory = flyctl.runs().map((args) => /--vm-memory (\S+)/.exec(args.join(" "))?.[1]);
    expect(memory).toEqual(["2048", "1024"]);
  });

  test("is started where the config says that Fly is", async () => {
    onStack(stackAnswers("acme", { "mastiff:endpoints": '{"fly":"http://127.0.0.1:4640"}' }));
    const flyctl = new OneOffFlyctl();
    await run(["tootctl", "version"], flyctl);
    expect(flyctl.calls[0]?.env).toMatchObject({
      FLY_API_BASE_URL: "http://127.0.0.1:4640",
      FLY_FLAPS_BASE_URL: "http://127.0.0.1:4640",
    });
  });
});

describe("the stack", () => {
  const listed = (...names: string[]): Record<string, Answer> => ({
    ...stackAnswers("acme"),
    "stack ls": JSON.stringify(names.map((name) => ({ name, current: false }))),
  });

  test.each([
    ["acme", ["dogs", "acme"], "acme"],
    ["organization/mastiff/acme", ["acme"], "acme"],
    ["acme", ["organization/mastiff/acme"], "organization/mastiff/acme"],
    ["me/acme", ["they/acme", "me/acme"], "me/acme"],
    ["acme", ["they/acme", "acme"], "acme"],
    ["me/acme", ["they/acme", "acme"], "acme"],
  ])("-s %s among %j is %s", async (name, names, found) => {
    onStack(listed(...names));
    expect((await run(["tootctl", "-s", name, "version"])).code).toBe(0);
    expect(pulumi?.calls()[1]).toContain(`--stack ${found} `);
  });

  test.each([
    [
      "is not there",
      ["-s", "acem"],
      "There is no stack acem.\n  fix     name an existing stack with -s <name>: dogs, acme\n",
    ],
    ["of another organisation", ["-s", "me/they"], "There is no stack me/they.\n"],
    [
      "is not selected",
      [],
      "No stack is selected.\n  fix     name an existing stack with -s <name>: dogs, acme\n",
    ],
  ])("that %s ends the command with 1 and the names that there are", async (_which, option, words) => {
    onStack(listed("dogs", "acme"));
    const { code, stdout, stderr } = await run(["tootctl", ...option, "version"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(words);
  });

  test("whose config is not valid is not guessed at", async () => {
    onStack(stackAnswers("acme", { "mastiff:app": "Not A Name" }));
    const flyctl = new OneOffFlyctl();
    const { code, stderr } = await run(["tootctl", "version"], flyctl);
    expect([code, flyctl.calls]).toEqual([1, []]);
    expect(stderr).toContain('mastiff:app is "Not A Name": ');
    expect(stderr).toContain("fix: pulumi config set mastiff:app ");
  });

  test("whose config breaks a rule between keys is not guessed at either, encrypted values aside", async () => {
    const { "config --json": config, ...others } = stackAnswers("acme", {
      "mastiff:smtpServer": "smtp.acme.example",
    });
    const secret = { value: undefined, secret: true };
    const keys = JSON.parse(config as string);
    onStack({
      ...others,
      "config --json": JSON.stringify({
        ...keys,
        "mastiff:smtpPassword": secret,
        "mastiff:secretEnv": secret,
      }),
    });
    const { code, stderr } = await run(["cost"]);
    expect([code, stderr.match(/^ {2}mastiff:\w+/gm)]).toEqual([1, ["  mastiff:smtpLogin"]]);
  });

  test("cannot be asked for without pulumi", async () => {
    const { code, stderr } = await run(["recover"]);
    expect([code, stderr.split("\n")[0]]).toEqual([1, "pulumi is not on PATH."]);
    expect(stderr).toContain("fix     install it:");
  });

  test("what pulumi refuses is shown as it says it", async () => {
    onStack({ "stack ls": { script: "echo 'error: no Pulumi.yaml project file found' >&2; exit 255" } });
    expect(await run(["recover"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: no Pulumi.yaml project file found\n",
    });
  });
});

describe("recover", () => {
  const whole = {
    ...stackAnswers("acme"),
    "refresh --yes": "",
    "stack export": '{"deployment":{"resources":[]}}',
  };

  test("without --json says its results on stdout, and what to do next on stderr", async () => {
    onStack(whole);
    const { code, stdout, stderr } = await run(["recover"]);
    expect([code, stderr]).toEqual([
      0,
      "now: pulumi up -s acme   (or destroy, if a destroy was interrupted)\n",
    ]);
    expect(stdout).toContain("the state of acme has no identity");
    expect(stdout).toContain("nothing was left behind\n");
  });

  test("with --json gives a script one document, and talks on stderr", async () => {
    const pending = {
      type: "creating",
      resource: { urn: "urn:pulumi:acme::mastiff::cloudflare:index/dnsRecord:DnsRecord::mail-dkim1" },
    };
    onStack({
      ...whole,
      "stack export": JSON.stringify({ deployment: { resources: [], pending_operations: [pending] } }),
    });
    const { code, stdout, stderr } = await run(["recover", "--json", "-s", "acme"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      stack: "acme",
      hasIdentity: false,
      pending: [{ type: "creating", name: "mail-dkim1" }],
      halfKnown: [],
      leftovers: [],
      notLookedAt: [],
    });
    expect(stderr).toContain(
      "mail-dkim1: a run was interrupted while creating it; the pending operation is cleared\n",
    );
  });

  /** A state with these communities, each with its identity. */
  const stateOf = (communities: Record<string, object>) => {
    const type = "random:index/randomId:RandomId";
    const resources = Object.entries(communities).flatMap(([name, inputs]) => [
      {
        urn: `urn:pulumi:acme::mastiff::mastiff:index:Community::${name}`,
        type: "mastiff:index:Community",
        inputs,
      },
      {
        urn: `urn:pulumi:acme::mastiff::mastiff:index:Community$${type}::${name}-identity-id`,
        parent: `urn:pulumi:acme::mastiff::mastiff:index:Community::${name}`,
        type,
        created: "2026-11-23T10:00:00Z",
        outputs: { hex: "3f9a1c0b77de" },
      },
    ]);
    return JSON.stringify({ deployment: { resources } });
  };
  const writing = (calls: string[] = []) =>
    calls.filter((call) => !/^(stack (ls|export)|config) /.test(call));

  test.each([
    [[], "The stack acme has 2 communities."],
    [["--community", "cows"], 'The stack acme has no community "cows".'],
  ])("with several communities and %j does nothing, and names them", async (option, words) => {
    onStack({ ...whole, "stack export": stateOf({ dogs: {}, cats: {} }) });
    const { code, stderr } = await run(["recover", ...option]);
    expect([code, writing(pulumi?.calls())]).toEqual([2, []]);
    expect(stderr).toContain(words);
    expect(stderr).toContain("with --community <name>: dogs, cats");
  });

  test("takes a community's settings from its recorded arguments, which the stack's config does not have", async () => {
    const encrypted = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    const dogs = {
      domain: "mastiff.party",
      owner: { username: "rex", email: "rex@mastiff.party" },
      cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
      fly: { organization: "mastiff" },
      mail: { smtp: { server: "smtp.example.org", login: "rex", password: encrypted } },
      secretEnv: { DEEPL_API_KEY: encrypted },
    };
    const asked: string[] = [];
    const cloudflare = createServer((request, answer) => {
      asked.push(`${request.method} ${request.url}`);
      answer.setHeader("content-type", "application/json");
      answer.statusCode = request.url?.includes("/r2/") ? 404 : 200;
      answer.end(JSON.stringify({ success: true, errors: [], result: [], result_info: { total_pages: 1 } }));
    });
    cloudflare.listen(0, "127.0.0.1");
    await once(cloudflare, "listening");
    const { port } = cloudflare.address() as AddressInfo;
    const config = {
      "cloudflare:baseUrl": { value: `http://127.0.0.1:${port}`, secret: false },
      "cloudflare:apiToken": { value: "a-token", secret: false },
    };
    onStack({
      ...whole,
      "config --json": JSON.stringify(config),
      "stack export": stateOf({ dogs, cats: {} }),
    });
    const { code, stdout, stderr } = await run(["recover", "--json", "--community", "dogs"]);
    cloudflare.close();
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ community: "dogs", hasIdentity: true, leftovers: [] });
    expect(asked).toContain("GET /accounts/0123456789abcdef0123456789abcdef/r2/buckets/files-mastiff-party");
  });

  const locked = {
    script:
      "echo 'error: the stack is currently locked by 1 lock(s).'; echo '  file:///s/1.json: created by rex@elsewhere (pid 7) at 2026-11-23T23:37:00Z'; exit 255",
  };
  const cancelled = (calls: string[] = []) => calls.filter((call) => call.startsWith("cancel"));

  test("takes no lock from a run on another machine", async () => {
    onStack({ ...whole, "refresh --yes": locked, "cancel --yes": "" });
    const { code, stdout, stderr } = await run(["recover"]);
    expect([code, stdout, cancelled(pulumi?.calls())]).toEqual([1, "", []]);
    expect(stderr).toContain("Another run holds the lock of acme: rex@elsewhere, process 7");
    expect(stderr).toContain("npx mastiff recover -s acme --cancel");
  });

  test("--cancel does, as that message says", async () => {
    onStack({ ...whole, "refresh --yes": locked, "cancel --yes": "" });
    await run(["recover", "-s", "acme", "--cancel"]);
    expect(cancelled(pulumi?.calls())).toEqual(["cancel --yes --stack acme --color=never"]);
  });
});

describe("as a process", () => {
  /** A start of Node takes seconds where many wait for a core. */
  const slow = { timeout: 60_000 };
  const bin = join(root, "cli/mastiff.mjs");

  test("it is what package.json names, and can be started", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(manifest.bin).toEqual({ mastiff: "cli/mastiff.mjs" });
    accessSync(bin, constants.X_OK);
    expect(readFileSync(bin, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test.each([
    ["SIGINT", 130, true],
    ["SIGTERM", 143, false],
  ] as const)(
    "%s ends pulumi in its own time, and then the command with %i",
    slow,
    async (signal, code, isTyped) => {
      onStack({
        ...stackAnswers("acme"),
        "stack export": {
          script: `trap 'echo "ended in order" >> "$(dirname "$0")/calls"; exit 1' INT TERM; echo waits >> "$(dirname "$0")/calls"; while :; do sleep 0.1; done`,
        },
      });
      // As a terminal does: pulumi is of the same process group.
      const child = spawn(process.execPath, [bin, "recover"], {
        env: { ...process.env, PATH: [pulumi?.folder, process.env.PATH].join(delimiter) },
        detached: true,
        stdio: "ignore",
      });
      await expect.poll(() => pulumi?.calls(), { timeout: 30_000 }).toContain("waits");
      process.kill(isTyped ? -Number(child.pid) : Number(child.pid), signal);
      const [ended] = await once(child, "exit");
      expect([ended, pulumi?.calls().at(-1)]).toEqual([code, "ended in order"]);
    },
  );
});

describe("every line that the product prints or its pages show", () => {
  const folders = ["cli", "components", "providers", "checks"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  );
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/operations.md",
    "docs/backups.md",
    "docs/housekeeping.md",
    "docs/cost.md",
    "docs/architecture.md",
  ];
  const files = [...folders.filter((file) => file.endsWith(".ts")), ...pages];
  const lines = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/npx mastiff((?: (?![ #(])[^\s`"',;]+)*)/g)]
      .map(([, words = ""]) => words.trim().replace(/[.:]$/, ""))
      // What only a run knows, and what stands for any command.
      .filter((words) => words !== "" && !/<command>|\$\{(path|command)\}/.test(words))
      .map((words) => [file, words] as const),
  );

  test("are found", () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  test.each(lines)("%s: npx mastiff %s is understood", async (_file, words) => {
    const call = await callOf(words.replaceAll(/\$\{[\w.]+\}|<\w+>/g, "acme").split(" "));
    expect(call.path).toMatch(/^mastiff/);
  });
});
