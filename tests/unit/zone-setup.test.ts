import { expect, test } from "vitest";
import { hostsOf } from "../../components/cloudflare/hosts.ts";
import { forbiddenIssuer, zoneWarnings } from "../../components/cloudflare/zone-setup.ts";
import type { ZoneReading, ZoneRecord } from "../../providers/cloudflare/zone-reading.ts";

const hosts = Object.values(
  hostsOf({
    domain: "acme.social",
    assetsHost: "assets.acme.social",
    filesHost: "files.acme.social",
    streamingHost: "streaming.acme.social",
  }),
);

function warnings(change: Partial<ZoneReading>, isOwned = true, paused = false): string[] {
  const zone = {
    id: "0".repeat(32),
    name: "acme.social",
    status: "active",
    type: "full",
    paused,
    created_on: "2026-01-01T00:00:00Z",
    activated_on: "2026-01-01T00:00:00Z",
    plan: { legacy_id: "free" },
  };
  const calm = { zone, records: [], rulesets: [], securityLevel: "medium", fightMode: false };
  return zoneWarnings({ ...calm, hostIsOfBucket: undefined, ...change }, hosts, isOwned);
}

test("a calm zone is not spoken of, nor one whose bots the token may not see", () => {
  expect(warnings({})).toEqual([]);
  expect(warnings({ fightMode: undefined })).toEqual([]);
});

test("a paused zone is said, with where it is resumed", () => {
  expect(warnings({}, true, true)[0]).toMatch(/^zone acme.social is paused: .*Enable Cloudflare on Site$/);
});

test("Under Attack mode is set back in an owned zone, and excepted in a shared one", () => {
  const [owned = ""] = warnings({ securityLevel: "under_attack" });
  expect(owned).toContain("instead of the files of assets.acme.social and files.acme.social");
  expect(owned).toContain("pulumi up --refresh");
  const [shared = ""] = warnings({ securityLevel: "under_attack" }, false);
  const expression = '(http.host in {"assets.acme.social" "files.acme.social"})';
  expect(shared).toContain(`${expression}, Security Level: Medium`);
  expect(shared).not.toContain("--refresh");
  // The proposed rule, once enabled, removes the warning.
  const rule = { action: "set_config", expression, action_parameters: { security_level: "medium" } };
  const at = (enabled: boolean) => ({
    securityLevel: "under_attack",
    rulesets: [{ id: "f", name: "default", phase: "http_config_settings", rules: [{ ...rule, enabled }] }],
  });
  expect(warnings(at(true), false)).toEqual([]);
  expect(warnings(at(false), false)).toHaveLength(1);
});

test("Bot Fight Mode is said in every zone, with the one way there is", () => {
  for (const isOwned of [true, false]) {
    expect(warnings({ fightMode: true }, isOwned)[0]).toMatch(
      /No rule can exempt them\. Switch the mode off: /,
    );
  }
});

const caa = (name: string, content: string): ZoneRecord => ({ id: name, type: "CAA", name, content });

test.each([
  ["no CAA at all", [], false],
  ["another authority alone", [caa("acme.social", '0 issue "digicert.com"')], true],
  ["nobody", [caa("acme.social", '0 issue ";"')], true],
  [
    "Let's Encrypt among others",
    [caa("acme.social", '0 issue "digicert.com"'), caa("acme.social", "0 issue letsencrypt.org")],
    false,
  ],
  [
    "Let's Encrypt for one account",
    [caa("acme.social", '0 issue "letsencrypt.org; accounturi=https://x/1"')],
    true,
  ],
  ["only where to report", [caa("acme.social", '0 iodef "mailto:rex@acme.social"')], false],
  ["only wildcards", [caa("acme.social", '0 issuewild "digicert.com"')], false],
  [
    "the closest name counts",
    [caa("acme.social", '0 issue "letsencrypt.org"'), caa("assets.acme.social", '0 issue "digicert.com"')],
    true,
  ],
  ["a host of the bucket needs none", [caa("files.acme.social", '0 issue "digicert.com"')], false],
])("CAA: %s", (_, records, isSaid) => {
  expect(forbiddenIssuer(hosts, records) !== undefined).toBe(isSaid);
});

test("what CAA forbids is said with the name, the hosts and the record to add", () => {
  const said = forbiddenIssuer(hosts, [caa("acme.social", '0 issue "digicert.com"')]);
  expect(said).toContain("the CAA records of acme.social allow only digicert.com to issue certificates");
  expect(said).toContain("acme.social, streaming.acme.social, assets.acme.social come from Let's Encrypt");
  expect(said).toContain('0 issue "letsencrypt.org"');
});
