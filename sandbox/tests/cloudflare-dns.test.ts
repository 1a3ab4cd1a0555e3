import { beforeEach, expect, test } from "vitest";
import { lookup, recordsAt } from "../clouds/cloudflare/dns.ts";
import { type Answer, type Clouds, freshClouds, refused, zone } from "./cloud-call.ts";

let clouds: Clouds;
beforeEach(() => {
  clouds = freshClouds();
});

const post = (record: Record<string, unknown>, at = zone): Promise<Answer> =>
  clouds.cloudflare("POST", `${at}/dns_records`, record);

test("a record comes back under its full name, in one spelling", async () => {
  const { body } = await post({
    type: "CNAME",
    name: "Assets",
    content: "Mastiff.Party.",
    ttl: 1,
    proxied: true,
  });
  expect(body.result).toMatchObject({
    name: "assets.mastiff.party",
    content: "mastiff.party",
    proxiable: true,
    proxied: true,
    ttl: 1,
    comment: null,
    tags: [],
    meta: {},
  });
  // Cloudflare leaves these fields out since January 2025: github.com/cloudflare/cloudflare-rs/issues/251.
  expect(Object.keys(body.result)).not.toContain("zone_id");
  expect(Object.keys(body.result)).not.toContain("zone_name");
  const six = await post({ type: "AAAA", name: "@", content: "2A09:8280:0001:0::0001" });
  expect(six.body.result).toMatchObject({ name: "mastiff.party", content: "2a09:8280:1::1", ttl: 1 });
});

test.each([
  [{ type: "A", name: "a", content: "x.org" }, "400 9005"],
  [{ type: "AAAA", name: "a", content: "192.0.2.1" }, "400 9006"],
  [{ type: "CNAME", name: "a", content: "192.0.2.1" }, "400 9007"],
  [{ type: "CNAME", name: "a", content: "a.mastiff.party" }, "400 9039"],
  [{ type: "MX", name: "a", content: "mx.x.org" }, "400 9000"],
  [{ type: "A", name: "a", content: "192.0.2.1", ttl: 30 }, "400 9021"],
  [{ type: "A", name: "a", content: "192.0.2.1", ttl: 86401 }, "400 9021"],
  [{ type: "A", name: "a", content: "192.0.2.1", ttl: "300" }, "400 9207"],
  [{ type: "A", name: "a", content: "192.0.2.1", proxied: "yes" }, "400 9207"],
  [{ type: "TXT", name: "a", content: "x", proxied: true }, "400 9004"],
  [{ type: "A", name: "a", content: "10.0.0.1", proxied: true }, "400 9003"],
  [{ type: "A", name: "a", content: "1.1.1.1", proxied: true }, "400 9003"],
  [{ type: "CNAME", name: "a", content: "_x.acm-validations.aws", proxied: true }, "400 9003"],
  [{ type: "A", name: "a b", content: "192.0.2.1" }, "400 9000"],
  [{ type: "A", name: "a", content: "192.0.2.1", tags: ["x:y"] }, "400 9300"],
  [{ type: "SPF", name: "a", content: "v=spf1" }, "400 9002"],
  [{ name: "a", content: "192.0.2.1" }, "400 9000"],
  [{ type: "A", content: "192.0.2.1" }, "400 9000"],
  [{ type: "A", name: "a" }, "400 9000"],
])("%j is refused: %s", async (record, expected) => {
  expect(refused(await post(record))).toBe(expected);
  expect(clouds.world.state.cloudflare.records).toEqual([]);
});

test("all that is wrong with a record is said at once", async () => {
  const { body } = await post({ type: "A", name: "a", content: "nonsense", ttl: 5 });
  expect(body.errors).toEqual([
    { code: 9021, message: "TTL must be between 60 and 86400 seconds, or 1 for Automatic." },
    { code: 9005, message: "Content for A record must be a valid IPv4 address." },
  ]);
});

test("address records and CNAMEs exclude each other, TXT and MX stay beside both", async () => {
  await post({ type: "A", name: "a", content: "192.0.2.1" });
  await post({ type: "CNAME", name: "c", content: "x.org" });
  const taken = await post({ type: "CNAME", name: "a", content: "x.org" });
  expect(refused(taken)).toBe("400 81053");
  expect(taken.body.errors[0].message).toMatch(
    /^An A, AAAA, or CNAME record with that host already exists\./,
  );
  expect(refused(await post({ type: "CNAME", name: "c", content: "y.org" }))).toBe("400 81053");
  expect(refused(await post({ type: "AAAA", name: "c", content: "2001:db8::1" }))).toBe("400 81054");
  expect((await post({ type: "A", name: "a", content: "192.0.2.2" })).status).toBe(200);
  expect((await post({ type: "TXT", name: "c", content: '"x"' })).status).toBe(200);
  expect((await post({ type: "MX", name: "c", content: "mx.x.org", priority: 10 })).status).toBe(200);
});

test("a record twice is 81058, the same one with another TTL 81057", async () => {
  await post({ type: "A", name: "a", content: "192.0.2.1", ttl: 300 });
  const again = await post({ type: "A", name: "a", content: "192.0.2.1", ttl: 300 });
  expect(again.body.errors).toEqual([{ code: 81058, message: "An identical record already exists." }]);
  expect(refused(await post({ type: "A", name: "a", content: "192.0.2.1", ttl: 600 }))).toBe("400 81057");
});

test("a change is held against the others, not against the record itself", async () => {
  const { body } = await post({ type: "A", name: "a", content: "192.0.2.1", ttl: 300 });
  const path = `${zone}/dns_records/${body.result.id}`;
  const same = { type: "A", name: "a.mastiff.party", content: "192.0.2.1", ttl: 600, settings: {}, tags: [] };
  expect((await clouds.cloudflare("PUT", path, same)).body.result).toMatchObject({
    id: body.result.id,
    ttl: 600,
  });
  await post({ type: "A", name: "a", content: "192.0.2.2", ttl: 600 });
  expect(refused(await clouds.cloudflare("PUT", path, { ...same, content: "192.0.2.2" }))).toBe("400 81058");
  expect((await clouds.cloudflare("PATCH", path, { comment: "mine" })).body.result).toMatchObject({
    comment: "mine",
    content: "192.0.2.1",
    ttl: 600,
  });
  expect((await clouds.cloudflare("DELETE", path)).body.result).toEqual({ id: body.result.id });
  expect(refused(await clouds.cloudflare("GET", path))).toBe("404 81044");
  expect(refused(await clouds.cloudflare("DELETE", path))).toBe("404 81044");
});

test("TXT keeps the sender's quotes, gets them where they are missing, and is cut at 255 bytes", async () => {
  const quoted = await post({ type: "TXT", name: "_dmarc", content: '"v=DMARC1; p=none"' });
  expect(quoted.body.result.content).toBe('"v=DMARC1; p=none"');
  const bare = await post({ type: "TXT", name: "bare", content: "v=spf1 ~all" });
  expect(bare.body.result.content).toBe('"v=spf1 ~all"');
  const long = await post({ type: "TXT", name: "long", content: `"${"k".repeat(300)}"` });
  expect(long.body.result.content).toBe(`"${"k".repeat(255)}" "${"k".repeat(45)}"`);
  expect(lookup(clouds.world, "long.mastiff.party", "TXT")).toEqual(["k".repeat(300)]);
  expect(refused(await post({ type: "TXT", name: "b", content: "k".repeat(2049) }))).toBe("400 9207");
});

test("a proxied record's TTL is automatic whatever was asked", async () => {
  const { body } = await post({ type: "A", name: "a", content: "66.241.1.1", ttl: 300, proxied: true });
  expect(body.result.ttl).toBe(1);
});

test("the list is filtered as the official provider asks", async () => {
  await post({ type: "A", name: "a", content: "192.0.2.1", comment: "managed by mastiff" });
  await post({ type: "AAAA", name: "a", content: "2001:db8::1" });
  await post({ type: "CNAME", name: "b.a", content: "x.org" });
  const names = async (query: string) =>
    (await clouds.cloudflare("GET", `${zone}/dns_records?${query}`)).body.result.map(
      (r: { type: string; name: string }) => `${r.type} ${r.name}`,
    );
  expect(await names("name.exact=A.mastiff.party&type=A")).toEqual(["A a.mastiff.party"]);
  expect(await names("name=a.mastiff.party")).toEqual(["A a.mastiff.party", "AAAA a.mastiff.party"]);
  expect(await names("name.endswith=.a.mastiff.party")).toEqual(["CNAME b.a.mastiff.party"]);
  expect(await names("content.contains=db8")).toEqual(["AAAA a.mastiff.party"]);
  expect(await names("content=x.org")).toEqual(["CNAME b.a.mastiff.party"]);
  expect(await names("comment.exact=managed+by+mastiff")).toEqual(["A a.mastiff.party"]);
  expect(await names("comment.absent=true&type=CNAME")).toEqual(["CNAME b.a.mastiff.party"]);
  expect(await names("type=A&content=x.org&match=any")).toHaveLength(2);
  expect(await names("direction=asc&match=all&order=type&proxied=false")).toHaveLength(3);
  const page = await clouds.cloudflare("GET", `${zone}/dns_records?per_page=2&page=2`);
  expect(page.body.result).toHaveLength(1);
  expect(page.body.result_info).toEqual({ page: 2, per_page: 2, count: 1, total_count: 3, total_pages: 2 });
});

test("a free zone has room for two hundred records", async () => {
  clouds.world.state.cloudflare.dials.recordsPerZone = 1;
  await post({ type: "A", name: "a", content: "192.0.2.1" });
  expect(refused(await post({ type: "A", name: "b", content: "192.0.2.1" }))).toBe("400 81045");
});

test("the public sees the edge for proxied names, follows CNAMEs, and sees nothing of a pending zone", async () => {
  const { world } = clouds;
  await post({ type: "A", name: "@", content: "66.241.1.1" });
  await post({ type: "CNAME", name: "alias", content: "mastiff.party" });
  await post({ type: "CNAME", name: "assets", content: "mastiff.party", proxied: true });
  await post({ type: "A", name: "@", content: "192.0.2.1" }, "/zones/0000000000000000000000000000a003");
  expect(lookup(world, "Alias.mastiff.party.", "A")).toEqual(["66.241.1.1"]);
  expect(lookup(world, "alias.mastiff.party", "CNAME")).toEqual(["mastiff.party"]);
  expect(lookup(world, "assets.mastiff.party", "A")).toEqual(["104.21.13.9", "172.67.13.9"]);
  expect(lookup(world, "assets.mastiff.party", "AAAA")[0]).toMatch(/^2606:4700:/);
  expect(lookup(world, "assets.mastiff.party", "CNAME")).toEqual([]);
  expect(lookup(world, "pending.example", "A")).toEqual([]);
  expect(lookup(world, "notmastiff.party", "A")).toEqual([]);
});

test("names outside follow what others answer", async () => {
  clouds.world.state.cloudflare.elsewhere["app.fly.dev"] = { A: ["66.241.1.2"] };
  await post({ type: "CNAME", name: "www", content: "app.fly.dev" });
  expect(lookup(clouds.world, "www.mastiff.party", "A")).toEqual(["66.241.1.2"]);
});

test("a wildcard answers for what does not exist, and not below or at what does", async () => {
  await post({ type: "A", name: "*", content: "192.0.2.9" });
  await post({ type: "TXT", name: "_acme.a", content: "x" });
  expect(lookup(clouds.world, "anything.mastiff.party", "A")).toEqual(["192.0.2.9"]);
  expect(lookup(clouds.world, "deep.er.mastiff.party", "A")).toEqual(["192.0.2.9"]);
  // `a` exists as an empty node above `_acme.a`, so the wildcard does not apply to it.
  expect(lookup(clouds.world, "a.mastiff.party", "A")).toEqual([]);
  expect(recordsAt(clouds.world, "x.a.mastiff.party")).toEqual([]);
});
