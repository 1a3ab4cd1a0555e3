import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { DrillAnswer } from "../../providers/fly/spec.ts";
import type { Ended, Program } from "../../providers/shared/program.ts";
import { backedUpStack } from "../support/backed-up-stack.ts";
import { runMastiff } from "../support/mastiff.ts";
import { programAnswers } from "../support/sealed-backup.ts";
import { skipping } from "../support/skipping.ts";

/** Sealed by Ruby, which shares nothing with what is tested. */
const { secrets, pairs } = JSON.parse(
  readFileSync(new URL("../fixtures/sealed-keys.json", import.meta.url), "utf8"),
) as { secrets: Record<string, string>; pairs: { rsa: NonNullable<DrillAnswer["proof"]> } };

const answer: DrillAnswer = {
  format: 1,
  postgres: "17.2",
  schema: "20261001000000",
  rows: { accounts: 40_321, users: 52, statuses: 1_203_455 },
  databaseBytes: 3_650_722_202,
  seconds: 213.4,
  proof: pairs.rsa,
};

/** A flyctl whose drill says this at its end. It keeps what it was called with. */
class Flyctl {
  readonly calls: string[] = [];
  readonly inputs: string[] = [];
  readonly #said: DrillAnswer;
  readonly #community: string;
  #apps: string[];
  #isMarked = false;
  /** Fly leaves the machine of the drill as it was made. Called at each look at it. */
  stuck: (() => void) | undefined;
  constructor(said: DrillAnswer, community: string) {
    this.#said = said;
    this.#community = community;
    this.#apps = [`${community}-db`];
  }

  run = async (_file: string, args: readonly string[], { input }: Program): Promise<Ended> => {
    this.calls.push(args.join(" "));
    this.inputs.push(input ?? "");
    return { exitCode: 0, stderr: "", stdout: this.#answer(args) };
  };

  get apps(): readonly string[] {
    return this.#apps;
  }

  #answer(args: readonly string[]): string {
    const [group = "", verb = ""] = args;
    const app = `${this.#community}-drill`;
    const isOfDrill = args.includes(app);
    switch (`${group} ${verb}`) {
      case "apps list":
        return JSON.stringify(this.#apps.map((Name) => ({ Name })));
      case "apps create":
        this.#apps = [...this.#apps, app];
        return "";
      case "apps destroy":
        this.#apps = this.#apps.filter((name) => name !== app);
        return "";
      case "secrets import":
        this.#isMarked = true;
        return "";
      case "secrets list":
        return JSON.stringify(this.#isMarked ? [{ name: "MASTIFF_STACK_3F9A1C0B77DE", digest: "1" }] : []);
      case "volumes list":
        return "[]";
      case "volumes create":
        return JSON.stringify({
          id: "vol_1",
          name: "drill",
          state: "created",
          size_gb: 4,
          created_at: "2026",
        });
      case "machine run":
        return "Machine ID: 2222\n";
      case "machine list":
        return JSON.stringify(isOfDrill ? this.#job() : [server]);
      default:
        return group === "logs" ? this.#log() : "";
    }
  }

  #job() {
    const exited = { type: "exit", timestamp: 1, request: { exit_event: { exit_code: 0 } } };
    const isRun = this.calls.some((line) => line.startsWith("machine run"));
    if (isRun && this.stuck !== undefined) {
      this.stuck();
      return [{ id: "2222", state: "created" }];
    }
    return isRun ? [{ id: "2222", state: "stopped", events: [exited] }] : [];
  }

  #log(): string {
    const line = (message: string, provider: string) =>
      JSON.stringify({ timestamp: "2026-11-29T03:00:00Z", message, meta: { event: { provider } } });
    return [line(JSON.stringify(this.#said), "app"), line("INFO Main child exited normally", "runner")].join(
      "\n",
    );
  }
}

const server = {
  id: "1111",
  state: "started",
  region: "ams",
  config: { image: "flyio/postgres-flex:17.2", guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1024 } },
};

const stack = backedUpStack(secrets);

const drill = async (said: DrillAnswer = answer, ...args: string[]) => {
  const flyctl = new Flyctl(said, args.includes("cats") ? "cats-party" : "mastiff-party");
  const ended = await runMastiff(["drill", "-s", "acme", ...args], {
    pulumi: stack.pulumi,
    flyctl: flyctl.run,
  });
  return { ...ended, flyctl };
};

test("what is proven is said, kept beside the dump, and shown by mastiff backups", async () => {
  const { manifest, name } = await stack.put({ hours: 9 });
  const { code, stdout, stderr, flyctl } = await drill();
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^mastiff\.party: the backup of .+ UTC is proven restorable, on .+ UTC\.\n/);
  expect(stdout).toContain("  keys      a signing key, decrypted with the escrow\n");
  expect(stdout).toContain("  database  3.4 GiB, restored in 214 s\n");
  const kept = stack.s3.objects.get(manifest.dump.replace(".dump.gpg", ".drill.json"));
  const record = JSON.parse(String(kept));
  expect(record).toMatchObject({ format: 1, dump: manifest.dump, rows: answer.rows, key: "decrypted" });
  expect(flyctl.apps).toEqual(["mastiff-party-db"]);

  const { stdout: listed } = await runMastiff(["backups"], { pulumi: stack.pulumi, flyctl: flyctl.run });
  expect(listed.split("\n")[1]).toContain(record.drilled.slice(0, 16).replace("T", " "));
  const again = await drill(answer, "--from", name, "--json");
  expect([again.code, JSON.parse(again.stdout).dump]).toEqual([0, manifest.dump]);
});

test("the machine gets a URL of the dump and its session key, by standard input, and no other secret", async () => {
  const { manifest } = await stack.put({ hours: 9 });
  const { flyctl } = await drill();
  const given = flyctl.inputs.find((text) => text.includes("MASTIFF_SESSION_KEY")) ?? "";
  expect(given).toMatch(/\b9:[0-9A-F]{64}\b/);
  expect(given).toContain(`/backups-mastiff-party/${manifest.dump}?`);
  expect(given).toContain("X-Amz-Expires=86400");
  expect(flyctl.inputs.join("\n")).not.toMatch(/planted|PRIVATE KEY/);
  expect(flyctl.calls.join("\n")).not.toMatch(/X-Amz-Signature|9:[0-9A-F]{64}/);
});

test.each<[what: string, said: Partial<DrillAnswer>, words: string]>([
  ["rows are missing", { rows: { ...answer.rows, statuses: 7 } }, "7 statuses instead of 1203455"],
  ["the schema is another", { schema: "1" }, "the schema 1 instead of 20261001000000"],
  [
    "the key is another community's",
    {
      proof: {
        ...pairs.rsa,
        sealed: '{"p":"AAAA","h":{"iv":"AAAAAAAAAAAAAAAA","at":"AAAAAAAAAAAAAAAAAAAAAA=="}}',
      },
    },
    "a signing key: the escrow's keys do not decrypt it",
  ],
])("when %s, nothing is proven and nothing is kept", async (_what, said, words) => {
  await stack.put({ hours: 9 });
  const { code, stdout, stderr, flyctl } = await drill({ ...answer, ...said });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`was restored, and is not what it should be:\n  - ${words}\n`);
  expect([...stack.s3.objects.keys()].filter((key) => key.endsWith(".drill.json"))).toEqual([]);
  expect(flyctl.apps).toEqual(["mastiff-party-db"]);
});

test("a Mastodon that seals no key has none to try", async () => {
  await stack.put({ hours: 9 });
  const { code, stdout } = await drill({ ...answer, proof: null, why: "no key is encrypted" });
  expect(code).toBe(0);
  expect(stdout).toContain("  keys      none to try: no key is encrypted\n");
});

test("without a backup there is nothing to drill", async () => {
  const { code, stderr, flyctl } = await drill();
  expect([code, flyctl.calls]).toEqual([1, []]);
  expect(stderr).toContain(
    "In the bucket backups-mastiff-party there is no backup of mastiff.party that can be relied on.",
  );
});

test("a machine that Fly does not start is said, and goes with its app", async () => {
  await stack.put({ hours: 9 });
  const flyctl = new Flyctl(answer, "mastiff-party");
  flyctl.stuck = skipping(16);
  const { code, stderr } = await runMastiff(["drill", "-s", "acme"], {
    pulumi: stack.pulumi,
    flyctl: flyctl.run,
  });
  expect([code, flyctl.apps]).toEqual([1, ["mastiff-party-db"]]);
  expect(stderr).toContain(`
The dump is not proven: Fly did not start the machine of the drill within a quarter of an hour.
  fix     check whether Fly has an incident:  https://status.flyio.net
          then try again:  npx mastiff drill -s <stack>
`);
});

test("of several communities that a program makes, the one that is named is drilled, in an app of its own", async () => {
  stack.answer(programAnswers(stack.s3, stack.pair, secrets));
  const { manifest } = await stack.put({ hours: 9, manifest: { domain: "cats.party" } });
  const { code, stdout, stderr, flyctl } = await drill(answer, "--community", "cats");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^cats\.party: the backup of /);
  expect(stack.s3.objects.has(manifest.dump.replace(".dump.gpg", ".drill.json"))).toBe(true);
  expect(flyctl.calls.filter((line) => line.startsWith("apps create"))).toEqual([
    expect.stringContaining("cats-party-drill"),
  ]);
  const bad = await drill({ ...answer, schema: "1" }, "--community", "cats");
  expect(bad.stderr).toContain("npx mastiff backup -s acme --community cats\n");
  const unnamed = await drill();
  expect([unnamed.code, unnamed.flyctl.calls]).toEqual([2, []]);
  expect(unnamed.stderr).toContain("with --community <name>: dogs, cats");
});
