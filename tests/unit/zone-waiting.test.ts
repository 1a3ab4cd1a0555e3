import { expect, test } from "vitest";
import { hostSentences, zoneSentences } from "../../components/stack/waiting.ts";

const now = new Date("2026-06-02T12:00:00Z");
const zone = {
  name: "acme.social",
  status: "active",
  nameServers: ["ada.ns.cloudflare.com", "rob.ns.cloudflare.com"],
  paused: false,
  activatedOn: "2026-01-01T00:00:00Z",
  edgeHost: "assets.acme.social",
};

test("an active zone waits for nothing after its first day", () => {
  expect(zoneSentences(zone, now)).toEqual([]);
});

test("a zone waits for the registrar, a paused one for its owner", () => {
  expect(zoneSentences({ ...zone, status: "pending", activatedOn: null }, now)).toEqual([
    "zone acme.social is pending: set these name servers at its registrar: ada.ns.cloudflare.com, rob.ns.cloudflare.com",
  ]);
  expect(zoneSentences({ ...zone, paused: true }, now)[0]).toContain("zone acme.social is paused");
});

test("in its first day a zone may wait for its certificate at the edge", () => {
  const young = { ...zone, activatedOn: "2026-06-02T00:00:00.000Z" };
  expect(zoneSentences(young, now)).toEqual([
    "zone acme.social is active since 2026-06-02T00:00:00.000Z: until 2026-06-03T00:00:00.000Z Cloudflare may still be issuing its certificate, without which assets.acme.social does not answer",
  ]);
});

const host = { name: "files.acme.social", enabled: true, ownership: "active", ssl: "active" };

test.each([
  [{}, undefined],
  [
    { ownership: "pending", ssl: "initializing" },
    /does not answer yet \(ownership pending, certificate initializing\): it takes some minutes/,
  ],
  [{ enabled: false }, /is off although it was switched on/],
  [{ ownership: "blocked" }, /is blocked by Cloudflare/],
  [{ ssl: "error" }, /is stuck \(ownership active, certificate error\)/],
  [{ ownership: "deactivated" }, /Retry connection/],
  [{ enabled: false, ownership: "missing", ssl: "missing" }, /pulumi up --refresh connects it again/],
])("the bucket's host, seen as %j", (seen, said) => {
  const sentences = hostSentences({ ...host, ...seen }, zone);
  if (said === undefined) expect(sentences).toEqual([]);
  else expect(sentences.join("\n")).toMatch(said);
});

test("in a zone that is not active the bucket's host waits for the zone", () => {
  const pending = { ...host, ownership: "pending", ssl: "pending" };
  expect(hostSentences(pending, { ...zone, status: "pending" })[0]).toContain(
    "it needs zone acme.social to be active",
  );
});
