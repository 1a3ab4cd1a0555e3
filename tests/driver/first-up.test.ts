/** Failures of a first `up` on Fly: the printed fix works as printed, and nothing of the attempt remains. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const owned = { stack: "mastiff/dev", org: "mastiff" };
const size = { cpuKind: "shared", cpus: 1, memoryMb: 1024 };
const secrets = { password: "correct1horse2battery3" };

/** The spec of each kind, from the config keys that fixes name. */
const specs = {
  app: ({ app, flyOrg }: Config) => ({
    ...owned,
    org: flyOrg,
    app,
    publicAddresses: true,
    dedicatedV4: false,
  }),
  postgres: ({ app, flyOrg, region }: Config) => ({
    ...owned,
    org: flyOrg,
    app: `${app}-db`,
    region,
    size,
    volumeGb: 10,
    database: "acme",
    user: "acme",
    consumers: [app],
  }),
  redis: ({ app, flyOrg, region }: Config) => ({
    ...owned,
    org: flyOrg,
    app: `${app}-redis`,
    region,
    size: { ...size, memoryMb: 256 },
    volumeGb: 1,
    image: "redis:7.4-alpine",
  }),
  upstash: ({ app, flyOrg, region, "redis.plan": plan }: Config) => ({
    ...owned,
    org: flyOrg,
    app,
    name: `${app}-redis`,
    region,
    plan: plan ?? null,
  }),
};
type Kind = keyof typeof specs;
interface Config {
  app: string;
  flyOrg: string;
  region: string;
  "redis.plan"?: string;
}
const good: Config = { app: "first", flyOrg: "mastiff", region: "ams" };

interface Obstacle {
  what: string;
  kind: Kind;
  config?: Partial<Config>;
  full?: string[];
  /** The key that the fix names, and the value for its placeholder. */
  fix: [keyof Config, string];
}

const obstacles: Obstacle[] = [
  { what: "the app's name is taken", kind: "app", config: { app: "taken-by-another" }, fix: ["app", "free"] },
  {
    what: "the app is in the other organisation of the operator",
    kind: "app",
    config: { app: "elsewhere", flyOrg: "mastiff" },
    fix: ["flyOrg", "personal"],
  },
  { what: "the database's name is taken", kind: "postgres", config: { app: "theirs" }, fix: ["app", "ours"] },
  { what: "the name of Redis is taken", kind: "redis", config: { app: "theirs" }, fix: ["app", "ours"] },
  ...(["app", "postgres", "upstash"] as const).map(
    (kind): Obstacle => ({
      what: `an unknown organisation (${kind})`,
      kind,
      config: { flyOrg: "nobody" },
      fix: ["flyOrg", "mastiff"],
    }),
  ),
  ...(["postgres", "redis", "upstash"] as const).map(
    (kind): Obstacle => ({
      what: `an unknown region (${kind})`,
      kind,
      config: { region: "xyz" },
      fix: ["region", "fra"],
    }),
  ),
  ...(["postgres", "redis"] as const).map(
    (kind): Obstacle => ({
      what: `a region without room (${kind})`,
      kind,
      full: ["ams"],
      fix: ["region", "fra"],
    }),
  ),
  {
    what: "an unknown plan",
    kind: "upstash",
    config: { "redis.plan": "Huge" },
    fix: ["redis.plan", "Pay-as-you-go"],
  },
];

describe("a first create that cannot succeed", () => {
  beforeAll(async () => {
    // An unused app of this stack, in the operator's other organisation.
    await world.must("app", "ensure", { spec: specs.app({ ...good, app: "elsewhere", flyOrg: "personal" }) });
    for (const app of ["theirs-db", "theirs-redis"])
      await world.must("app", "ensure", {
        spec: { ...specs.app({ ...good, app, flyOrg: "personal" }), publicAddresses: false },
      });
  }, 60_000);

  test.each(obstacles)("$what: nothing is left, and the fix goes through", async (obstacle) => {
    const { kind, config = {}, full = [], fix } = obstacle;
    const before = await things();
    await world.meddle((fly) => {
      fly.dials.fullRegions = full;
    });
    const wrong = { ...good, ...config };
    const failed = await world.drive(kind, "ensure", { spec: specs[kind](wrong), secrets });
    expect(failed.code, failed.stderr).toBe(1);
    expect(await things()).toEqual(before);

    const right = { ...wrong, ...applied(failed.stderr, ...fix) };
    await world.must(kind, "ensure", { spec: specs[kind](right), secrets });
    await world.must(kind, "destroy", { spec: specs[kind](right) });
    const after = await things();
    expect(after).toEqual(kind === "app" && fix[0] === "flyOrg" && config.app ? after : before);
  });

  async function things(): Promise<string[]> {
    const fly = await world.fly();
    return [...Object.keys(fly.apps), ...Object.keys(fly.redis ?? {})].sort();
  }
});

test("what an earlier run left is taken back as well, unless a machine was ever in it", async () => {
  // An earlier run that stopped after it had staged the password.
  const spec = specs.redis({ ...good, app: "half" });
  await world.must("app", "ensure", { spec: { ...spec, publicAddresses: false, dedicatedV4: false } });
  await world.must("secrets", "ensure", {
    spec: { app: "half-redis", names: ["REDIS_PASSWORD"] },
    secrets: { REDIS_PASSWORD: secrets.password },
  });
  await world.meddle((fly) => {
    fly.dials.fullRegions = ["ams"];
  });
  expect((await world.drive("redis", "ensure", { spec, secrets })).code).toBe(1);
  expect(Object.keys((await world.fly()).apps)).not.toContain("half-redis");

  await world.meddle((fly) => {
    fly.dials.fullRegions = [];
  });
  const kept = specs.redis({ ...good, app: "kept" });
  await world.must("redis", "ensure", { spec: kept, secrets });
  // The state is lost, and with it the outputs of the last run.
  const other = await world.drive("redis", "ensure", { spec: { ...kept, region: "fra" }, secrets });
  expect(other.stderr).toContain("is in region ams and cannot move to fra");
  expect(Object.keys((await world.fly()).apps)).toContain("kept-redis");
});

test("a database goes as long as nobody has an account in it, and is kept from the first one on", async () => {
  const spec = specs.postgres({ ...good, app: "young" });
  await world.must("postgres", "ensure", { spec, secrets });
  const people = async () =>
    (await world.must("people", "look", { spec: { app: "young-db", database: "acme" } })).people;
  expect(await people()).toBe(0);
  await schema({ accounts: [] });
  expect(await people()).toBe(0);
  await schema({ accounts: [{ username: "rex" }] });
  expect(await people()).toBe(1);
  expect((await world.drive("postgres", "destroy", { spec })).stderr).toContain("is not destroyed");
  await schema({ accounts: [] });
  await world.must("postgres", "destroy", { spec });
  expect(Object.keys((await world.fly()).apps)).not.toContain("young-db");

  async function schema(mastodon: object): Promise<void> {
    await world.meddle((fly) => {
      const [volume] = Object.values(fly.apps["young-db"].volumes) as {
        data: { postgres: { databases: Record<string, object> } };
      }[];
      Object.assign(volume?.data.postgres.databases.acme ?? {}, { mastodon });
    });
  }
});

/** Carries out the printed `pulumi config set …` of this key unchanged, with a value for its placeholder. */
function applied(printed: string, key: keyof Config, value: string): Partial<Config> {
  const name = `mastiff:${key.replace(".", "\\.")}`;
  const command = key.includes(".") ? `set-all --path .*'${name}=<\\w+>'` : `set ${name} <\\w+>`;
  const line = new RegExp(`pulumi config ${command}$`, "m");
  expect(printed).toMatch(line);
  return { [key]: value };
}
