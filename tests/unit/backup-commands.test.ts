import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ended, Program } from "../../providers/shared/program.ts";
import { backupsOutput, putBackup } from "../support/backups.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import {
  type Answer,
  type ScriptedPulumi,
  scriptedPulumi,
  stackAnswers,
} from "../support/scripted-pulumi.ts";

let s3: S3Server;
let pulumi: ScriptedPulumi;
beforeEach(async () => {
  s3 = await startS3("backups-mastiff-party");
});
afterEach(async () => {
  pulumi[Symbol.dispose]();
  await s3[Symbol.asyncDispose]();
});

const off = { "mastiff:backup": "off" };
const isOff =
  "No backups of mastiff.party are taken: mastiff:backup is off.\n  fix     switch backups on:  pulumi config rm mastiff:backup && pulumi up\n";

/** A flyctl in whose backup app machines take backups. It keeps what it was called with. */
class Flyctl {
  readonly calls: (readonly string[])[] = [];
  readonly #said: readonly string[];
  readonly #exitCode: number;
  /** @param said by the machine that takes a backup */
  constructor(said: readonly string[] = [], exitCode = 0) {
    this.#said = said;
    this.#exitCode = exitCode;
  }

  run = async (_file: string, args: readonly string[], _how: Program): Promise<Ended> => {
    this.calls.push(args);
    return { exitCode: 0, stderr: "", stdout: this.#answer(args[0] === "machine" ? args[1] : args[0]) };
  };

  #answer(verb: string | undefined): string {
    if (verb === "list") return JSON.stringify(this.#machines());
    if (verb === "run") return "Machine ID: 2222\n";
    if (verb !== "logs") return "";
    const line = (message: string, provider = "app") => ({
      timestamp: "2026-11-29T03:00:00Z",
      message,
      meta: { event: { provider } },
    });
    return [...this.#said.map((text) => line(text)), line("INFO Main child exited normally", "runner")]
      .map((one) => JSON.stringify(one))
      .join("\n");
  }

  #machines() {
    const scheduled = {
      id: "1111",
      state: "stopped",
      region: "ams",
      created_at: "2026-11-23T10:00:00Z",
      config: {
        image: "flyio/postgres-flex:17.2",
        schedule: "daily",
        metadata: { mastiff_job: "backup" },
        guest: { cpu_kind: "shared", cpus: 1, memory_mb: 512 },
        init: { cmd: ["bash", "-c", "# mastiff: backup"] },
      },
    };
    const now = {
      id: "2222",
      state: "stopped",
      events: [{ type: "exit", timestamp: 1, request: { exit_event: { exit_code: this.#exitCode } } }],
    };
    return this.calls.some(([, verb]) => verb === "run") ? [scheduled, now] : [scheduled];
  }
}

describe("mastiff backup", () => {
  const run = (args: readonly string[], flyctl: Flyctl, config: Record<string, string> = {}) => {
    pulumi = scriptedPulumi(stackAnswers("acme", config));
    return runMastiff(["backup", "-s", "acme", ...args], { pulumi, flyctl: flyctl.run });
  };
  const { manifest } = putBackup({ objects: new Map() }, { hours: 0 });
  const said = ["dumping mastiff.party", JSON.stringify(manifest)];

  test("takes one in the app of the backups, shows what it says, and prints it as a table", async () => {
    const flyctl = new Flyctl(said);
    const { code, stdout, stderr } = await run([], flyctl);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("dumping mastiff.party\n");
    expect(stdout).toMatch(
      /^taken .*\n\d{4}-\d\d-\d\d \d\d:\d\d UTC +\d min +daily +0\.0 KiB +v4\.7\.4 +40321 +52 +1203455\n$/,
    );
    const started = flyctl.calls.filter(([group, verb]) => group === "machine" && verb === "run");
    expect(started.map((args) => args.join(" "))).toEqual([
      expect.stringContaining(" -a mastiff-party-backup "),
    ]);
    expect(pulumi.calls().join("\n")).not.toContain("--show-secrets");
  });

  test("--json prints the manifest alone on stdout", async () => {
    const { code, stdout } = await run(["--json"], new Flyctl(said));
    expect([code, JSON.parse(stdout)]).toEqual([0, manifest]);
  });

  test("that fails ends with the machine's exit code and its last words, and prints no table", async () => {
    const { code, stdout, stderr } = await run([], new Flyctl(["No backup was taken: no room."], 7));
    expect([code, stdout]).toEqual([7, ""]);
    expect(stderr).toContain("No backup was taken: no room.\n");
  });

  test("whose log Fly has lost is taken all the same, and can be seen in the list", async () => {
    const { code, stdout, stderr } = await run([], new Flyctl([]));
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("to see it:  npx mastiff backups -s acme\n");
  });

  test("where backups are off says so, and starts nothing", async () => {
    const flyctl = new Flyctl();
    expect(await run([], flyctl, off)).toEqual({ code: 1, stdout: "", stderr: isOff });
    expect(flyctl.calls).toEqual([]);
  });
});

describe("mastiff backups", () => {
  const run = (
    args: readonly string[] = [],
    how: { config?: Record<string, string>; output?: Answer } = {},
  ) => {
    const { config, output = backupsOutput(s3.url) } = how;
    pulumi = scriptedPulumi({ ...stackAnswers("acme", config), "stack output": output });
    const flyctl = () => {
      throw new Error("the list asks the bucket alone");
    };
    return runMastiff(["backups", "-s", "acme", ...args], { pulumi, flyctl });
  };
  const classesOf = (table: string) =>
    table
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/ {2,}/)[2]);

  test("lists those of all classes, the newest first, beyond one page of the bucket's list", async () => {
    putBackup(s3, { hours: 700, class: "monthly" });
    putBackup(s3, { hours: 3 });
    putBackup(s3, { hours: 27 });
    putBackup(s3, { hours: 100, class: "weekly" });
    putBackup(s3, { hours: 1, class: "hourly" });
    s3.pageSize = 2;
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, ""]);
    expect(classesOf(stdout)).toEqual(["hourly", "daily", "daily", "weekly", "monthly"]);
    expect(s3.asked.filter((one) => one.endsWith(".gpg"))).toEqual([]);
  });

  test("decrypts the one output that it needs, and prints no key", async () => {
    putBackup(s3, { hours: 1 });
    const { stdout } = await run(["--json"]);
    const secret = pulumi.calls().filter((call) => call.includes("--show-secrets"));
    expect(secret).toEqual(["stack output backups --json --show-secrets --stack acme --color=never"]);
    expect(stdout).not.toMatch(/planted|key-id/);
  });

  test("--json is the bucket, the schedule, and the manifests with their keys", async () => {
    const { manifest, key } = putBackup(s3, { hours: 1 });
    const { code, stdout, stderr } = await run(["--json"]);
    expect([code, stderr, JSON.parse(stdout)]).toEqual([
      0,
      "",
      {
        bucket: "backups-mastiff-party",
        schedule: "daily",
        backups: [{ key, ...manifest, problem: null, drill: null }],
        problem: null,
      },
    ]);
  });

  test.each([
    ["daily", 48, 0],
    ["daily", 50, 1],
    ["hourly", 2, 0],
    ["hourly", 4, 1],
  ])("with the schedule %s and the newest %i h old ends with %i", async (schedule, hours, wanted) => {
    putBackup(s3, { hours });
    const { code, stdout, stderr } = await run([], {
      config: { "mastiff:backup": JSON.stringify({ schedule }) },
    });
    expect([code, classesOf(stdout)]).toEqual([wanted, ["daily"]]);
    if (wanted === 0) expect(stderr).toBe("");
    else {
      expect(stderr).toMatch(/^In the bucket backups-mastiff-party, the newest backup is \d+ [hd] old/);
      expect(stderr).toContain("npx mastiff backup -s acme\n");
    }
  });

  test("of an empty bucket ends with 1, as a table and as JSON", async () => {
    const table = await run();
    expect([table.code, table.stdout]).toEqual([1, ""]);
    expect(table.stderr).toMatch(/^In the bucket backups-mastiff-party, there is no backup\.\n {2}fix /);
    pulumi[Symbol.dispose]();
    const { code, stdout } = await run(["--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { backups: [], problem: "there is no backup" }]);
  });

  test.each<[what: string, broken: (stem: string) => void, words: string]>([
    ["without its dump", (stem) => s3.objects.delete(`${stem}.dump.gpg`), "its dump is not in the bucket"],
    [
      "with half a dump",
      (stem) => s3.objects.set(`${stem}.dump.gpg`, "half"),
      "its dump has 4 bytes, and 17 were written",
    ],
    [
      "without its escrow",
      (stem) => s3.objects.delete(`${stem}.escrow.gpg`),
      "its escrow is not in the bucket",
    ],
    [
      "of another form",
      (stem) => s3.objects.set(`${stem}.json`, "{}"),
      "this version of Mastiff cannot read its manifest",
    ],
  ])("a backup %s is listed with what is wrong, and does not count", async (_what, broken, words) => {
    const { key } = putBackup(s3, { hours: 1 });
    broken(key.replace(/\.json$/, ""));
    putBackup(s3, { hours: 60, class: "weekly" });
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(stdout.split("\n")[1]).toMatch(new RegExp(`daily.*  ${words}$`));
    expect(stderr).toContain("the newest backup is 2 d old");
  });

  test("of another community, in the same bucket, is listed as such, and does not count", async () => {
    putBackup(s3, { hours: 1, manifest: { domain: "cats.party" } });
    putBackup(s3, { hours: 60 });
    const { code, stdout, stderr } = await run();
    expect([code, stdout.split("\n")[1]]).toEqual([1, expect.stringMatching(/ {2}it is of cats\.party$/)]);
    expect(stderr).toContain("the newest backup is 2 d old");
  });

  test("one that a recipient cannot open is listed with the key, counts, and is warned of", async () => {
    putBackup(s3, { hours: 1, manifest: { skipped: ["AAAA", "BBBB"] } });
    putBackup(s3, { hours: 30 });
    const { code, stdout, stderr } = await run();
    expect([code, stdout.split("\n")[1]]).toEqual([
      0,
      expect.stringMatching(/ {2}is not encrypted for AAAA, BBBB$/),
    ]);
    expect(stderr).toBe(
      "The newest backup is not encrypted for AAAA, BBBB: GnuPG could not use that key of mastiff:backup.recipients.\n" +
        "  fix     see whether it has expired, and what else is wrong with it:  pulumi preview -s acme\n",
    );
  });

  test("one that goes while the list is read is left out", async () => {
    putBackup(s3, { hours: 1 });
    const { key } = putBackup(s3, { hours: 700, class: "monthly" });
    s3.gone.add(key);
    const { code, stdout } = await run();
    expect([code, classesOf(stdout)]).toEqual([0, ["daily"]]);
  });

  test("objects of others in the bucket are none", async () => {
    for (const key of ["readme.txt", "daily/notes.json", "daily/2026-11-29/20261129T030000Z.dump.gpg"])
      s3.objects.set(key, "{}");
    const { stderr } = await run();
    expect(stderr).toContain("there is no backup");
  });

  test("where they are off says so, with the way to those that were taken, and decrypts nothing", async () => {
    expect(await run([], { config: off })).toEqual({
      code: 1,
      stdout: "",
      stderr: `${isOff}          or see those that were taken before, unless mastiff:backup named another bucket:  npx mastiff backups --bucket backups-mastiff-party --endpoint https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com\n`,
    });
    expect(pulumi.calls().join("\n")).not.toContain("stack output");
  });

  test("before the first up says that none was set up yet", async () => {
    const output = {
      script: "echo \"error: current stack does not have output property 'backups'\" >&2; exit 1",
    };
    const { code, stdout, stderr } = await run([], { output });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      "The stack acme has no output backups: no backup of mastiff.party was set up yet.\n" +
        "  fix     set it up, which takes the first one:  pulumi up -s acme\n",
    );
  });

  test("without what decrypts the secrets says what pulumi says", async () => {
    const output = { script: "echo 'error: incorrect passphrase' >&2; exit 255" };
    expect(await run([], { output })).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: incorrect passphrase\n",
    });
  });

  test("with a key that R2 refuses says how to repair it", async () => {
    s3.refusal = { status: 403, code: "AccessDenied" };
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain(
      "R2 did not grant GET backups-mastiff-party?list-type=2 (HTTP 403 AccessDenied): No.\n",
    );
    expect(stderr).toContain("repair it:  pulumi up --refresh -s acme\n");
  });

  test("with a key of the operator's own, in another S3, names that S3 and the key", async () => {
    s3.refusal = { status: 403, code: "InvalidAccessKeyId" };
    const { config, ...answers } = {
      config: {
        "mastiff:backup": JSON.stringify({
          bucket: "backups-mastiff-party",
          s3: { endpoint: s3.url, region: "eu-central-003" },
        }),
        "mastiff:backupAccessKeyId": "my-key",
      },
      output: backupsOutput(s3.url, { region: "eu-central-003", accessKeyId: "my-key" }),
    };
    const { "config --json": plain, ...others } = stackAnswers("acme", config);
    const secret = { "mastiff:backupSecretAccessKey": { value: undefined, secret: true } };
    pulumi = scriptedPulumi({
      ...others,
      "config --json": JSON.stringify({ ...JSON.parse(plain as string), ...secret }),
      "stack output": answers.output,
    });
    const flyctl = () => {
      throw new Error("the list asks the bucket alone");
    };
    const { code, stderr } = await runMastiff(["backups"], { pulumi, flyctl });
    expect(code, stderr).toBe(1);
    expect(s3.signedFor[0]).toBe("eu-central-003 my-key");
    expect(stderr).toContain(`${new URL(s3.url).host} did not grant GET backups-mastiff-party`);
    expect(stderr).toContain("the key my-key has to list the bucket and to read its objects.");
    expect(stderr).toContain("pulumi config set --secret mastiff:backupSecretAccessKey <secret> -s acme\n");
  });
});

describe("mastiff backups --bucket", () => {
  const key = { AWS_ACCESS_KEY_ID: "read-key", AWS_SECRET_ACCESS_KEY: "planted-read-secret" };
  const run = (args: readonly string[], env: Record<string, string> = key) => {
    // Any call of pulumi fails.
    pulumi = scriptedPulumi({});
    const flyctl = () => {
      throw new Error("the list asks the bucket alone");
    };
    return runMastiff(["backups", ...args], { pulumi, flyctl, env });
  };
  const named = () => ["--bucket", "backups-mastiff-party", "--endpoint", s3.url];

  test("lists what is there without a stack, whosever it is, however old, and prints no key", async () => {
    putBackup(s3, { hours: 900, manifest: { domain: "cats.party" } });
    const { code, stdout, stderr } = await run([...named(), "--region", "eu-1"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^taken .*\n.* 37 d +daily .*\n$/);
    expect(stdout).not.toMatch(/planted|read-key/);
    expect([s3.signedFor[0], pulumi.calls()]).toEqual(["eu-1 read-key", []]);
  });

  test("ends with 1 where there is none, and says why where the key is refused", async () => {
    expect(await run(named())).toEqual({
      code: 1,
      stdout: "",
      stderr: "In the bucket backups-mastiff-party, there is no backup.\n",
    });
    s3.refusal = { status: 403, code: "AccessDenied" };
    const { code, stderr } = await run(named());
    expect(code).toBe(1);
    expect(stderr).toContain("the key in AWS_ACCESS_KEY_ID has to list the bucket and to read its objects\n");
  });

  test.each<[string, string[], Record<string, string>, string]>([
    ["no endpoint", ["--bucket", "b"], key, "--bucket needs --endpoint, the URL of the S3 API that has it."],
    [
      "no key",
      ["--bucket", "b", "--endpoint", "https://s3.example.org"],
      {},
      "--bucket needs the key of the bucket, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ],
    [
      "a stack, too",
      ["--bucket", "b", "-s", "acme"],
      key,
      "-s and --bucket each name a bucket, and backups lists one at a time.",
    ],
  ])("with %s is a mistake in the line", async (_what, args, env, words) => {
    const { code, stdout, stderr } = await run(args, env);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(words);
  });
});

describe("one of several communities, which a program makes from arguments", () => {
  const argumentsOf = (domain: string, more: object = {}) => ({
    domain,
    owner: { username: "rex", email: `rex@${domain}` },
    cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
    fly: { organization: "mastiff" },
    ...more,
  });
  const community = (name: string, args: object, access?: string) => ({
    urn: `urn:pulumi:acme::mastiff::mastiff:index:Community::${name}`,
    type: "mastiff:index:Community",
    inputs: args,
    outputs:
      access === undefined
        ? {}
        : {
            backups: {
              "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
              plaintext: access,
            },
          },
  });
  const on = (access?: string) => {
    const resources = [
      community("dogs", argumentsOf("dogs.party"), backupsOutput(s3.url, { bucket: "not-asked" })),
      community("cats", argumentsOf("cats.party"), access),
    ];
    pulumi = scriptedPulumi({
      "stack ls": JSON.stringify([{ name: "acme", current: true }]),
      "config --json": "{}",
      "stack export": JSON.stringify({ deployment: { resources } }),
    });
  };
  const flyctl = () => {
    throw new Error("the list asks the bucket alone");
  };

  test("is listed with the key that the state has of it", async () => {
    on(backupsOutput(s3.url));
    putBackup(s3, { hours: 1, manifest: { domain: "cats.party" } });
    const { code, stdout, stderr } = await runMastiff(["backups", "--community", "cats"], { pulumi, flyctl });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("planted");
    expect(pulumi.calls().filter((call) => call.includes("--show-secrets"))).toHaveLength(1);
  });

  test("has to be named, and has to have backups", async () => {
    on();
    const unnamed = await runMastiff(["backups"], { pulumi, flyctl });
    expect([unnamed.code, unnamed.stdout]).toEqual([2, ""]);
    expect(unnamed.stderr).toContain("with --community <name>: dogs, cats");
    const { code, stderr } = await runMastiff(["backups", "--community", "cats"], { pulumi, flyctl });
    expect(code).toBe(1);
    expect(stderr).toContain("no backup of cats.party was set up yet.");
  });

  test("is backed up in its own app", async () => {
    on();
    const { manifest } = putBackup({ objects: new Map() }, { hours: 0 });
    const own = new Flyctl([JSON.stringify(manifest)]);
    const { code, stderr } = await runMastiff(["backup", "--community", "cats"], { pulumi, flyctl: own.run });
    expect(code, stderr).toBe(0);
    const started = own.calls.filter(([group, verb]) => group === "machine" && verb === "run");
    expect(started.map((args) => args.join(" "))).toEqual([
      expect.stringContaining(" -a cats-party-backup "),
    ]);
  });
});
