import { expect, test } from "vitest";
import { check } from "../../providers/fly/schema.ts";
import {
  addressesSpec,
  backupSpec,
  observeAllSpec,
  postgresSpec,
  releaseSpec,
  restoreSpec,
  upstashSpec,
} from "../../providers/fly/spec.ts";

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme" };
const place = { ...owned, region: "ams" };
const postgres = {
  ...place,
  size: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
  volumeGb: 1,
  database: "acme",
  user: "acme",
  consumers: ["acme"],
};
const release = {
  ...place,
  image: "ghcr.io/mastodon/mastodon:v4.7.4",
  groups: { web: { count: 1 } },
  database: { memoryMb: 1024, sidekiq: { memoryMb: 1024 } },
  redisGate: true,
  smoke: false,
};
const backup = { ...place, server: "acme-db", schedule: "daily", memoryMb: 512, env: { A: "1" } };
const dump = {
  name: "monthly/2026-11/20261101T030000Z",
  bytes: 1,
  sha256: "0",
  schema: "20261001000000",
  mastodon: "v4.7.4",
  rows: { accounts: 1, users: 0, statuses: 0 },
};
const restore = {
  ...place,
  backupApp: null,
  server: "acme-db",
  restoreApp: "acme-restore",
  database: "acme",
  role: "acme",
};
const upstash = { ...place, name: "acme-redis", plan: null };

test.each([
  ["every part", postgresSpec, { ...postgres, dispensable: true }],
  ["no optional part", postgresSpec, postgres],
  ["parts of parts", releaseSpec, release],
  ["null where it means something", releaseSpec, { ...release, database: null }],
  ["null for an optional part", addressesSpec, { ...owned, dedicatedV4: true, v4: null }],
  ["values by name", backupSpec, backup],
  ["no dump", restoreSpec, restore],
  ["a dump of unknown size", restoreSpec, { ...restore, dump }],
  ["parts that nobody reads", upstashSpec, { ...upstash, consumers: [] }],
  ["things to observe", observeAllSpec, { items: { web: { kind: "release", spec: release, flyToml: "" } } }],
])("a spec with %s is accepted", (_what, schema, spec) => {
  check<unknown>(schema, spec, "SPEC");
});

test.each([
  [upstashSpec, { ...upstash, plan: undefined }, "SPEC.plan is undefined, not string|null"],
  [upstashSpec, { ...upstash, plan: 1 }, "SPEC.plan is number, not string|null"],
  [upstashSpec, [], "SPEC is array, not object"],
  [postgresSpec, { ...postgres, size: null }, "SPEC.size is null, not object"],
  [
    postgresSpec,
    { ...postgres, size: { ...postgres.size, cpuKind: "quick" } },
    'SPEC.size.cpuKind is "quick", not "shared"|"performance"',
  ],
  [postgresSpec, { ...postgres, consumers: ["acme", 2] }, "SPEC.consumers[1] is number, not string"],
  [postgresSpec, { ...postgres, dispensable: "yes" }, "SPEC.dispensable is string, not boolean"],
  [backupSpec, { ...backup, schedule: "weekly" }, 'SPEC.schedule is "weekly", not "hourly"|"daily"'],
  [backupSpec, { ...backup, env: { A: 1 } }, "SPEC.env.A is number, not string"],
  [
    restoreSpec,
    { ...restore, dump: { ...dump, rows: { accounts: 1, users: 0 } } },
    "SPEC.dump.rows.statuses is undefined, not number",
  ],
  [releaseSpec, { ...release, database: "acme" }, "SPEC.database is string, not object|null"],
  [releaseSpec, { ...release, database: {} }, "SPEC.database.memoryMb is undefined, not number"],
  [releaseSpec, { ...release, groups: { web: {} } }, "SPEC.groups.web.count is undefined, not number"],
  [observeAllSpec, { items: { web: { kind: "release" } } }, "SPEC.items.web.spec is undefined, not object"],
])("the part that is wrong is named: %#", (schema, spec, message) => {
  expect(() => check<unknown>(schema, spec, "SPEC")).toThrow(new Error(message));
});
