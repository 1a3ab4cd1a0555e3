import fc from "fast-check";
import { expect, test } from "vitest";
import {
  databaseOf,
  derivedNames,
  farewellBucket,
  ruleRefOf,
} from "../../components/config/derived-names.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { planFly } from "../../components/fly/plan.ts";
import { identifier } from "../../providers/fly/things/psql.ts";
import { nameProblem, nameRules } from "../../providers/rules/names.ts";
import { ownSubdomain } from "../../providers/sendgrid/resources.ts";
import { marked, markOf } from "../../providers/shared/mark.ts";
import { isDomain } from "../../sandbox/clouds/sendgrid/domains.ts";
import { fixes, parse, problems, refusal } from "../support/config.ts";

test.each<[string, Partial<CommunitySettings>]>([
  ["mastiff.party", { app: "mastiff-party", bucket: "files-mastiff-party" }],
  ["404media.social", { app: "404media-social", bucket: "files-404media-social" }],
  ["big-dogs.social", { app: "big--dogs-social", bucket: "files-big--dogs-social" }],
  ["xn--mll-hoa.party", { app: "idn---mll--hoa-party-0ed02311" }],
])("%s has names of its own", (domain, names) => {
  expect(parse({ domain })).toMatchObject(names);
});

test.each([
  ["mastiff-party", "mastiff_party"],
  ["404media-social", "_404media_social"],
  ["pg-party", "_pg_party"],
  ["postgres", "_postgres"],
  ["public", "_public"],
])("the database of %s is %s", (app, database) => {
  expect(databaseOf(app)).toBe(database);
});

test("a community below a zone has one label there, however long its domain is", () => {
  const sub = "a-rather-long-label-for-a-community.and-another-one-that-is-not-short";
  const { assetsHost, filesHost } = parse({ domain: `${sub}.example.org`, zone: "example.org" });
  for (const host of [assetsHost, filesHost]) {
    expect(host).toMatch(/^(assets|files)-[a-z0-9-]+\.example\.org$/);
    expect(host.split(".")[0]?.length).toBeLessThanOrEqual(63);
  }
});

test.each([
  ["192.168.1.1", "domain: is an IP address, or ends like one: use a host name"],
  ["example.123", "domain: is an IP address, or ends like one: use a host name"],
  ["example.0x7f", 'domain: its last part "0x7f" is not a top-level domain'],
  ["example.c", 'domain: its last part "c" is not a top-level domain'],
])("%s is no domain", (domain, problem) => {
  expect(problems({ domain })).toEqual([problem]);
});

test("a domain that is too long for the names below it is refused as such, once", () => {
  const domain = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(55)}.org`;
  expect(problems({ domain })).toEqual([
    expect.stringMatching(
      /^domain: _acme-challenge\.a+.* which is derived from it, is too long for a DNS name: 258/,
    ),
  ]);
});

test("an app with a reserved name gets another one proposed, which does", () => {
  expect(problems({ app: "xn--party" })).toEqual(["app: is reserved and cannot be the name of a Fly app"]);
  expect(fixes({ app: "xn--party" })).toEqual([
    "pulumi config set mastiff:app mastodon-xn--party --stack dev",
  ]);
  expect(problems({ app: "mastodon-xn--party" })).toEqual([]);
});

const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
const label = (longest: number) =>
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: longest }),
      fc.array(fc.nat({ max: longest }), { maxLength: 3 }),
    )
    .map(([text, dashes]) =>
      [...text].map((c, i) => (i > 0 && i < text.length - 1 && dashes.includes(i) ? "-" : c)).join(""),
    );
/** Valid domains of 4 to 253 characters: RFC 1035 labels, and a top-level domain that begins with a letter. */
const domains = fc
  .tuple(
    fc.array(
      fc.oneof(
        label(10),
        label(63),
        label(63).map((l) => `xn--${l}`.slice(0, 63).replace(/-+$/, "")),
      ),
      {
        minLength: 1,
        maxLength: 9,
      },
    ),
    fc.constantFrom("org", "social", "party", "xn--p1ai", "co"),
  )
  .map(([labels, top]) => `${labels.join(".")}.${top}`.slice(-253).replace(/^[.-]+/, ""))
  .filter((domain) => isDomain(domain));
const stacks = fc.string({ unit: fc.constantFrom(...letters, "-", "_", "."), minLength: 1, maxLength: 100 });

/** The names that a community's resources have in the clouds, from its plan for Fly and its config. */
function namesOf(community: CommunitySettings): string[] {
  const plan = planFly(community, { server: "s", port: 587, login: "l" });
  return [plan.web.app, plan.postgres.database, community.bucket, ruleRefOf(community.domain)];
}

test("for every legal domain, config is refused with a fix, or every name satisfies its cloud", () => {
  let taken = 0;
  fc.assert(
    fc.property(
      domains,
      fc.boolean(),
      fc.record({
        flyOrg: fc.string({ unit: fc.constantFrom(...letters, "-"), minLength: 1, maxLength: 30 }),
        app: fc.option(label(53), { nil: undefined }),
        bucket: fc.option(
          label(63).filter((text) => text.length > 2),
          { nil: undefined },
        ),
        sendgridSubdomain: fc.option(label(63), { nil: undefined }),
      }),
      stacks,
      (domain, isBelow, names, stackOnly) => {
        const zone = domain.split(".").slice(-2).join(".");
        const extra = { domain, ...names, ...(isBelow && { zone, zoneMode: "shared" }) };
        const refused = refusal(extra);
        if (refused !== undefined) {
          expect(refused.message).toMatch(/fix: pulumi config (set|rm) /);
          return;
        }
        taken++;
        const community = parse(
          Object.fromEntries(
            Object.entries(extra).filter((one): one is [string, string] => one[1] !== undefined),
          ),
        );
        for (const { rule, name } of derivedNames(community)) expect(nameProblem(rule, name)).toBeUndefined();
        const plan = planFly(community, { server: "s", port: 587, login: "l" });
        const backups = plan.backup?.app ?? "";
        for (const app of [plan.web.app, plan.streaming.app, plan.postgres.app, plan.redis.name, backups]) {
          // The local Fly's rule (superfly/flyctl internal/command/apps/create.go).
          expect(app).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
          expect(app.length).toBeLessThanOrEqual(63);
        }
        expect(identifier(plan.postgres.database)).toBe(`"${plan.postgres.database}"`);
        const kept = community.backup?.bucket ?? "";
        for (const bucket of [community.bucket, farewellBucket(community.bucket), kept])
          expect(bucket).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
        for (const host of [community.assetsHost, community.filesHost, community.streamingHost])
          expect(isDomain(host) || host).toBe(true);
        const mark = markOf({ identity: "3f9a1c0b77de", stack: `mastiff/${stackOnly}` });
        const longest = "x".repeat(20);
        for (const [rule, name] of [
          [nameRules.cloudflareToken, marked(mark, longest)],
          [nameRules.cloudflareToken, marked(mark, "last dump")],
          [nameRules.cloudflareToken, marked(mark, `backups ${longest}`)],
          [nameRules.recordComment, marked(mark)],
          [nameRules.sendgridKey, marked(mark, longest)],
          [nameRules.sendgridNickname, marked(mark)],
          [nameRules.returnPath, ownSubdomain(mark)],
        ] as const)
          expect(nameProblem(rule, name)).toBeUndefined();
      },
    ),
    { numRuns: 5000 },
  );
  // Enough domains have to be accepted: a test of refusals alone would show nothing.
  expect(taken).toBeGreaterThan(1000);
}, 120_000);

test("other domains have other names, the same domain always the same", () => {
  const known = new Map<string, string>();
  fc.assert(
    fc.property(domains, (domain) => {
      if (refusal({ domain }) !== undefined) return;
      const [app = "", database = "", bucket = "", ref = ""] = namesOf(parse({ domain }));
      for (const name of [`app ${app}`, `database ${database}`, `bucket ${bucket}`, `ref ${ref}`]) {
        expect(known.get(name) ?? domain).toBe(domain);
        known.set(name, domain);
      }
    }),
    { numRuns: 1000 },
  );
  for (const [one, other] of [
    ["a-b.org", "a.b.org"],
    [`${"a".repeat(60)}.one.org`, `${"a".repeat(60)}.two.org`],
  ] as const) {
    const [first, second] = [one, other].map((domain) => namesOf(parse({ domain })));
    expect(first?.filter((name) => second?.includes(name))).toEqual([]);
  }
  const farewells = ["1", "2"].map((end) => farewellBucket(`${"a".repeat(62)}${end}`));
  expect(new Set(farewells).size).toBe(2);
});
