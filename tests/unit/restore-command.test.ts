import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ended, Program } from "../../providers/shared/program.ts";
import { backedUpStack } from "../support/backed-up-stack.ts";
import { runMastiff, type Surroundings } from "../support/mastiff.ts";
import {
  backupPair,
  outputsOf,
  programAnswers,
  putSealedBackup,
  upAnswers,
} from "../support/sealed-backup.ts";

const secrets = { SECRET_KEY_BASE: "planted-base", ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "planted-primary" };

const stack = backedUpStack(secrets);

/** A flyctl with the database's server, whose databases have these comments. Whatever changes something is an error. */
class Flyctl {
  readonly #comments: Record<string, string>;
  readonly #database: string;
  /** @param comments by the name of a database beside the community's */
  constructor(comments: Record<string, string> = {}, database = "mastiff_party") {
    this.#comments = comments;
    this.#database = database;
  }

  run = async (_file: string, args: readonly string[], _how: Program): Promise<Ended> => {
    const line = args.join(" ");
    const answer = line.startsWith("machine list")
      ? JSON.stringify([{ id: "1111", state: "started", config: { image: "flyio/postgres-flex:17.2" } }])
      : line.startsWith("apps list")
        ? "[]"
        : line.startsWith("machine exec")
          ? JSON.stringify({ exit_code: 0, stdout: this.#rows(line) })
          : undefined;
    if (answer === undefined) throw new Error(`nothing may be changed: flyctl ${line}`);
    return { exitCode: 0, stderr: "", stdout: answer };
  };

  #rows(line: string): string {
    if (line.includes("FROM pg_database")) {
      const own = `${this.#database}|t|`;
      const others = Object.entries(this.#comments).map(([name, comment]) => `${name}|t|${comment}`);
      return `${[own, ...others].join("\n")}\n`;
    }
    if (line.includes("FROM pg_tables")) return "1\n";
    if (line.includes("pg_database_size")) return "40321|53|1203460|20261001000000|3221225472\n";
    if (line.includes("schema_migrations")) return "20261001000000|400\n";
    return "1\n";
  }
}

const restore = (args: string[], more: Partial<Surroundings> = {}, comments: Record<string, string> = {}) =>
  runMastiff(["restore", "-s", "acme", ...args], {
    pulumi: stack.pulumi,
    flyctl: new Flyctl(comments).run,
    ...more,
  });

describe("wrong usage ends with 2, and asks nobody", () => {
  test.each<[args: string[], words: string]>([
    [[], "mastiff restore: which backup?"],
    [["--undo", "--finish"], "--from, --undo and --finish are three different things."],
    [["--from", "latest", "--undo"], "--from, --undo and --finish are three different things."],
  ])("%j", async (args, words) => {
    const { code, stdout, stderr } = await restore(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(new RegExp(`^${words.replace("?", "\\?")}\n  fix `));
    expect(stack.pulumi.calls()).toEqual([]);
  });
});

test.each(["mastiff-party-db", "mastiff-party", "mastiff-party-backup", "mastiff-party-mirror"])(
  "an app of the community itself, %s, is not taken for the app of a restore",
  async (app) => {
    const { code, stderr } = await restore(["--from", "latest", "--app", app, "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${app} is an app of mastiff.party itself: `);
  },
);

describe("before anything is done", () => {
  test("a table shows the backup beside the community, and the domain has to be typed", async () => {
    const { name } = await stack.put({ hours: 9 });
    const { code, stdout, stderr } = await restore(["--from", name], { answers: ["mastiff.example"] });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/ {2}users {5}52 +53\n/);
    expect(stderr).toMatch(/ {2}posts {5}1203455 +1203460\n/);
    expect(stderr).toMatch(/ {2}keys {6}the stack has the same\n/);
    expect(stderr).toMatch(/, 9 h ago\n/);
    expect(stderr).toMatch(/To go ahead, type mastiff\.party: Nothing was done\.\n$/);
  });

  test("without a terminal, --yes has to be written out", async () => {
    await stack.put({ hours: 9 });
    const { code, stderr } = await restore(["--from", "latest"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /There is no terminal to ask on\.\n {2}fix {5}if all of the above is as it should be: {2}--yes\n$/,
    );
  });

  test("no secret is in what is said, nor in the words that pulumi gets", async () => {
    const { name } = await stack.put({ hours: 9 });
    const { stderr } = await restore(["--from", name], { answers: [undefined] });
    expect(stderr + stack.pulumi.calls().join("\n")).not.toMatch(/planted|PRIVATE KEY/);
  });
});

describe("a backup is refused", () => {
  test("of a community with other secrets", async () => {
    await stack.put({ hours: 9 }, { ...secrets, SECRET_KEY_BASE: "another" });
    const { code, stderr } = await restore(["--from", "latest", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("a community with other secrets than the stack acme: SECRET_KEY_BASE.");
    expect(stderr).toContain("npx mastiff restore-keys\n");
  });

  test("that the key does not open, with the fingerprints of those that do", async () => {
    const { name } = await putSealedBackup(stack.s3, await backupPair(), secrets, { hours: 9 });
    const { code, stderr } = await restore(["--from", name, "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Not opened by the stack's own key: the escrow of ${name}.\n`);
    expect(stderr).toContain("87988E0C8550F5B9846003195CC2289DA75901A7");
  });

  test("named latest, when another one has much more in it", async () => {
    const old = await stack.put({ hours: 30 });
    const rows = { accounts: 1, users: 1, statuses: 0 };
    const { name } = await stack.put({ hours: 1, manifest: { rows } });
    const { code, stderr } = await restore(["--from", "latest", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The newest backup (${name}) has 1 users and 0 posts. The one of ${old.name} has 52 and 1203455.\n` +
        `  fix     name the one that you mean:  --from <time>\n          this one:  --from ${name}\n`,
    );
  });

  test("that nobody has", async () => {
    const { name } = await stack.put({ hours: 9 });
    const { code, stderr } = await restore(["--from", "2020-01-01", "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`is named "2020-01-01".\n  fix     name one of these:  ${name}\n`);
  });

  test("that cannot be relied on", async () => {
    const { name, manifest } = await stack.put({ hours: 9 });
    stack.s3.objects.delete(manifest.escrow);
    const { code, stderr } = await restore(["--from", name, "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`The backup ${name} cannot be relied on: its escrow is not in the bucket.\n`);
  });

  const since = "2026-11-29T04:00:00.000Z";
  test.each<[what: string, comments: Record<string, string>, words: string[]]>([
    [
      "while the last restore is not finished",
      { mastiff_party_before: `mastiff: replaced by daily/x on ${since}` },
      ["mastiff.party runs on the backup daily/x since 2026-11-29 04:00 UTC", "--finish", "--undo"],
    ],
    [
      "while what was undone is still there",
      { mastiff_party_restored: `mastiff: restored from daily/x, withdrawn on ${since}` },
      ["mastiff.party runs on its old database since 2026-11-29 04:00 UTC", "--finish"],
    ],
  ])("%s", async (_what, comments, words) => {
    await stack.put({ hours: 9 });
    const { code, stderr } = await restore(["--from", "latest", "--yes"], {}, comments);
    expect(code).toBe(1);
    for (const part of words) expect(stderr).toContain(part);
  });
});

describe("a restore that is under way", () => {
  test("is said to go on, also when it is named latest and there are larger ones", async () => {
    await stack.put({ hours: 30 });
    const rows = { accounts: 1, users: 1, statuses: 0 };
    const { manifest } = await stack.put({ hours: 1, manifest: { rows } });
    const name = manifest.dump.replace(".dump.gpg", "");
    const comments = { mastiff_party_restored: `mastiff: restoring ${name}` };
    const { code, stderr } = await restore(["--from", "latest"], { answers: [""] }, comments);
    expect(code).toBe(1);
    expect(stderr).toContain("This restore is under way (restoring), and goes on where it stopped.\n");
  });
});

describe("the end of a restore", () => {
  test("that is none says so, and is done", async () => {
    expect(await restore(["--finish"])).toEqual({
      code: 0,
      stdout: "mastiff.party has one database, and no restore is under way.\n",
      stderr: "",
    });
  });

  test("that is none cannot be undone", async () => {
    const { code, stderr } = await restore(["--undo", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("There is nothing to undo");
  });

  const comments = { mastiff_party_before: "mastiff: replaced by daily/x on 2026-11-29T04:00:00.000Z" };
  test.each([
    [
      "--undo",
      "mastiff.party goes back to its old database, mastiff_party_before. What was written since 2026-11-29 04:00 UTC is not in it.",
    ],
    [
      "--finish",
      "mastiff.party runs on the backup daily/x since 2026-11-29 04:00 UTC. The other database is dropped, for good.",
    ],
  ])("%s says what it does, and asks", async (option, words) => {
    const { code, stdout, stderr } = await restore([option], { answers: [undefined] }, comments);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.startsWith(words)).toBe(true);
    expect(stderr).toMatch(/Nothing was done\.\n$/);
  });
});

describe("a bucket that config names and no up has set up", () => {
  test.each([
    ["another one", { "mastiff:backup": '{"bucket":"another"}' }],
    ["in another account", { "mastiff:endpoints": "{}" }],
  ])("%s, is refused before anything is read", async (_which, config) => {
    stack.answer(upAnswers(stack.s3, stack.pair, secrets, config));
    await stack.put({ hours: 9 });
    const { code, stderr } = await restore(["--from", "latest", "--yes"]);
    expect([code, stack.s3.asked]).toEqual([1, []]);
    expect(stderr).toContain(
      `The backups of mastiff.party are in ${stack.s3.url}/backups-mastiff-party, and config names http`,
    );
    expect(stderr).toContain("fix     set it up, which takes a first backup there:  pulumi up -s acme\n");
  });

  test("does not keep the last restore from its end", async () => {
    stack.answer(upAnswers(stack.s3, stack.pair, secrets, { "mastiff:backup": '{"bucket":"another"}' }));
    expect((await restore(["--finish"])).code).toBe(0);
  });
});

describe("of several communities that a program makes", () => {
  beforeEach(() => stack.answer(programAnswers(stack.s3, stack.pair, secrets)));
  const cats = { flyctl: new Flyctl({}, "cats_party").run };

  test("the one that is named is restored, and is in each line that is printed", async () => {
    const { name } = await stack.put({ hours: 9, manifest: { domain: "cats.party" } });
    const { code, stderr } = await restore(["--community", "cats", "--from", name], {
      ...cats,
      answers: [""],
    });
    expect(code).toBe(1);
    expect(stderr).toContain("A restore of cats.party (stack acme):\n");
    expect(stderr).toContain("  keys      the stack has the same\n");
    expect(stderr).toContain("until  npx mastiff restore -s acme --community cats --finish\n");
    const { stderr: none } = await restore(["--community", "cats", "--from", "2020-01-01"], cats);
    expect(none).toContain("see all of them:  npx mastiff backups -s acme --community cats\n");
  });

  test("one has to be named, and has to be there", async () => {
    const unnamed = await restore(["--from", "latest"]);
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining("with --community <name>: dogs, cats"),
    ]);
    const { code, stderr } = await restore(["--community", "birds", "--from", "latest"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('has no community "birds".')]);
  });
});

test("a state without the secrets of the community is said", async () => {
  const { "stack output": _output, ...answers } = upAnswers(stack.s3, stack.pair, secrets);
  const { backups } = outputsOf(stack.s3, stack.pair, secrets);
  stack.answer({
    ...answers,
    "stack output": {
      script: `case "$3" in backups) printf '%s' '${backups}' ;; *) echo 'error: current stack does not have output property '$3 >&2; exit 255 ;; esac`,
    },
  });
  await stack.put({ hours: 9 });
  const { code, stderr } = await restore(["--from", "latest", "--yes"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("The state of acme has no output secrets of mastiff.party, "),
  ]);
});

test("a stack without an identity is told how it gets one", async () => {
  await stack.put({ hours: 9 });
  const answers = upAnswers(stack.s3, stack.pair, secrets);
  stack.answer({ ...answers, "stack export": '{"deployment":{}}' });
  const { code, stderr } = await restore(["--from", "latest", "--yes"]);
  expect([code, stderr]).toEqual([
    1,
    "The state of acme has no identity, so what a restore creates on Fly could not be told from others' apps.\n  fix     give it one:  pulumi up -s acme\n",
  ]);
});

describe("files on this machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "files-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The three files of a backup that is in no bucket. @returns the path of the dump */
  const files = async (): Promise<string> => {
    const { manifest, name } = await stack.put({ hours: 9 });
    const stem = manifest.dump.replace(".dump.gpg", "");
    for (const end of [".dump.gpg", ".escrow.gpg", ".json"])
      writeFileSync(join(folder, `${name}${end}`), stack.s3.objects.get(`${stem}${end}`) ?? "");
    stack.s3.objects.clear();
    return join(folder, `${name}.dump.gpg`);
  };

  test("are a backup as one in the bucket is", async () => {
    const { code, stderr } = await restore(["--from", await files()], { answers: [""] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/ {2}users {5}52 +53\n/);
    expect(stderr).toMatch(/Nothing was done\.\n$/);
    expect(stack.s3.objects.size).toBe(0);
  });

  test("whose database is complete already are not uploaded again; a switch that fails says what is where", async () => {
    const dump = await files();
    const { dump: name } = JSON.parse(readFileSync(dump.replace(".dump.gpg", ".json"), "utf8"));
    const comments = {
      mastiff_party_restored: `mastiff: restored from ${name.replace(".dump.gpg", "")}, complete`,
    };
    const { code, stderr } = await restore(["--from", dump, "--yes"], {}, comments);
    expect(stderr).toContain("This restore is under way (restored), and goes on where it stopped.\n");
    expect(stack.s3.calls.filter((call) => call.startsWith("PUT ") || call.includes("?uploads"))).toEqual([]);
    // The community's machines are no web machines here, so somebody is in the way.
    expect([code, stderr.split("\n").slice(-5)]).toEqual([
      1,
      [
        "mastiff.party may be stopped now, on its old database or on the backup. Both are kept: nothing is lost.",
        "  see why    npx mastiff logs -s acme --no-tail",
        `  go on      npx mastiff restore -s acme --from ${JSON.stringify(dump)}   (with the other options as before)`,
        "  go back    npx mastiff restore -s acme --undo      (to the old database)",
        "",
      ],
    ]);
  });

  test("have to be all there, and as they were written", async () => {
    const dump = await files();
    writeFileSync(dump, "half");
    const { code, stderr } = await restore(["--from", dump, "--yes"]);
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      expect.stringMatching(/ is no backup that can be restored: it has 4 bytes, and \d+ were written\.$/),
    ]);
    rmSync(dump.replace(".dump.gpg", ".json"));
    const without = await restore(["--from", dump, "--yes"]);
    expect(without.stderr).toMatch(/\.json cannot be read \(ENOENT\)\.\n/);
  });

  test("that are not there are said not to be", async () => {
    const { code, stderr } = await restore(["--from", "/nowhere/20261129T030000Z.dump.gpg", "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toContain("a file has to be there, and its name has to end in .dump.gpg\n");
  });
});
