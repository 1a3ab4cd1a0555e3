import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Certificate } from "../../checks/certificate.ts";
import type { Community } from "../../checks/community.ts";
import { checksOf, type Diagnosis, examine } from "../../checks/examine.ts";
import { type Inspection, inInspection } from "../../checks/inspector.ts";
import { reportOf } from "../../cli/doctor/report.ts";
import { communityAt } from "../../cli/doctor/whom.ts";
import { backupsOutput, type PutBackup, putBackup } from "../support/backups.ts";
import { community, healthy, instance, type Page } from "../support/healthy-community.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import {
  type Answer,
  type ScriptedPulumi,
  scriptedPulumi,
  stackAnswers,
} from "../support/scripted-pulumi.ts";

/** The internet as a test plays it. */
interface World {
  pages: Record<string, Page>;
  /** By name and type. */
  records: Record<string, string[]>;
  certificates: Record<string, Partial<Certificate>>;
  zone: string;
  nameServers: string[];
  /** Hosts at which Cloudflare treats other servers as bots. */
  guarded: string[];
  /** Hosts that never answer. */
  silent: string[];
  /** Hosts that refuse every connection. */
  closed: string[];
  /** Whether name servers can be asked. */
  dns: boolean;
}

const everything: Community = { ...community, oldFilesHosts: ["media.acme.social"] };

const key = JSON.stringify({ publicKey: { publicKeyPem: "-----BEGIN PUBLIC KEY-----" } });
const actor = { rel: "self", type: "application/activity+json", href: "https://acme.social/actor" };

function wellWorld(): World {
  const hosts = ["", "streaming.", "assets.", "files.", "media."].map((start) => `${start}acme.social`);
  return {
    pages: {
      ...healthy(),
      "https media.acme.social/": { status: 404, headers: { "access-control-allow-origin": "*" } },
      // The server's own account, for whom the Owner is not known.
      "https acme.social/.well-known/webfinger?resource=acct:acme.social@acme.social": {
        headers: { "content-type": "application/jrd+json; charset=utf-8" },
        body: JSON.stringify({ subject: "acct:mastodon.internal@acme.social", links: [actor] }),
      },
      "https acme.social/actor": { body: key },
    },
    records: {
      ...Object.fromEntries(hosts.map((host) => [`${host} A`, ["203.0.113.1"]])),
      ...Object.fromEntries(hosts.map((host) => [`${host} AAAA`, ["2001:db8::1"]])),
      "_dmarc.acme.social TXT": ["v=DMARC1; p=none"],
      "s1._domainkey.acme.social CNAME": ["s1.domainkey.u1.wl1.sendgrid.net"],
      "s2._domainkey.acme.social CNAME": ["s2.domainkey.u1.wl1.sendgrid.net"],
      "s1._domainkey.acme.social TXT": ["k=rsa; t=s; p=MIGf"],
      "s2._domainkey.acme.social TXT": ["k=rsa; t=s; p=MIGf"],
    },
    certificates: {},
    zone: "acme.social",
    nameServers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    guarded: [],
    silent: [],
    closed: [],
    dns: true,
  };
}

function inspectionOf(world: World): Inspection {
  const never = new Promise<never>(() => {});
  const reached = async (host: string) => {
    if (world.silent.includes(host)) await never;
    if (world.closed.includes(host)) throw new Error(`connect ECONNREFUSED ${host}`);
  };
  const asked = async () => {
    if (!world.dns) throw new Error("ada.ns.cloudflare.com: ETIMEOUT");
  };
  return {
    limitMs: 10_000,
    open: (signal) => ({
      signal,
      async ask(url, headers = {}) {
        const { protocol, host, pathname, search } = new URL(url);
        await reached(host);
        if (headers["user-agent"] !== undefined && world.guarded.includes(host))
          return { status: 403, headers: { "cf-mitigated": "challenge" }, body: "Just a moment" };
        const scheme = protocol === "http:" ? "http" : "https";
        const page: Page = world.pages[`${scheme} ${host}${pathname}${search}`] ?? { status: 404 };
        return { status: page.status ?? 200, headers: page.headers ?? {}, body: page.body ?? "" };
      },
      async resolve(name, type) {
        await asked();
        return world.records[`${name} ${type}`] ?? [];
      },
      async nameServers() {
        await asked();
        return { zone: world.zone, servers: world.nameServers };
      },
      async certificate(host) {
        await reached(host);
        return {
          daysLeft: 60,
          until: "2027-01-28T10:00:00.000Z",
          issuer: "Let's Encrypt",
          problem: undefined,
          ...world.certificates[host],
        };
      },
    }),
  };
}

let world: World;
let pulumi: ScriptedPulumi | undefined;
beforeEach(() => {
  world = wellWorld();
});
afterEach(() => {
  vi.useRealTimers();
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

const found = () => examine(inspectionOf(world), everything);

test("a healthy community gives no finding", async () => {
  expect(await found()).toEqual([]);
});

/** A check, what breaks it, what it says came, how urgent that is, and words of its advice. */
type Breakage = [
  check: string,
  broken: (world: World) => void,
  came: string,
  urgency: Diagnosis["urgency"],
  advice: string,
];

const page = (where: string, what: Page) => (world: World) => {
  world.pages[where] = what;
};
const records =
  (where: string, ...what: string[]) =>
  (world: World) => {
    world.records[where] = what;
  };
const certificate = (host: string, what: Partial<Certificate>) => (world: World) => {
  world.certificates[host] = what;
};
const instanceWith = (what: object) =>
  page("https acme.social/api/v2/instance", {
    headers: { "access-control-allow-origin": "*" },
    body: JSON.stringify({ ...instance, ...what }),
  });
const securityHeaders = healthy()["https acme.social/"]?.headers ?? {};

const breakages: Breakage[] = [
  [
    "DNS: the domain and its streaming host have IPv4 and IPv6 addresses",
    records("streaming.acme.social AAAA"),
    "streaming.acme.social has no AAAA record",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "DNS: the domain is in a zone at Cloudflare",
    (world) => {
      world.nameServers = [];
    },
    "acme.social has no name servers",
    "critical",
    "Check at the registrar that the domain is paid for",
  ],
  [
    "DNS: the domain is in a zone at Cloudflare",
    (world) => {
      world.nameServers = ["ns1.registrar.example"];
    },
    "acme.social is served by ns1.registrar.example",
    "warning",
    "pulumi stack output nameServers",
  ],
  [
    "DNS: files.acme.social has an address",
    (world) => {
      world.records["files.acme.social A"] = [];
      world.records["files.acme.social AAAA"] = [];
    },
    "files.acme.social has neither an A nor an AAAA record",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "DNS: CAA records allow Let's Encrypt to issue certificates",
    records("acme.social CAA", '0 issue "digicert.com"'),
    'acme.social has 0 issue "digicert.com"',
    "warning",
    'CAA, 0 issue "letsencrypt.org"',
  ],
  [
    "DNS: streaming.acme.social points directly to Fly",
    page("https streaming.acme.social/api/v1/streaming/health", {
      headers: { "access-control-allow-origin": "*", server: "cloudflare" },
      body: "OK",
    }),
    'header server is "cloudflare"',
    "warning",
    "should be DNS only",
  ],
  [
    "certificate: assets.acme.social",
    certificate("assets.acme.social", { problem: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    "a certificate of Let's Encrypt until 2027-01-28: ERR_TLS_CERT_ALTNAME_INVALID",
    "critical",
    "pulumi stack output waitingFor",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 13 }),
    "a certificate of Let's Encrypt until 2027-01-28, 13 days left",
    "warning",
    "fly certs show acme.social",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 3 }),
    "a certificate of Let's Encrypt until 2027-01-28, 3 days left",
    "warning",
    "fly certs show acme.social",
  ],
  [
    "certificate: acme.social",
    certificate("acme.social", { daysLeft: 2 }),
    "a certificate of Let's Encrypt until 2027-01-28, 2 days left",
    "critical",
    "fly certs show acme.social",
  ],
  [
    "web: /health is OK",
    page("https acme.social/health", { status: 503 }),
    "status 503, should be 200",
    "critical",
    "fly logs -a <app>",
  ],
  [
    "web: plain http redirects to https",
    page("http acme.social/", { body: "hello" }),
    "status 200, should be 301 (hello)",
    "warning",
    "pulumi preview",
  ],
  [
    "web: security headers",
    page("https acme.social/", { headers: { ...securityHeaders, "strict-transport-security": "max-age=0" } }),
    'header strict-transport-security is "max-age=0", should be /max-age=63072000;\\s*includeSubDomains/i',
    "warning",
    "find out what changes it in between",
  ],
  [
    "web: security headers",
    page("https acme.social/", {
      headers: { ...securityHeaders, "content-security-policy": "img-src https://assets.acme.social" },
    }),
    'header content-security-policy is "img-src https://assets.acme.social", should be /files\\.acme\\.social/',
    "warning",
    "check that mastiff:env sets none of them",
  ],
  [
    "web: the instance describes itself (/api/v2/instance)",
    page("https acme.social/api/v2/instance", { status: 500 }),
    "status 500, should be 200",
    "critical",
    "pulumi preview",
  ],
  [
    "web: the instance describes itself (/api/v2/instance)",
    instanceWith({ version: "4.5.0" }),
    'version is "4.5.0", should be "4.6.3"',
    "warning",
    "says what is left to do",
  ],
  [
    "web: new accounts need approval",
    instanceWith({ registrations: { enabled: true, approval_required: false } }),
    "registrations.enabled is true, registrations.approval_required is false",
    "info",
    "approval required",
  ],
  [
    "fediverse: the owner is found (webfinger), a stranger is not",
    page("https acme.social/.well-known/webfinger?resource=acct:nobody_of_that_name@acme.social", {}),
    "status 200, should be 404",
    "warning",
    "what Mastodon says to /.well-known/webfinger",
  ],
  [
    "fediverse: the owner's actor has a public key",
    page("https acme.social/users/ada", { body: "{}" }),
    "publicKey.publicKeyPem is not a public key",
    "critical",
    "ACTIVE_RECORD_ENCRYPTION",
  ],
  [
    "fediverse: host-meta and nodeinfo",
    page("https acme.social/.well-known/host-meta", { status: 404 }),
    "status 404, should be 200",
    "warning",
    "what Mastodon says to /.well-known",
  ],
  [
    "fediverse: files.acme.social answers other servers",
    (world) => {
      world.guarded = ["files.acme.social"];
    },
    'status 403, header cf-mitigated is "challenge"',
    "critical",
    "Bot Fight Mode off",
  ],
  [
    "streaming: healthy on its own host",
    page("https streaming.acme.social/api/v1/streaming/health", { status: 502 }),
    "status 502, should be 200",
    "critical",
    "fly logs -a <app>-streaming",
  ],
  [
    "streaming: a WebSocket reaches the host and is asked for a token",
    page("https streaming.acme.social/api/v1/streaming", { status: 400 }),
    "status 400, should be 401",
    "critical",
    "not go through Cloudflare's proxy",
  ],
  [
    "streaming: the web host redirects to the streaming host",
    page("https acme.social/api/v1/streaming/health", { status: 404 }),
    "status 404, should be 301",
    "info",
    "pulumi preview",
  ],
  [
    "assets: a page's scripts come from the cache, readable from any origin",
    page("https assets.acme.social/packs/a.js", {}),
    "header access-control-allow-origin is absent, should be *",
    "critical",
    "pulumi up --refresh",
  ],
  [
    "assets: a page's scripts come from the cache, readable from any origin",
    page("https acme.social/about", { body: "nothing here" }),
    "/about names no /packs/ file",
    "critical",
    "pulumi preview",
  ],
  [
    "files: reachable from any origin, with no listing",
    page("https files.acme.social/", {
      status: 404,
      headers: { "access-control-allow-origin": "*" },
      body: "<ListBucketResult>",
    }),
    "the bucket lists its objects",
    "critical",
    "Custom Domains",
  ],
  [
    "files: media.acme.social still serves the uploads",
    page("https media.acme.social/", { status: 404 }),
    "header access-control-allow-origin is absent, should be *",
    "warning",
    "pulumi up --refresh",
  ],
  [
    "mail: SPF or SendGrid's CNAMEs, DKIM and DMARC are published",
    records("_dmarc.acme.social TXT"),
    "_dmarc.acme.social has no DMARC record",
    "warning",
    "pulumi config set mastiff:dmarcPolicy none",
  ],
  [
    "mail: one SPF record at most, and one where mail needs it",
    records("acme.social TXT", "v=spf1 include:sendgrid.net ~all", "v=spf1 mx -all"),
    "acme.social has 2 SPF records: v=spf1 include:sendgrid.net ~all, v=spf1 mx -all",
    "warning",
    "merge them into one record that says what both say",
  ],
  [
    "mail: SendGrid's DKIM keys can be fetched",
    records("s2._domainkey.acme.social TXT", "k=rsa; t=s; p="),
    "no key at s2._domainkey.acme.social",
    "warning",
    "whether SendGrid has seen its records",
  ],
];

/** Words with which a way out takes something away (tests/unit/errors-table.test.ts). */
const takesAway = /\b(destroy|delete|unset|remove|unprotect|drop|prune|rm)\w*\b/i;

test.each(breakages)(
  "%s: %#. what is broken is found, with its advice, and nothing else",
  async (check, broken, came, urgency, advice) => {
    broken(world);
    const findings = await found();
    expect(findings).toEqual([
      {
        check,
        urgency,
        asked: expect.stringContaining("acme.social"),
        came,
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

test("no kind of check is without a breakage", () => {
  const kinds = new Set(checksOf(everything).map(({ name }) => kind(name)));
  expect(new Set(breakages.map(([check]) => kind(check)))).toEqual(kinds);
});

test("every host has a check of its certificate and of its address", () => {
  const names = checksOf(everything).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("certificate: "))).toHaveLength(5);
  expect(names.filter((name) => name.endsWith(" has an address"))).toHaveLength(3);
});

test("no check's advice takes anything away", () => {
  for (const { name, repair } of checksOf(everything)) expect(repair, name).not.toMatch(takesAway);
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
          throw new Error("the doctor looks from outside");
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
    expect(stderr.trimEnd().split("\n")).toHaveLength(Number(checks));
    expect(stderr).toContain("web: /health is OK: ok");
    expect(code).toBe(0);
  });

  test("of a stack asks the hosts of its config, and decrypts no secret", async () => {
    onStack({ oldFilesHosts: '["media.acme.social"]' });
    const { code, stdout, stderr } = await doctor("-s", "acme", "--json");
    expect([code, stdout]).toEqual([0, "[]\n"]);
    expect(stderr).toContain("files: media.acme.social still serves the uploads: ok");
    expect(pulumi?.calls().join("\n")).not.toContain("--show-secrets");
  });

  test("--json is the list of findings", async () => {
    onStack({ mastodonVersion: "v4.6.4" });
    const { code, stdout } = await doctor("-s", "acme", "--json");
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
      const { code, stdout, stderr } = await doctor("-s", "acme", "--json");
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

  test("a machine that reaches nothing is told so", async () => {
    world.dns = false;
    world.closed = ["", "streaming.", "assets.", "files."].map((start) => `${start}acme.social`);
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
