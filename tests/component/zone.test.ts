import { expect, test } from "vitest";
import { CommunityZone } from "../../components/cloudflare/zone.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Unknown } from "../support/wire-values.ts";
import { calmZone, declareProgram } from "./program-fixture.ts";

const found = {
  zoneId: "their-zone",
  nameServers: ["ada.ns.example"],
  status: "active",
  paused: false,
  activatedOn: null,
};

function declare(more: { found?: typeof found; made?: boolean; protect?: boolean; preview?: boolean } = {}) {
  const { preview = false, protect = true, made = true, ...rest } = more;
  return resourcesOf(
    () => {
      const { zoneId, nameServers, status } = new CommunityZone("zone", {
        accountId: "account",
        name: "acme.social",
        protect,
        made,
        ...rest,
      });
      return { zoneId, nameServers, status };
    },
    { preview, outputs: preview ? {} : { "zone-zone": { nameServers: ["new.ns.example"] } } },
  );
}

test("a zone that was there before is used and never declared, so a destroy leaves it", async () => {
  const declared = await declare({ found, made: false });
  expect(declared.names).toEqual(["zone"]);
  const { zoneId, nameServers, status } = found;
  expect(declared.outputs).toEqual({ zoneId, nameServers, status });
});

test("a zone that was there before has an unknown id in a preview that could not read it", async () => {
  const declared = await declare({ made: false, preview: true });
  expect(declared.names).toEqual(["zone"]);
  const unknown = new Unknown();
  expect(declared.outputs).toEqual({ zoneId: unknown, nameServers: unknown, status: unknown });
});

test("a zone of its own making is as this run saw it, whatever the state has kept", async () => {
  const declared = await declare({ found });
  expect(declared.names).toContain("zone-zone");
  expect(declared.outputs).toMatchObject({ zoneId: "zone-zone-id", status: "active" });
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

const phase = "http_response_headers_transform";
const ruleset = (name: string, of = phase) => ({ id: "r1", name, phase: of, rules: [] });

test("a ruleset of others in an owned zone is refused, with both ways out", async () => {
  await expect(declareProgram({ zone: { ...calmZone, rulesets: [ruleset("theirs")] } })).rejects.toThrow(
    /The zone mastiff\.party already has a ruleset for response headers: "theirs" \(r1\)\..*pulumi config set mastiff:zoneMode shared/s,
  );
});

test("our own ruleset and one of another phase are in nobody's way", async () => {
  const rulesets = [ruleset("Mastiff 3f9a1c0b77de mastiff/test"), ruleset("urls", "http_request_transform")];
  const declared = await declareProgram({ zone: { ...calmZone, rulesets } });
  expect(declared.names).toContain("cors-rule");
});

test("an SPF record of others is refused, as two make both void; one of ours is not", async () => {
  const record = { id: "1", type: "TXT", name: "mastiff.party", content: '"v=spf1 include:theirs -all"' };
  const spf = (comment: string) => ({
    config: { "mastiff:spf": "true" },
    zone: { ...calmZone, records: [{ ...record, comment }] },
  });
  await expect(declareProgram(spf("theirs"))).rejects.toThrow(
    [
      'mastiff.party already has a v=spf1 record that this stack did not create: "v=spf1 include:theirs -all"',
      "  set in  mastiff:spf, which asks for a record of this stack",
      "  fix     keep the existing record: pulumi config rm mastiff:spf",
      "          or carry over what it says, then remove it yourself in the Cloudflare dashboard and run again",
    ].join("\n"),
  );
  expect((await declareProgram(spf("Mastiff 3f9a1c0b77de mastiff/test"))).names).toContain(
    "mail-records-spf",
  );
});

test("a zone that is not there is said with the account and both ways out", async () => {
  await expect(declareProgram({ zone: null })).rejects.toThrow(
    /Cloudflare shows no zone mastiff\.party in the account 00000000000000000000000000000d09\.\n.*pulumi config set mastiff:zoneMode created\n.*the token needs Zone Read on this zone/s,
  );
});

test("a zone of its own making that became active is said to be active, and mail is validated in it", async () => {
  const declared = await declareProgram({ config: { "mastiff:zoneMode": "created" }, zone: calmZone });
  expect(declared.outputs.waitingFor).toEqual([]);
  expect(declared.named("mail-validation").inputs.timeoutSeconds).toBe(120);
});

test("what waits names the bucket's host, as this run saw it", async () => {
  const declared = await declareProgram({
    outputs: { "media-public-host": { enabled: true, ownership: "pending", ssl: "initializing" } },
  });
  expect(declared.outputs.waitingFor).toEqual([
    "files host files.mastiff.party does not answer yet (ownership pending, certificate initializing): it takes some minutes",
  ]);
});
