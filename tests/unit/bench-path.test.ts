/** The benchmark's critical path and its count of needed calls, on calls that are written down here. */
import { expect, test } from "vitest";
import { criticalPath, scriptOf } from "../../bench/critical-path.ts";
import { countCalls, excessOf } from "../../bench/distinct-calls.ts";
import type { MachineLife } from "../../bench/world.ts";
import type { Entry } from "../../sandbox/clouds/journal.ts";
import { latencyOf } from "../../sandbox/clouds/latency.ts";

const start = Date.parse("2026-01-01T00:00:00Z");

/** A journal in which each call is answered at once, a second after the one before it. */
function journalOf(...calls: (Pick<Entry, "method" | "path"> & Partial<Entry>)[]): Entry[] {
  return calls.map((call, index) => ({
    n: index + 1,
    at: new Date(start + index * 1000).toISOString(),
    cloud: "fly",
    query: "",
    status: 200,
    milliseconds: 0,
    ...call,
  }));
}

const createApp = (name: string) => ({ method: "POST", path: "/v1/apps", requestBody: { name } });
const setSecret = (app: string, values: object) => ({
  ...{ method: "POST", path: `/v1/apps/${app}/secrets`, requestBody: { values } },
});
const createMachine = (app: string, id: string) => ({
  ...{ method: "POST", path: `/v1/apps/${app}/machines`, responseBody: { id } },
});

const [read, write, create] = [
  latencyOf("fly", "GET", "/v1/apps/a"),
  latencyOf("fly", "POST", "/v1/apps"),
  latencyOf("fly", "POST", "/v1/apps/a/machines"),
];

function machine(id: string, after: number, own: number, more: Partial<MachineLife> = {}): MachineLife {
  const from = start + after * 1000;
  const config = { image: "redis:7" };
  const life = { id, app: "acme", name: id, createdAt: new Date(from).toISOString(), events: [], config };
  return { ...life, readyAt: from + own, ...more };
}

test("calls about an app wait for the app, and for nothing else", () => {
  const calls = journalOf(
    createApp("acme"),
    createApp("beta"),
    { method: "GET", path: "/v1/apps/acme" },
    { method: "GET", path: "/v1/apps/beta" },
  );
  const { milliseconds, links } = criticalPath(calls, [], 1);
  expect(milliseconds).toBe(write + read);
  expect(links.map(({ name }) => name)).toEqual(["POST /v1/apps", "GET /v1/apps/acme"]);
});

test("a call that carries a value waits for the answer that was the first to contain it", () => {
  const calls = journalOf(
    { method: "GET", path: "/one", responseBody: { id: "id-12345678" } },
    { method: "GET", path: "/two", responseBody: { token: "token-87654321" } },
    { method: "POST", path: "/three", requestBody: { url: "redis://:token-87654321@host" } },
    { method: "POST", path: "/four", requestBody: { text: "no value of a cloud" } },
  );
  expect(criticalPath(calls, [], 1).links.map(({ name }) => name)).toEqual(["GET /two", "POST /three"]);
});

test("a value that was sent before is not a cloud's", () => {
  const calls = journalOf(
    { method: "GET", path: "/one", query: "name=chosen-1234" },
    { method: "GET", path: "/two", responseBody: { name: "chosen-1234" } },
    { method: "POST", path: "/three", requestBody: { name: "chosen-1234" } },
  );
  expect(criticalPath(calls, [], 1).links).toHaveLength(1);
});

test("asking again and again makes no path longer", () => {
  const poll = { method: "GET", path: "/v1/apps/acme" };
  const calls = journalOf(createApp("acme"), ...Array.from({ length: 50 }, () => poll));
  expect(criticalPath(calls, [], 1).milliseconds).toBe(write + read);
});

test("a machine waits for the secrets of its app that were set before, and not for those that were removed", () => {
  const calls = journalOf(createApp("acme"), setSecret("acme", { A: "1" }), createMachine("acme", "m1"));
  expect(criticalPath(calls, [], 1).milliseconds).toBe(write + write + create);
  const removed = journalOf(createApp("acme"), setSecret("acme", { A: null }), createMachine("acme", "m1"));
  expect(criticalPath(removed, [], 1).milliseconds).toBe(write + create);
});

test("Mastodon waits for the machine of the database, the login there, and the tables", () => {
  const mastodon = { image: "ghcr.io/mastodon/mastodon:v4.7.4" };
  const calls = journalOf(
    createApp("db"),
    createMachine("db", "d1"),
    { method: "POST", path: "/v1/apps/db/machines/d1/exec" },
    createApp("acme"),
    createMachine("acme", "p1"),
    createMachine("acme", "w1"),
  );
  const lives = [
    machine("d1", 1, 500, {
      config: { image: "flyio/postgres-flex:17", metadata: { "fly-managed-postgres": "true" } },
    }),
    machine("p1", 4, 900, { config: { ...mastodon, init: { cmd: ["rails", "db:prepare"] } } }),
    machine("w1", 5, 700, { config: { ...mastodon, metadata: { fly_process_group: "web" } } }),
  ];
  const { milliseconds, links } = criticalPath(calls, lives, 1);
  expect(links.map(({ name }) => name)).toEqual([
    "POST /v1/apps",
    "POST /v1/apps/db/machines",
    "machine of acme: database",
    "POST /v1/apps/db/machines/d1/exec",
    "POST /v1/apps/acme/machines",
    "machine of acme: service",
    "POST /v1/apps/acme/machines",
    "machine of acme: web",
  ]);
  expect(milliseconds).toBe(write + create + 500 + write + create + 900 + create + 700);
});

test("clouds that waited a tenth give the path of the whole latency", () => {
  const calls = journalOf(createApp("acme"), createMachine("acme", "m1"));
  expect(criticalPath(calls, [machine("m1", 1, 100)], 0.1).milliseconds).toBe(write + create + 1000);
});

test("a script makes each call once, and waits for each machine", () => {
  const calls = journalOf(
    createApp("acme"),
    { method: "GET", path: "/v1/apps/acme" },
    { method: "GET", path: "/v1/apps/acme" },
    createMachine("acme", "m1"),
  );
  const job = machine("m1", 3, 0, { readyAt: null, events: [{ type: "exit", timestamp: start + 3900 }] });
  expect(scriptOf(calls, [job], 1)).toBe(write + read + create + 900);
});

test("the least possible number of calls is that of the different ones, by cloud", () => {
  const query = (app: string) => ({
    ...{ method: "POST", path: "/graphql" },
    requestBody: { query: "query($name: String!) { app(name: $name) { id } }", variables: { name: app } },
  });
  const counted = countCalls(
    journalOf(query("a"), query("a"), query("b"), { method: "GET", path: "/zones", cloud: "cloudflare" }),
  );
  expect(counted).toEqual([
    { cloud: "fly", calls: 3, different: 2, repeated: [{ call: "query app.id", times: 2 }] },
    { cloud: "cloudflare", calls: 1, different: 1, repeated: [] },
  ]);
  expect(excessOf(counted)).toBeCloseTo(4 / 3);
});
