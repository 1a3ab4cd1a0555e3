import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { driverOf } from "../../components/fly/driver-call.ts";
import { lastWords } from "../../components/stack/ending.ts";
import type { Declared } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { declaredBy, declareProgram, mailLooks, type StackName, stacks } from "./program-fixture.ts";

// What the SDK says without an engine goes to the console.
let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => warned.mockRestore());

/** What a stack has beyond the usual one, and what it lacks. */
async function difference(name: StackName): Promise<{ more: string[]; less: string[] }> {
  const [usual, other] = [(await declaredBy("usual")).names, (await declaredBy(name)).names];
  return {
    more: other.filter((one) => !usual.includes(one)),
    less: usual.filter((one) => !other.includes(one)),
  };
}

const holdsData = [
  "database-postgres",
  "identity-id",
  "lock-hold",
  "media-access",
  "media-bucket",
  "media-guard",
  "redis-machine",
  "secrets-encryption-deterministic-key",
  "secrets-encryption-primary-key",
  "secrets-encryption-salt",
  "secrets-secret-key-base",
  "secrets-vapid",
];

test("what holds data is kept from being deleted, nothing else is, and a stack may say otherwise", async () => {
  // Until the release is there, a failed `up` can be destroyed: only what comes after the release is kept.
  expect((await declaredBy("usual")).kept).toEqual(["lock-hold"]);
  expect((await declareProgram({ isLive: true })).kept).toEqual(holdsData);
  expect((await declareProgram({ ...stacks.dev, isLive: true })).kept).toEqual([]);
});

test("the guide's Redis is Upstash's, and its address is kept secret", async () => {
  const dev = await declaredBy("dev");
  expect((await difference("dev")).less).toEqual(["redis-machine"]);
  expect(dev.named("redis-upstash").secretOutputs).toEqual(["stdout", "stderr"]);
});

test("in a shared zone a stack has two rules of its own and touches neither ruleset nor settings", async () => {
  expect(await difference("shared")).toEqual({
    more: ["media-domain-files-town-mastiff-party", "root-host-challenge", "tls-rule"],
    less: ["edge", "edge-security-level", "media-domain-files-mastiff-party", "tls-ssl"],
  });
});

test("a zone of its own making, a sender, an SPF record, OTP_SECRET: each is one resource more, data is kept", async () => {
  expect(await difference("created")).toEqual({
    more: ["mail-records-spf", "mail-sender", "secrets-otp-secret", "zone-zone"],
    less: [],
  });
  const created = await declaredBy("created");
  const live = await declareProgram({ ...stacks.created, isLive: true });
  expect(live.kept).toEqual([...holdsData, "secrets-otp-secret", "zone-zone"].sort());
  expect(created.asked.map(({ token }) => token)).toEqual(["command:local:run"]);
  expect(created.named("web-app").inputs.environment).toMatchObject({
    SPEC: expect.stringContaining('"dedicatedV4":true'),
  });
});

test("what waits is an output: the registrar, certificates, the mail domain, the sender's click", async () => {
  const { outputs } = await declaredBy("created");
  expect(outputs.nameServers).toEqual(["new1.ns.example", "new2.ns.example"]);
  expect(outputs.waitingFor).toEqual([
    "zone mastiff.party is pending: set these name servers at its registrar: new1.ns.example, new2.ns.example",
    "certificate of mastiff.party is pending: DNS has no records yet",
    "mail domain mastiff.party is not valid yet: SendGrid has not seen its DNS records; run pulumi up again later",
    "sender rex@mastiff.party is not verified: click the link in the mail that SendGrid sent there",
  ]);
  expect((await declaredBy("usual")).outputs.waitingFor).toEqual([]);
});

test("with another mail server and a bucket key of the operator's nothing is at SendGrid, and no token is made", async () => {
  await declaredBy("usual");
  const looksBefore = mailLooks();
  const { more, less } = await difference("ownServers");
  expect(more).toEqual([]);
  expect(less.filter((name) => !name.startsWith("mail"))).toEqual(["assets-host-ownership", "media-token"]);
  const own = await declaredBy("ownServers");
  expect(own.resources.filter(({ type }) => type.includes("sendgrid"))).toEqual([]);
  expect(mailLooks()).toBe(looksBefore);
  expect(own.named("media-access").inputs).toMatchObject({
    accessKeyId: "own-r2-key",
    secretAccessKey: new Secret("planted-r2-secret-key"),
  });
  expect(own.named("web-machines-secrets").inputs.stdin).toEqual(
    new Secret(expect.stringContaining('"SMTP_PASSWORD":"planted-smtp-password"')),
  );
});

test("an EU subuser of SendGrid's is asked in the EU, unless config says where", async () => {
  const eu = { "mastiff:sendgridRegion": "eu" };
  const endpoints = '{"sendgrid":"http://127.0.0.1:4640/sendgrid/v3"}';
  const asked = async (config: Record<string, string>) =>
    (await declareProgram({ config })).named("mail-domain").inputs.baseUrl;
  expect(await asked(eu)).toBe("https://api.eu.sendgrid.com/v3");
  expect(await asked({ ...eu, "mastiff:endpoints": endpoints })).toBe("http://127.0.0.1:4640/sendgrid/v3");
  expect(await asked({})).toBeUndefined();
});

test("a wildcard certificate stands for assets alone, proved by its challenge and the domain's ownership", async () => {
  const own = await declaredBy("ownServers");
  const hostnames = own.resources
    .filter(({ type }) => type === "mastiff:fly:Certificate")
    .map(({ inputs }) => inputs.hostname);
  expect(hostnames).toEqual(["mastiff.party", "streaming.mastiff.party", "*.mastiff.party"]);
  expect(own.named("assets-host-challenge").inputs.name).toBe("_acme-challenge.mastiff.party");
});

test("another word is another secret beside the one before, until nothing uses that any more", async () => {
  expect(await difference("rotated")).toEqual({
    more: [
      "database-login-w3",
      "mail-key-w1",
      "media-token-w2",
      "redis-password-w4",
      "retired",
      "retired-database-login",
      "retired-redis-password",
      "secrets-database-password-w3",
      "secrets-owner-password-w5",
      "secrets-redis-password-w4",
    ],
    less: ["mail-key", "media-token", "secrets-owner-password"],
  });
  const rotated = await declaredBy("rotated");
  for (const name of ["retired-database-login", "retired-redis-password"])
    expect(rotated.named(name).dependsOn).toEqual(
      expect.arrayContaining(["streaming-machines-release", "web-machines-release"]),
    );
  expect(rotated.outputs.ownerPassword).toEqual(new Secret("planted-secrets-owner-password-w5-0123456789"));
});

test("a community that ends: unprotected, a last dump after the releases, and it is said what goes and what stays", async () => {
  const ending = await declareProgram(stacks.ending);
  const said = warned.mock.calls.flat();
  expect((await difference("ending")).more).toEqual([
    "final-dump",
    "final-dump-access",
    "final-dump-bucket",
    "final-dump-taken",
    "final-dump-token",
  ]);
  expect(ending.kept).toEqual([]);
  // A community that is up was protected until now.
  expect((await declareProgram({ ...stacks.ending, isLive: true })).kept).toEqual([]);
  expect(ending.named("final-dump-taken").dependsOn).toEqual(
    expect.arrayContaining(["streaming-machines-release", "web-machines-release"]),
  );
  expect(ending.outputs.finalDump).toEqual({
    bucket: "files-mastiff-party-farewell",
    key: "last.dump",
    bytes: 2048,
    users: 3,
  });
  expect(ending.outputs.leftAfterDestroy).toEqual(
    expect.arrayContaining([expect.stringContaining("the last dump last.dump, 2.0 KB, 3 account(s)")]),
  );
  const words = lastWords({
    stack: "test",
    domain: "mastiff.party",
    zone: "mastiff.party",
    zoneMode: "owned",
    app: "mastiff-party",
    bucket: "files-mastiff-party",
    farewellBucket: "files-mastiff-party-farewell",
    redisKind: "own",
    mail: "sendgrid",
  });
  // No word of an output that is undefined, and none of backups that are off: the last dump is taken.
  expect(said).toEqual([`warning: [runtime] ${words}`]);
  expect((await declaredBy("usual")).outputs).not.toHaveProperty("finalDump");
});

test("a preview declares what up declares, and knows what config alone decides", async () => {
  const preview = await declareProgram({ preview: true });
  expect(preview.names).toEqual((await declaredBy("usual")).names);
  expect(preview.named("database-postgres").inputs.environment).toEqual(
    (await declaredBy("usual")).named("database-postgres").inputs.environment,
  );
  expect(preview.named("records-assets-cname").inputs).toMatchObject({
    name: "assets.mastiff.party",
    content: "mastiff.party",
  });
});

test("a live stack is looked at before it is declared; what differs becomes words on the one resource that mends it", async () => {
  const live = await declareProgram({
    isLive: true,
    looks: {
      "mastiff-driver all observe": {
        "community-web-machines-release": { differences: ["machine web-2 is gone"] },
      },
    },
  });
  const drifted = live.resources.filter(({ inputs }) =>
    JSON.stringify(inputs.environment ?? {}).includes("DRIFT"),
  );
  expect(drifted.map(({ name }) => name)).toEqual(["web-machines-release"]);
  expect(drifted[0]?.inputs.environment).toMatchObject({
    DRIFT: '{"differences":["machine web-2 is gone"]}',
  });
  expect(drifted[0]?.ignoreChanges).toEqual([]);
});

test("a certificate that the look found issued is not asked about again", async () => {
  const issued = { exists: true, differences: [], ready: true };
  const rest = ["root-host-certificate", "assets-host-certificate"];
  const all = [...rest, "streaming-host-certificate"];
  const askedAbout = async (ready: string[]) => {
    const { asked } = await declareProgram({
      isLive: true,
      looks: {
        "mastiff-driver all observe": Object.fromEntries(ready.map((name) => [`community-${name}`, issued])),
      },
    });
    return asked
      .filter(({ inputs }) => (inputs.interpreter as string[] | undefined)?.includes("status"))
      .map(({ inputs }) => JSON.parse((inputs.environment as { SPEC: string }).SPEC).certificates);
  };
  expect(await askedAbout(rest)).toEqual([
    [{ app: "mastiff-party-streaming", hostname: "streaming.mastiff.party" }],
  ]);
  expect(await askedAbout(all)).toEqual([]);
});

test("what is looked at is what is declared, to the letter: else it would drift for ever", async () => {
  const live = await declareProgram({ ...stacks.rotated, isLive: true });
  const look = live.asked.find(({ inputs }) => inputs.command === "observe");
  const asked = (look?.inputs.environment ?? {}) as { SPEC?: string };
  const { items: found } = JSON.parse(asked.SPEC ?? "{}") as {
    items: Record<string, { kind: string; spec: unknown; flyToml?: string }>;
  };
  const items = Object.fromEntries(
    Object.entries(found).map(([name, item]) => [name.replace(/^community-/, ""), item]),
  );
  expect(Object.keys(items).sort()).toEqual(
    live.names.filter((name) =>
      /-(app|addresses|certificate|postgres|machine|account|machines-secrets|machines-release)$/.test(name),
    ),
  );
  for (const [name, { kind, spec, flyToml }] of Object.entries(items)) {
    const { inputs } = live.named(name);
    const { SPEC = "", FLY_TOML } = inputs.environment as Record<string, string>;
    expect(inputs.interpreter, name).toEqual(driverOf(kind));
    // The addresses that records lead to are not known to a look.
    expect(JSON.parse(SPEC), name).toMatchObject(spec as object);
    const last = name.startsWith("streaming") ? 11 : 10;
    expect(flyToml?.replace("{v4}", `66.241.124.${last}`).replace("{v6}", `2a09:8280:1::${last}`), name).toBe(
      FLY_TOML,
    );
  }
});

test("nobody looks at Fly before a stack was up, nor where config says not to", async () => {
  const looks = (of: Declared) => of.asked.filter(({ inputs }) => inputs.command === "observe");
  expect(looks(await declaredBy("usual"))).toEqual([]);
  expect(looks(await declareProgram({ isLive: true, config: { "mastiff:drift": "off" } }))).toEqual([]);
});

test("what up would refuse on Fly ends the preview in the same words, all of it at once", async () => {
  const refusals = {
    "database-postgres": ["The volume of the database cannot shrink.", "The database cannot move."],
    "redis-machine": ["Redis cannot move."],
  };
  const observed = Object.entries(refusals).map(([name, refused]) => [
    `community-${name}`,
    { differences: [], refused },
  ]);
  await expect(
    declareProgram({
      isLive: true,
      looks: { "mastiff-driver all observe": Object.fromEntries(observed) },
    }),
  ).rejects.toThrow(Object.values(refusals).flat().join("\n\n"));
});

test("a look that fails ends the run, and says how to go on", async () => {
  await expect(
    declareProgram({ isLive: true, looks: { "mastiff-driver all observe": undefined } }),
  ).rejects.toThrow(
    /The look at Fly failed, so this run cannot know what has changed there\.\n {2}fix {5}check that flyctl is installed and FLY_API_TOKEN is valid: {2}flyctl auth whoami\n {10}or, to continue without a look: {2}pulumi config set mastiff:drift off/,
  );
});
