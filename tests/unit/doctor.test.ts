import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Community } from "../../checks/community.ts";
import { checksOf, type Diagnosis, examine } from "../../checks/examine.ts";
import { type Inspection, inInspection } from "../../checks/inspector.ts";
import { reportOf } from "../../cli/doctor/report.ts";
import { communityAt } from "../../cli/doctor/whom.ts";
import { backupsOutput, type PutBackup, putBackup } from "../support/backups.ts";
import { allChecks, everything, inspectionOf, type World, wellWorld } from "../support/doctor-world.ts";
import { runMastiff } from "../support/mastiff.ts";
import { certificate, type PlantedCause, page, plantedCauses, records } from "../support/planted-causes.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import {
  type Answer,
  type ScriptedPulumi,
  scriptedPulumi,
  stackAnswers,
} from "../support/scripted-pulumi.ts";

let world: World;
let bucket: S3Server;
let pulumi: ScriptedPulumi | undefined;
beforeAll(async () => {
  bucket = await startS3("backups-acme-social");
});
afterAll(() => bucket[Symbol.asyncDispose]());
beforeEach(() => {
  world = wellWorld();
  bucket.objects.clear();
});
afterEach(() => {
  vi.useRealTimers();
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

const found = () => examine(inspectionOf(world), everything);

/** Words with which a way out takes something away (tests/unit/errors-table.test.ts). */
const takesAway = /\b(destroy|delete|unset|remove|unprotect|drop|prune|rm)\w*\b/i;

/** Everything that the doctor has, on a world and a bucket with one young backup. */
async function examineAll(broken: PlantedCause[1] = () => {}): Promise<Diagnosis[]> {
  putBackup(bucket, { hours: 1, manifest: { domain: "acme.social" } });
  broken(world, bucket);
  return examine(inspectionOf(world), everything, () => {}, allChecks(world, bucket.url));
}

test("a healthy community gives no finding, from outside, inside and its accounts", async () => {
  expect(await examineAll()).toEqual([]);
});

test.each(plantedCauses)(
  "%s: %#. what is broken is found, with its advice, and nothing else",
  async (check, broken, came, urgency, advice) => {
    const findings = await examineAll(broken);
    expect(findings).toEqual([
      {
        check,
        urgency,
        asked: expect.any(String),
        came: typeof came === "string" ? came : expect.stringMatching(came),
        means: expect.stringMatching(/^[A-Z].*\.$/),
        repair: expect.stringContaining(advice),
        answered: true,
        also: [],
      },
    ]);
    expect(findings[0]?.repair).not.toMatch(takesAway);
  },
);

/** A check whatever its host. */
const kind = (name: string) => name.replace(/\S*acme\.social/, "<host>");

test("no kind of check is without a planted cause", () => {
  const kinds = new Set(allChecks(world, bucket.url).map(({ name }) => kind(name)));
  expect(new Set(plantedCauses.map(([check]) => kind(check)))).toEqual(kinds);
});

test("every host has a check of its certificate and of its address", () => {
  const names = checksOf(everything).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("certificate: "))).toHaveLength(5);
  expect(names.filter((name) => name.endsWith(" has an address"))).toHaveLength(3);
});

test("no check's advice takes anything away", () => {
  for (const { name, repair, unanswered } of allChecks(world, bucket.url)) {
    expect(repair, name).not.toMatch(takesAway);
    expect(unanswered?.repair ?? "", name).not.toMatch(takesAway);
  }
});

test("a mail server of the operator's own needs an SPF record", async () => {
  const own = { ...everything, sendgrid: false };
  expect(await examine(inspectionOf(world), own)).toMatchObject([
    { came: "acme.social has no SPF record", urgency: "warning" },
  ]);
  records("acme.social TXT", "v=spf1 include:example.net ~all")(world);
  expect(await examine(inspectionOf(world), own)).toEqual([]);
});

test("a DMARC record of the domain above is one", async () => {
  const below: Community = { ...everything, domain: "dogs.acme.social" };
  world.records["_dmarc.acme.social TXT"] = ["v=DMARC1; p=reject"];
  const findings = await examine(inspectionOf(world), below);
  expect(findings.map(({ came }) => came)).not.toContain("_dmarc.dogs.acme.social has no DMARC record");
});

test("the most urgent finding comes first", async () => {
  certificate("files.acme.social", { daysLeft: 1 })(world);
  records("_dmarc.acme.social TXT")(world);
  page("https acme.social/api/v1/streaming/health", { status: 404 })(world);
  const findings = await found();
  expect(findings.map(({ urgency }) => urgency)).toEqual(["critical", "warning", "info"]);
  expect(findings[0]?.came).toMatch(/, 1 day left$/);
});

describe("no answer", () => {
  test("within ten seconds ends a check, and a silent host is one finding", async () => {
    vi.useFakeTimers();
    world.silent = ["streaming.acme.social"];
    const examined = found();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await examined).toMatchObject([
      {
        check: "streaming: healthy on its own host",
        urgency: "critical",
        came: "no answer in 10 s",
        answered: false,
        also: [
          "streaming: a WebSocket reaches the host and is asked for a token",
          "certificate: streaming.acme.social",
          "DNS: streaming.acme.social points directly to Fly",
        ],
      },
    ]);
  });

  test("of the name servers says that nothing is known, not that records are missing", async () => {
    world.dns = false;
    const findings = await found();
    expect(findings.length).toBeGreaterThan(0);
    for (const { urgency, means } of findings)
      expect([urgency, means]).toEqual(["warning", expect.stringMatching(/^Nothing is known/)]);
  });

  test("what is still asked is told to end when a check is over", async () => {
    const signals: AbortSignal[] = [];
    const { limitMs, open } = inspectionOf(world);
    const kept = (signal: AbortSignal) => {
      signals.push(signal);
      return open(signal);
    };
    await examine({ limitMs, open: kept }, everything);
    expect(signals).toHaveLength(checksOf(everything).length);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});

describe("mastiff doctor", () => {
  const doctor = (...args: string[]) =>
    inInspection(inspectionOf(world), () =>
      runMastiff(["doctor", ...args], {
        pulumi,
        flyctl: () => {
          throw new Error("nobody could answer this flyctl");
        },
      }),
    );
  const own = { domain: "acme.social", ownerUsername: "ada", mastodonVersion: "v4.6.3" };
  const onStack = (config: Record<string, string> = {}, output: Answer = "") => {
    const keys = Object.entries({ backup: "off", ...own, ...config }).map(([name, value]) => [
      `mastiff:${name}`,
      value,
    ]);
    pulumi = scriptedPulumi({ ...stackAnswers("acme", Object.fromEntries(keys)), "stack output": output });
  };

  test("of a domain needs no pulumi, and ends with 0 when all is well", async () => {
    const { code, stdout, stderr } = await doctor("--domain", "acme.social");
    const [, checks] = /^acme\.social: (\d+) checks, nothing to repair\n$/.exec(stdout) ?? [];
    expect(Number(checks)).toBeGreaterThan(20);
    const [first, ...ended] = stderr.trimEnd().split("\n");
    expect([first, ended.length]).toEqual([`acme.social: ${checks} checks, all at once`, Number(checks)]);
    expect(stderr).toContain("web: /health is OK: ok");
    expect(code).toBe(0);
  });

  test("of a stack asks the hosts of its config, and decrypts no secret", async () => {
    onStack({ oldFilesHosts: '["media.acme.social"]' });
    const { code, stdout, stderr } = await doctor("-s", "acme", "--no-inside", "--json");
    expect([code, stdout]).toEqual([0, "[]\n"]);
    expect(stderr).toContain("files: media.acme.social still serves the uploads: ok");
    expect(pulumi?.calls().join("\n")).not.toContain("--show-secrets");
  });

  test("--json is the list of findings", async () => {
    onStack({ mastodonVersion: "v4.6.4" });
    const { code, stdout } = await doctor("-s", "acme", "--no-inside", "--json");
    expect(JSON.parse(stdout)).toEqual([
      {
        check: "web: the instance describes itself (/api/v2/instance)",
        urgency: "warning",
        asked: "https://acme.social/api/v2/instance",
        came: 'version is "4.6.3", should be "4.6.4"',
        means: expect.any(String),
        repair: expect.any(String),
        answered: true,
        also: [],
      },
    ]);
    expect(code).toBe(0);
  });

  test.each([
    ["info", [], 0],
    ["info", ["--fail-on", "warning"], 0],
    ["info", ["--fail-on", "info"], 1],
    ["warning", [], 0],
    ["warning", ["--fail-on", "warning"], 1],
    ["warning", ["--fail-on", "info"], 1],
    ["critical", [], 1],
    ["critical", ["--fail-on", "critical"], 1],
    ["critical", ["--fail-on", "info"], 1],
  ] as const)("a finding that is %s, with %j, ends with %i", async (urgency, args, code) => {
    if (urgency === "info") page("https acme.social/api/v1/streaming/health", { status: 404 })(world);
    else certificate("acme.social", { daysLeft: urgency === "warning" ? 13 : 2 })(world);
    expect((await doctor("--domain", "acme.social", ...args)).code).toBe(code);
  });

  describe("of a stack that takes backups", () => {
    let s3: S3Server;
    beforeEach(async () => {
      s3 = await startS3("backups-acme-social");
    });
    afterEach(() => s3[Symbol.asyncDispose]());

    const name = "backups: the newest is as young as the schedule promises";
    const bucket = { bucket: "backups-acme-social" };
    const put = (one: PutBackup) => putBackup(s3, { manifest: { domain: "acme.social" }, ...one });
    /** @param output of the stack. Default: the key of the bucket */
    const found = async (output?: Answer, schedule = "daily") => {
      onStack({ backup: JSON.stringify({ schedule }) }, output ?? backupsOutput(s3.url, bucket));
      const { code, stdout, stderr } = await doctor("-s", "acme", "--no-inside", "--json");
      return { code, stderr, findings: JSON.parse(stdout) as Diagnosis[] };
    };

    test("has nothing to say of one that is young enough, and decrypts the output backups alone", async () => {
      put({ hours: 48 });
      const { code, stderr, findings } = await found();
      expect([code, findings]).toEqual([0, []]);
      expect(stderr).toContain(`${name}: ok\n`);
      const secret = pulumi?.calls().filter((call) => call.includes("--show-secrets"));
      expect(secret).toEqual(["stack output backups --json --show-secrets --stack acme --color=never"]);
    });

    test("reads no more manifests than it needs", async () => {
      const { key } = put({ hours: 1 });
      for (const hours of [25, 49, 73]) put({ hours });
      await found();
      expect(s3.asked.filter((one) => one.endsWith(".json"))).toEqual([key]);
    });

    test.each([
      ["daily", 50],
      ["hourly", 4],
    ])("warns of one that is too old: %s, %i h", async (schedule, hours) => {
      put({ hours });
      const { code, findings } = await found(undefined, schedule);
      expect(code).toBe(0);
      expect(findings).toEqual([
        {
          check: name,
          urgency: "warning",
          asked: "the manifests in the bucket backups-acme-social",
          came: expect.stringMatching(
            `^backups-acme-social: the newest backup is .* old .*, and the schedule is ${schedule}$`,
          ),
          means: expect.stringMatching(/^If the database were lost now, .*\.$/),
          repair: expect.stringMatching(/npx mastiff backup -s acme .*pulumi up/s),
          answered: true,
          also: [],
        },
      ]);
      expect(findings[0]?.repair).not.toMatch(takesAway);
    });

    test("warns of a newest one that a recipient cannot open, and not of older ones", async () => {
      put({ hours: 20, manifest: { domain: "acme.social", skipped: ["AAAA"] } });
      put({ hours: 30, manifest: { domain: "acme.social", skipped: ["BBBB"] } });
      const { code, findings } = await found();
      expect(code).toBe(0);
      expect(findings).toMatchObject([
        {
          check: name,
          urgency: "warning",
          came: "backups-acme-social: the newest backup is not encrypted for AAAA",
          repair: expect.stringContaining("pulumi preview -s acme"),
        },
      ]);
      put({ hours: 1, manifest: { domain: "acme.social", skipped: [] } });
      expect((await found()).findings).toEqual([]);
    });

    test.each<[what: string, words: string, prepare: () => Answer | undefined]>([
      ["in an empty bucket", "backups-acme-social: there is no backup", () => undefined],
      [
        "whose dump is there",
        "backups-acme-social: there is no backup",
        () => {
          const { manifest } = put({ hours: 1 });
          s3.objects.delete(manifest.dump);
          return undefined;
        },
      ],
      [
        "in a bucket that another community has too",
        "backups-acme-social: there is no backup",
        () => {
          put({ hours: 1, manifest: { domain: "cats.party" } });
          return undefined;
        },
      ],
      [
        "in a bucket that is gone",
        "R2 did not grant GET backups?list-type=2 (HTTP 404 NoSuchBucket): No.",
        () => backupsOutput(s3.url, { bucket: "backups" }),
      ],
      [
        "before the first up",
        "the stack has no output backups: none was set up yet",
        () => ({
          script: "echo \"error: current stack does not have output property 'backups'\" >&2; exit 1",
        }),
      ],
    ])("is critical of no backup %s", async (_what, came, prepare) => {
      const { code, findings } = await found(prepare());
      expect(code).toBe(1);
      expect(findings).toMatchObject([{ check: name, urgency: "critical", came, answered: true }]);
    });

    test.each<[what: string, came: string, prepare: () => Answer | undefined]>([
      [
        "the key of the bucket is refused",
        "R2 did not grant GET backups-acme-social?list-type=2 (HTTP 403 AccessDenied): No.",
        () => {
          s3.refusal = { status: 403, code: "AccessDenied" };
          return undefined;
        },
      ],
      [
        "nothing decrypts the stack's secrets",
        "error: incorrect passphrase",
        () => ({ script: "echo 'error: incorrect passphrase' >&2; exit 255" }),
      ],
    ])("says that nothing is known where %s", async (_what, came, prepare) => {
      const { code, findings } = await found(prepare());
      expect(code).toBe(0);
      expect(findings).toMatchObject([
        {
          check: name,
          urgency: "warning",
          came,
          means: expect.stringMatching(/^Nothing is known/),
          answered: false,
        },
      ]);
    });
  });

  test("asks hosts, accounts, machines and pulumi side by side", async () => {
    // Nobody answers before all have been asked: whoever asks one after the other is not answered in time.
    const { promise: all, resolve: answer } = Promise.withResolvers<void>();
    const asked = new Set<string>();
    const meet = (who: string) => {
      if (asked.add(who).size === 3) answer();
      return all;
    };
    await using s3 = await startS3("backups-acme-social");
    putBackup(s3, { hours: 1, manifest: { domain: "acme.social" } });
    const cloudflare = createServer(async (_request, response) => {
      await meet("accounts");
      response.writeHead(500).end();
    });
    cloudflare.listen(0, "127.0.0.1");
    await once(cloudflare, "listening");
    const { port } = cloudflare.address() as AddressInfo;
    const keys = Object.entries(own).map(([name, value]) => [`mastiff:${name}`, value]);
    pulumi = scriptedPulumi({
      ...stackAnswers("acme", {
        ...Object.fromEntries(keys),
        "cloudflare:baseUrl": `http://127.0.0.1:${port}`,
      }),
      "stack output": { script: 'timeout 5 cat "$0.key"' },
    });
    const key = join(pulumi.folder, "pulumi.key");
    execFileSync("mkfifo", [key]);
    void all.then(() => writeFile(key, backupsOutput(s3.url, { bucket: "backups-acme-social" })));
    const { open } = inspectionOf(world);
    const meeting: Inspection = {
      limitMs: 3_000,
      open(signal) {
        const by = open(signal);
        return { ...by, ask: (...words) => meet("hosts").then(() => by.ask(...words)) };
      },
    };
    const { stdout } = await inInspection(meeting, () =>
      runMastiff(["doctor", "-s", "acme", "--json"], {
        pulumi,
        env: { CLOUDFLARE_API_TOKEN: "planted" },
        flyctl: () => meet("machines").then(() => ({ exitCode: 1, stdout: "", stderr: "not this time" })),
      }),
    );
    cloudflare.close();
    const found = (JSON.parse(stdout) as Diagnosis[]).flatMap(({ check, also }) => [check, ...also]);
    expect(found).toContain("Sidekiq: its processes are alive");
    expect(found).not.toContain("web: /health is OK");
    expect(found).not.toContain("backups: the newest is as young as the schedule promises");
  });

  test("of a stack on the local clouds asks their internet, and says what it has not", async () => {
    const hosts: string[] = [];
    const internet = createServer((request, response) => {
      hosts.push(request.headers.host ?? "");
      response.writeHead(404).end();
    });
    internet.listen(0, "127.0.0.1");
    await once(internet, "listening");
    const url = `http://127.0.0.1:${(internet.address() as AddressInfo).port}`;
    onStack({ endpoints: JSON.stringify({ internet: url }) });
    const { stdout, stderr } = await doctor("-s", "acme", "--no-inside", "--json");
    internet.close();
    expect(new Set(hosts)).toContain("cloudflare-dns.com");
    expect(new Set(hosts)).toContain("files.acme.social");
    expect(stderr).toContain(`${url} (mastiff:endpoints) has neither TLS nor name servers: `);
    const found = JSON.parse(stdout) as Diagnosis[];
    expect(found.length).toBeGreaterThan(5);
    expect(found.map(({ check }) => check).filter((check) => check.startsWith("certificate: "))).toEqual([]);
  });

  test("a machine that reaches nothing is told so", async () => {
    world.dns = false;
    const hosts = ["", "streaming.", "assets.", "files."].map((start) => `${start}acme.social`);
    world.closed = [...hosts, "cloudflare-dns.com", "api.github.com"];
    const { code, stderr } = await doctor("--domain", "acme.social");
    expect(stderr).toContain("Nothing answered at all: is this machine online?");
    expect(code).toBe(1);
  });

  test("a domain below a zone has its proxied hosts beside it, as Mastiff names them", async () => {
    world.zone = "example.org";
    expect(await communityAt("dogs.example.org", inspectionOf(world))).toEqual({
      domain: "dogs.example.org",
      streamingHost: "streaming.dogs.example.org",
      assetsHost: "assets-dogs.example.org",
      filesHost: "files-dogs.example.org",
    });
    world.dns = false;
    expect(await communityAt("dogs.example.org", inspectionOf(world))).toMatchObject({
      filesHost: "files.dogs.example.org",
    });
  });
});

test("a finding is a block of labelled lines, and the last line counts", () => {
  const one: Diagnosis = {
    check: "certificate: acme.social",
    urgency: "warning",
    asked: "the certificate",
    came: "13 days left",
    means: "It ends.",
    repair: "first this\nthen that",
    answered: true,
    also: ["another check"],
  };
  expect(reportOf([one], { domain: "acme.social", checks: 30 })).toBe(
    [
      "warning   certificate: acme.social",
      "  asked     the certificate",
      "  came      13 days left",
      "  also      another check",
      "  means     It ends.",
      "  repair    first this",
      "            then that",
      "",
      "acme.social: 30 checks, 1 warning",
    ].join("\n"),
  );
});
