import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checksOf, examine } from "../../checks/examine.ts";
import { everything, type World, wellWorld } from "../support/doctor-world.ts";
import { type LocalInternet, localInternet } from "../support/local-internet.ts";
import { plantedCauses } from "../support/planted-causes.ts";

let internet: LocalInternet;
let world: World;
beforeAll(async () => {
  internet = await localInternet();
});
afterAll(() => internet[Symbol.asyncDispose]());
beforeEach(() => {
  world = wellWorld();
});

const checks = checksOf(everything);

test("a healthy community is green over real TLS, DNS and WebSockets, in time", async () => {
  const started = Date.now();
  const told: string[] = [];
  const found = await internet.look(world, (inspection) =>
    examine(inspection, everything, ({ check }) => told.push(check)),
  );
  expect(found).toEqual([]);
  expect(told).toHaveLength(checks.length);
  expect(Date.now() - started).toBeLessThan(20_000);
});

const outside = plantedCauses.filter(([name]) => checks.some((check) => check.name === name));
/** One address has one name server: it answers as all of them do. */
const played = outside.filter(([, , came]) => came !== "bob.ns.cloudflare.com: REFUSED");

test.each(played)(
  "%s: %#. what is broken is found over real connections",
  async (name, broken, came, urgency) => {
    broken(world, { objects: new Map() } as Parameters<typeof broken>[1]);
    const table = checks.filter((check) => check.name === name);
    const found = await internet.look(world, (inspection) =>
      examine(inspection, everything, undefined, table),
    );
    expect(found).toMatchObject([{ check: name, urgency, answered: true }]);
    expect(found[0]?.came).toMatch(came instanceof RegExp ? came : anyDay(came));
  },
);

/** The certificates here end some days from now. */
function anyDay(text: string): RegExp {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll(/\d{4}-\d\d-\d\d/g, "\\d{4}-\\d\\d-\\d\\d")}$`);
}

test("a WebSocket that opens without a token is no community's", async () => {
  world.pages["https streaming.acme.social/api/v1/streaming"] = { status: 101 };
  const table = checks.filter(({ name }) => name.startsWith("streaming: a WebSocket"));
  const found = await internet.look(world, (inspection) => examine(inspection, everything, undefined, table));
  expect(found).toMatchObject([{ came: "status 101, should be 401" }]);
});

test("a host whose certificate nobody vouches for gives visitors no answer", async () => {
  world.certificates["acme.social"] = { problem: "ERR_TLS_CERT_ALTNAME_INVALID" };
  const table = checks.filter(({ name }) => name === "web: /health is OK");
  const found = await internet.look(world, (inspection) => examine(inspection, everything, undefined, table));
  expect(found).toMatchObject([{ answered: false, came: expect.stringContaining("altnames") }]);
});
