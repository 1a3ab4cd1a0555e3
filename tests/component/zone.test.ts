import { expect, test } from "vitest";
import { CommunityZone } from "../../components/zone.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Unknown } from "../support/wire-values.ts";
import { declareProgram } from "./program-fixture.ts";

const found = { zoneId: "their-zone", nameServers: ["ada.ns.example"], status: "active" };

function declare(more: { found?: typeof found; protect?: boolean; preview?: boolean } = {}) {
  const { preview = false, protect = true, ...rest } = more;
  return resourcesOf(
    () => {
      const { zoneId, nameServers, status } = new CommunityZone("zone", {
        accountId: "account",
        name: "acme.social",
        protect,
        ...rest,
      });
      return { zoneId, nameServers, status };
    },
    { preview, outputs: preview ? {} : { "zone-zone": { nameServers: ["new.ns.example"] } } },
  );
}

test("a zone that was there before is used and never declared, so a destroy leaves it", async () => {
  const declared = await declare({ found });
  expect(declared.names).toEqual(["zone"]);
  expect(declared.outputs).toEqual(found);
});

test("a zone of its own making is kept, and pending until Cloudflare says otherwise", async () => {
  const declared = await declare();
  expect(declared.named("zone-zone")).toMatchObject({
    type: "cloudflare:index/zone:Zone",
    parent: "zone",
    protect: true,
    inputs: { account: { id: "account" }, name: "acme.social", type: "full" },
  });
  expect(declared.outputs).toEqual({
    zoneId: "zone-zone-id",
    nameServers: ["new.ns.example"],
    status: "pending",
  });
  expect((await declare({ protect: false })).kept).toEqual([]);
});

test("a preview does not know the id of a zone that is not made yet", async () => {
  expect((await declare({ preview: true })).outputs.zoneId).toEqual(new Unknown());
});

const rulesets = "cloudflare:index/getRulesets:getRulesets";
const records = "cloudflare:index/getDnsRecords:getDnsRecords";
const phase = "http_response_headers_transform";

test("a ruleset of others in an owned zone is refused, with both ways out", async () => {
  const theirs = { results: [{ id: "r1", name: "theirs", kind: "zone", phase }] };
  await expect(declareProgram({ calls: { [rulesets]: () => theirs } })).rejects.toThrow(
    /The zone has a ruleset for response headers already: "theirs" \(r1\)\..*pulumi config set mastiff:zoneMode shared/s,
  );
});

test("our own ruleset, a managed one and one of another phase are in nobody's way", async () => {
  const results = [
    { id: "r1", name: "Mastiff mastiff/test", kind: "zone", phase },
    { id: "r2", name: "Cloudflare's", kind: "managed", phase },
    { id: "r3", name: "redirects", kind: "zone", phase: "http_request_dynamic_redirect" },
  ];
  const declared = await declareProgram({ calls: { [rulesets]: () => ({ results }) } });
  expect(declared.names).toContain("cors-ruleset");
});

test("an SPF record of others is refused, as two make both void; one of ours is not", async () => {
  const spf = (comment: string) => ({
    config: { "mastiff:spf": "true" },
    calls: { [records]: () => ({ results: [{ content: '"v=spf1 include:theirs -all"', comment }] }) },
  });
  await expect(declareProgram(spf("theirs"))).rejects.toThrow(
    [
      'mastiff.party has a v=spf1 record already that this stack did not make: "v=spf1 include:theirs -all"',
      "  set in  mastiff:spf, which asks for one of ours",
      "  fix     keep theirs: pulumi config rm mastiff:spf",
      "          or remove their record in the Cloudflare dashboard and run again",
    ].join("\n"),
  );
  expect((await declareProgram(spf("Mastiff mastiff/test"))).names).toContain("mail-records-spf");
});

test("a zone that is not there is said with the account, both ways out and what Cloudflare said", async () => {
  const none = () => {
    throw new Error("no zone matches");
  };
  await expect(declareProgram({ calls: { "cloudflare:index/getZone:getZone": none } })).rejects.toThrow(
    /Cloudflare shows no zone mastiff\.party in the account 00000000000000000000000000000d09\.\n.*pulumi config set mastiff:zoneMode created\n.*it needs Zone Read on this zone\n {2}said .*no zone matches/s,
  );
});
