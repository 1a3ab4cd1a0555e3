import { expect, test } from "vitest";
import { headerRuleRef, wholeRulesetName } from "../../components/cloudflare/header-rule.ts";
import { obstaclesIn, wantedNames, type ZoneWishes } from "../../components/cloudflare/zone-obstacles.ts";
import { parseCommunity } from "../../components/config/read.ts";
import type { ZoneReading, ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";
import { marked } from "../../providers/shared/mark.ts";

const stack = "3f9a1c0b77de mastiff/acme";
/** The comment of this stack's records. */
const ourComment = marked(stack);

/** What a community at acme.social needs in its zone; `config` adds to the required keys or replaces them. */
function wishes(config: Record<string, string> = {}): ZoneWishes {
  const community = parseCommunity(
    {
      domain: "acme.social",
      cloudflareAccountId: "0123456789abcdef0123456789abcdef",
      flyOrg: "acme",
      ownerUsername: "rex",
      ownerEmail: "rex@acme.social",
      ...config,
    },
    new Set(),
    { stack: "acme" },
  );
  const { domain, assetsHost, streamingHost, zoneMode } = community;
  return {
    community,
    stack,
    certificates: [
      { role: "root", servedBy: "web", hostname: domain },
      { role: "streaming", servedBy: "streaming", hostname: streamingHost },
      { role: "assets", servedBy: "web", hostname: assetsHost },
    ],
    rules: [{ kind: "transform", ref: headerRuleRef("acme_social") }],
    ownRuleset: zoneMode === "shared" ? undefined : wholeRulesetName(stack),
  };
}

/** An empty zone acme.social of the free plan, with these changes. */
function reading(change: Partial<ZoneReading> = {}, zone: Partial<ZoneReading["zone"]> = {}): ZoneReading {
  return {
    zone: {
      id: "0".repeat(32),
      name: "acme.social",
      status: "active",
      type: "full",
      paused: false,
      created_on: "2026-01-01T00:00:00Z",
      activated_on: "2026-01-01T00:00:00Z",
      plan: { legacy_id: "free" },
      ...zone,
    },
    records: [],
    rulesets: [],
    securityLevel: "medium",
    fightMode: false,
    hostIsOfBucket: undefined,
    ...change,
  };
}

let lastId = 0;
const record = (type: string, name: string, content: string, more: Partial<ZoneRecord> = {}): ZoneRecord => ({
  id: String(++lastId),
  type,
  name,
  content,
  ...more,
});

test("neither an empty zone nor one with this stack's own records is an obstacle", () => {
  expect(obstaclesIn(reading(), wishes())).toEqual([]);
  const mine = wantedNames(wishes()).map(({ name, isOfBucket }) =>
    record(
      "CNAME",
      name,
      isOfBucket ? "public.r2.dev" : "acme.social",
      isOfBucket ? {} : { comment: ourComment },
    ),
  );
  expect(obstaclesIn(reading({ records: mine, hostIsOfBucket: true }), wishes())).toEqual([]);
});

test("records of others at the community's hosts are listed host by host, with their content and both fixes", () => {
  const records = [
    record("A", "acme.social", "192.0.2.7", { proxied: true }),
    record("AAAA", "acme.social", "2001:db8::7"),
    record("A", "acme.social", "66.241.1.1", { comment: ourComment }),
    record("CNAME", "assets.acme.social", "old.example.net"),
    record("CNAME", "files.acme.social", "bucket.s3.example"),
    record("NS", "streaming.acme.social", "ns1.example.net"),
    record("MX", "acme.social", "mail.example.net"),
    record("TXT", "acme.social", '"google-site-verification=x"'),
    record("A", "www.acme.social", "192.0.2.7"),
  ];
  const texts = obstaclesIn(reading({ records }), wishes());
  expect(texts).toHaveLength(4);
  expect(texts[0]).toBe(
    [
      "acme.social has DNS records that this stack did not create, and this stack needs acme.social for the addresses of its app:",
      "  A     192.0.2.7 (proxied)",
      "  AAAA  2001:db8::7",
      "  set in  mastiff:domain",
      "  fix     if nothing needs them any more (an old site, leftovers of an import), first see what still answers there:",
      "            curl -sI https://acme.social",
      "          then remove them yourself (Cloudflare dashboard, DNS, Records) and run again",
      "          if something still needs them, choose another name for this community:",
      "            pulumi config set mastiff:domain <another domain>",
    ].join("\n"),
  );
  expect(texts[1]).toContain("  NS    ns1.example.net");
  expect(texts[2]).toContain("  CNAME old.example.net");
  expect(texts[2]).toContain("pulumi config set mastiff:assetsHost mastodon-assets.acme.social");
  expect(texts[3]).toContain("pulumi config set mastiff:filesHost mastodon-files.acme.social");
});

test("the host that the fix proposes has no records, and config accepts it", () => {
  const records = [
    record("A", "assets.acme.social", "192.0.2.7"),
    record("A", "mastodon-assets.acme.social", "192.0.2.8"),
  ];
  const [text = ""] = obstaclesIn(reading({ records }), wishes());
  const proposed = /mastiff:assetsHost (\S+)/.exec(text)?.[1] ?? "";
  expect(proposed).toBe("fedi-assets.acme.social");
  expect(obstaclesIn(reading({ records }), wishes({ assetsHost: proposed }))).toEqual([]);
});

test("records of others at the names of certificate challenges and DKIM are listed too", () => {
  const records = [
    record("CNAME", "_acme-challenge.assets.acme.social", "assets.acme.social.hoster.example"),
    record("CNAME", "s1._domainkey.acme.social", "s1.domainkey.u1.wl.sendgrid.net"),
  ];
  const texts = obstaclesIn(reading({ records }), wishes());
  expect(texts.map((text) => text.split(" ", 1)[0])).toEqual([
    "_acme-challenge.assets.acme.social",
    "s1._domainkey.acme.social",
  ]);
  expect(texts[0]).toContain("dig +short _acme-challenge.assets.acme.social");
  // Without SendGrid, the stack makes no record with this name.
  const { community, ...rest } = wishes();
  const other = { ...rest, community: { ...community, smtpServer: "smtp.example.org" } };
  expect(wantedNames(other).filter(({ name }) => name.includes("_domainkey"))).toEqual([]);
});

test("records of others at an old host of the uploads are listed too", () => {
  const old = { oldFilesHosts: '["old.acme.social"]' };
  const records = [record("A", "old.acme.social", "192.0.2.1")];
  const [text = "", ...others] = obstaclesIn(reading({ records }), wishes(old));
  expect(others).toEqual([]);
  expect(text).toContain("old.acme.social has DNS records that this stack did not create");
  expect(text).toContain("leave it out of mastiff:oldFilesHosts");
  // R2's own record belongs to this stack, also while filesHost shows another bucket.
  const own = [record("CNAME", "old.acme.social", "public.r2.dev", { proxied: true })];
  expect(obstaclesIn(reading({ records: own, hostIsOfBucket: false }), wishes(old))).toEqual([]);
});

test("R2's record at the uploads' host is an obstacle only if it belongs to another bucket", () => {
  const records = [record("CNAME", "files.acme.social", "public.r2.dev", { proxied: true })];
  const [text = ""] = obstaclesIn(reading({ records, hostIsOfBucket: false }), wishes());
  expect(text).toContain("  CNAME public.r2.dev (proxied, points to another R2 bucket)");
  expect(text).toContain("disconnect the host from that bucket yourself");
  expect(obstaclesIn(reading({ records, hostIsOfBucket: true }), wishes())).toEqual([]);
});

test("records of another stack, or of this one under another name, are never proposed for removal", () => {
  const records = [record("A", "acme.social", "66.241.1.1", { comment: "Mastiff mastiff/old" })];
  const [text = ""] = obstaclesIn(reading({ records }), wishes());
  expect(text).toContain("A     66.241.1.1 (comment: Mastiff mastiff/old)");
  expect(text).toContain("Continue with\n          that stack and its state");
  expect(text).not.toMatch(/remove/);
});

test("an SPF record of others is an obstacle only if config requests one too", () => {
  const records = [record("TXT", "acme.social", '"v=spf1 mx -all"')];
  expect(obstaclesIn(reading({ records }), wishes())).toEqual([]);
  expect(obstaclesIn(reading({ records }), wishes({ spf: "true" }))[0]).toContain(
    "keep the existing record: pulumi config rm mastiff:spf",
  );
});

test.each(["partial", "secondary"])(
  "a zone with %s setup is refused, and its records are not listed",
  (type) => {
    const records = [record("A", "acme.social", "192.0.2.7")];
    const texts = obstaclesIn(reading({ records }, { type }), wishes());
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain(`The zone acme.social has ${type} setup`);
  },
);

const rules = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ref: `theirs${n}`,
    description: `rule ${n}`,
    action: "rewrite",
    expression: "true",
  }));
const ruleset = (phase: string, count: number, name = "theirs") => ({
  id: "f".repeat(32),
  name,
  phase,
  rules: rules(count),
});

test("a kind of rule at the plan's limit is refused, with the names of the existing rules", () => {
  const shared = wishes({ zoneMode: "shared" });
  const at = (...counts: [string, number][]) =>
    obstaclesIn(reading({ rulesets: counts.map(([phase, count]) => ruleset(phase, count)) }), shared);
  expect(at(["http_response_headers_transform", 9])).toEqual([]);
  const [text = ""] = at(["http_response_headers_transform", 10]);
  expect(text).toContain("it already has 10 of 10 Transform Rules (plan free)");
  expect(text).toContain('"rule 0", "rule 1"');
  // The three phases of Transform Rules share the plan's limit.
  expect(at(["http_response_headers_transform", 4], ["http_request_transform", 6])).toHaveLength(1);
  expect(at(["http_config_settings", 10])).toEqual([]);
});

test("a kind of rule at the free plan's limit is accepted if one rule is this stack's, or on a larger plan", () => {
  const shared = wishes({ zoneMode: "shared" });
  const full = ruleset("http_response_headers_transform", 9);
  const mine = { ref: headerRuleRef("acme_social"), action: "rewrite", expression: "true" };
  const withMine = [{ ...full, rules: [...full.rules, mine] }];
  expect(obstaclesIn(reading({ rulesets: withMine }), shared)).toEqual([]);
  const tens = [ruleset("http_response_headers_transform", 10)];
  expect(obstaclesIn(reading({ rulesets: tens }, { plan: { legacy_id: "pro" } }), shared)).toEqual([]);
});

test("a ruleset of others is refused in an owned zone, and the fix removes it only if it is empty", () => {
  const phase = "http_response_headers_transform";
  const [held = ""] = obstaclesIn(reading({ rulesets: [ruleset(phase, 2)] }), wishes());
  expect(held).toContain('its rules are "rule 0", "rule 1"');
  expect(held).toContain("pulumi config set mastiff:zoneMode shared");
  expect(held).not.toContain("DELETE");
  const [empty = ""] = obstaclesIn(reading({ rulesets: [ruleset(phase, 0)] }), wishes());
  expect(empty).toContain("since it is empty");
  expect(empty).toContain(`/rulesets/${"f".repeat(32)}`);
  expect(obstaclesIn(reading({ rulesets: [ruleset(phase, 1, wholeRulesetName(stack))] }), wishes())).toEqual(
    [],
  );
});

test("a ruleset that another stack owns as a whole is refused in every mode, one that stacks share in none", () => {
  const phase = "http_response_headers_transform";
  const theirs = reading({ rulesets: [ruleset(phase, 1, wholeRulesetName("mastiff/other"))] });
  const sharedByStacks = {
    ...ruleset(phase, 1, "default"),
    description: "Made by Mastiff, goes with its last rule.",
  };
  for (const wish of [wishes(), { ...wishes(), ownRuleset: undefined }]) {
    const [text = ""] = obstaclesIn(theirs, wish);
    expect(text).toContain(
      "The stack mastiff/other owns the whole ruleset for response headers of the zone acme.social: its next change would drop a rule of this stack",
    );
    expect(text).toContain("pulumi up --stack other");
    expect(obstaclesIn(reading({ rulesets: [sharedByStacks] }), wish)).toEqual([]);
  }
});

test("a zone without room for the stack's records is refused; plan and age of the zone decide the limit", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => record("A", `host${n}.acme.social`, "192.0.2.7"));
  const said = (count: number, zone: Partial<ZoneReading["zone"]> = {}) =>
    obstaclesIn(reading({ records: many(count) }, zone), wishes());
  // The stack needs 14 records: 4 addresses, a CNAME, R2's record, 3 ownership and 2 challenge records, 3 of
  // SendGrid. An old host of the uploads is one more.
  const old = { oldFilesHosts: '["old.acme.social"]' };
  expect(obstaclesIn(reading({ records: many(186) }), wishes(old))[0]).toContain("15 more are needed");
  expect(said(186)).toEqual([]);
  expect(said(187)[0]).toContain(
    "has 187 DNS records of the 200 that its plan (free) allows, and 14 more are needed",
  );
  expect(said(900, { created_on: "2024-08-31T00:00:00Z" })).toEqual([]);
  expect(said(900, { plan: { legacy_id: "pro" } })).toEqual([]);
});
