import { beforeEach, expect, test } from "vitest";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { cloudflareToken, zone } from "./cloud-call.ts";
import {
  community,
  exitCode,
  type Fly,
  freshFly,
  gigabyte,
  job,
  mastodon,
  pass,
  printed,
  redis,
  run,
  sealed,
  settings,
  stage,
  stateOf,
} from "./fly-call.ts";

const app = "mastiff-party";
const rails = (...args: string[]) => ["bundle", "exec", "rails", ...args];
const sidekiq = { image: mastodon, init: { cmd: ["bundle", "exec", "sidekiq"] }, guest: gigabyte };

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await community(fly);
});

/** Runs a one-off. Resolves to its exit code and output. */
async function ran(
  cmd: string[],
  more: Parameters<typeof job>[2] = {},
): Promise<[number | undefined, string]> {
  const machine = await job(fly, cmd, more);
  return [exitCode(machine), printed(fly, app, machine).join("\n")];
}

const image = (version: string) => ({ image: `ghcr.io/mastodon/mastodon:v${version}` });
const prepare = (version = "4.7.4") => ran(rails("db:prepare"), image(version));

test.each([
  ["SECRET_KEY_BASE", "Missing `secret_key_base`"],
  ["ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY", "Mastodon now requires that these variables are set"],
  ["ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT", "Mastodon now requires that these variables are set"],
])("nothing of Rails starts without %s", async (name, words) => {
  await stage(fly, app, { [name]: null });
  for (const cmd of [
    rails("db:prepare"),
    rails("runner", "# mastiff: smoke"),
    ["bundle", "exec", "sidekiq"],
  ]) {
    const [code, output] = await ran(cmd);
    expect([code, output.includes(words)]).toEqual([1, true]);
  }
});

test("REDIS_NAMESPACE stops every process", async () => {
  const [code, output] = await ran(rails("db:prepare"), { env: { REDIS_NAMESPACE: "mastodon" } });
  expect([code, output]).toEqual([
    1,
    expect.stringContaining("REDIS_NAMESPACE environment variable is no longer supported"),
  ]);
});

test("db:prepare loads schema and seeds once, and needs a database that lets it in", async () => {
  expect(await prepare()).toEqual([0, "Loading schema\nLoading seeds"]);
  expect(await prepare()).toEqual([0, ""]);
  await stage(fly, app, { DATABASE_URL: (settings.DATABASE_URL ?? "").replace("dbpass", "wrong") });
  const [code, output] = await prepare();
  expect([code, output]).toEqual([
    1,
    expect.stringContaining("issue connecting to your database with your username/password"),
  ]);
  await stage(fly, app, {
    DATABASE_URL: (settings.DATABASE_URL ?? "").replace("/mastiff_party?", "/other?"),
  });
  expect((await prepare())[1]).toContain("We could not find your database: other");
});

test("a migration in a machine that is too small is killed for want of memory", async () => {
  const machine = await job(fly, rails("db:prepare"), { memoryMb: 512 });
  expect(machine.events[0]?.request?.exit_event).toMatchObject({ exit_code: 137, oom_killed: true });
});

test("an upgrade goes by halves: pre by the new image, then post", async () => {
  await prepare("4.6.3");
  const skip = { ...image("4.7.4"), env: { SKIP_POST_DEPLOYMENT_MIGRATIONS: "false" } };
  const status = async (version: string) => (await ran(rails("db:migrate:status"), image(version)))[1];
  expect((await ran(rails("runner", "# mastiff: owner"), image("4.7.4")))[0]).toBe(1);
  // Only the variable's presence counts: "false" skips too.
  expect((await ran(rails("db:migrate"), skip))[1]).not.toContain("PostDeployment");
  expect(await status("4.7.4")).toMatch(/ down .*Mastodon47 post/);
  expect(
    (await ran(rails("runner", `exit(UserRole.exists?(name: "Owner") ? 0 : 1)`), image("4.6.3")))[0],
  ).toBe(0);
  expect((await ran(rails("db:migrate"), image("4.7.4")))[1]).toContain("Mastodon47PostDeployment");
  expect(await status("4.7.4")).not.toContain("down");
  // The old code now queries columns that no longer exist, and migrating with it does nothing.
  expect(await ran(rails("db:migrate"), image("4.6.3"))).toEqual([0, ""]);
  const [code, output] = await ran(
    rails("runner", `exit(UserRole.exists?(name: "Owner") ? 0 : 1)`),
    image("4.6.3"),
  );
  expect([code, output]).toEqual([1, expect.stringContaining("PG::UndefinedColumn")]);
});

/** Runs a command as the driver does: through providers/fly/scripts/direct.sh, recognised by its first line. */
const direct = (cmd: string[]) => ["sh", "-c", "# mastiff: direct\n", "sh", ...cmd];

test("a statement that is silent for half an hour is cut by HAProxy on 5432, and not on 5433", async () => {
  await prepare("4.6.3");
  const migrate = (cmd: string[]) => ran(cmd, image("4.7.4"));
  const { dials } = fly.world.state.fly;
  dials.longestStatementMs = 31 * 60_000;
  expect(await migrate(rails("db:migrate"))).toEqual([1, expect.stringContaining("PG::ConnectionBad")]);
  expect((await migrate(direct(rails("db:migrate"))))[0]).toBe(0);
  dials.longestStatementMs = 29 * 60_000;
  expect((await migrate(rails("db:migrate")))[0]).toBe(0);
  expect((await migrate(rails("db:migrate:status")))[1]).not.toContain(" down ");
});

test("a minor version cannot be skipped with its post migrations undone", async () => {
  await prepare("4.5.0");
  const skip = { ...image("4.7.4"), env: { SKIP_POST_DEPLOYMENT_MIGRATIONS: "true" } };
  const [code, output] = await ran(rails("db:migrate"), skip);
  expect([code, output]).toEqual([1, expect.stringContaining("all later migrations canceled")]);
  expect((await ran(rails("db:migrate"), image("4.7.4")))[0]).toBe(0);
});

const owner = (env: Record<string, string> = {}) =>
  ran(rails("runner", "# mastiff: owner\n…"), {
    env: {
      OWNER_USERNAME: "mastiff",
      OWNER_EMAIL: "owner@mastiff.party",
      OWNER_SEALED: sealed("x".repeat(32)),
      OWNER_SKIP_DNS: "1",
      ...env,
    },
  });

test("the owner is made once, found again, and never taken over", async () => {
  expect((await owner())[1]).toContain('relation "user_roles" does not exist');
  await prepare();
  expect(await owner()).toEqual([0, '{"result":"created","username":"mastiff"}']);
  expect(await owner()).toEqual([0, '{"result":"present","username":"mastiff"}']);
  expect(await owner({ OWNER_EMAIL: "other@mastiff.party" })).toEqual([
    1,
    "owner: mastiff exists with another e-mail",
  ]);
  expect(await owner({ OWNER_USERNAME: "second" })).toEqual([1, "owner: username or e-mail already taken"]);
});

test.each([
  [{ OWNER_USERNAME: "adm1n" }, "Account username is reserved"],
  [{ OWNER_USERNAME: "5upp0r7" }, "Account username is reserved"],
  [{ OWNER_USERNAME: "two words" }, "must contain only letters, numbers and underscores"],
  [{ OWNER_USERNAME: "x".repeat(31) }, "Account username is too long"],
  [{ OWNER_SEALED: sealed("short") }, "Password is too short"],
  [{ OWNER_SEALED: sealed("x".repeat(73)) }, "Password is too long"],
  [{ OWNER_SEALED: sealed("x".repeat(32), "another key") }, "CipherError"],
  [{ OWNER_SKIP_DNS: "0" }, "E-mail address does not seem to exist"],
])("no owner with %j", async (env, words) => {
  await prepare();
  const [code, output] = await owner(env);
  expect([code, output]).toEqual([1, expect.stringContaining(words)]);
});

test("an owner's domain that receives mail needs no exception", async () => {
  await prepare();
  await serveCloudflare(fly.world).request(`${zone}/dns_records`, {
    method: "POST",
    headers: { authorization: `Bearer ${cloudflareToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      type: "MX",
      name: "mastiff.party",
      content: "mail.example.net",
      priority: 10,
      ttl: 1,
    }),
  });
  expect((await owner({ OWNER_SKIP_DNS: "0" }))[0]).toBe(0);
});

test("other encryption keys than those of the first day cannot read what is encrypted", async () => {
  await prepare();
  await owner();
  await stage(fly, app, { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "q".repeat(32) });
  expect((await owner())[1]).toContain("ActiveRecord::Encryption::Errors::Decryption");
});

test("Sidekiq refuses a Redis below 7 and one that does not let it in", async () => {
  await prepare();
  const started = await run(fly, app, sidekiq);
  expect([started.state, started.ready]).toEqual(["started", true]);
  for (const machine of Object.values(stateOf(fly, "mastiff-party-redis").machines)) {
    await fly.call("DELETE", `/v1/apps/mastiff-party-redis/machines/${machine.id}?kill=true`);
  }
  await pass(fly);
  expect((await ran(["bundle", "exec", "sidekiq"]))[1]).toContain("Name or service not known");
  await redis(fly, "redis:6.2-alpine");
  expect(await ran(["bundle", "exec", "sidekiq"])).toEqual([
    1,
    "You are connected to Redis 6.2.19, Sidekiq requires Redis 7.0.0 or greater",
  ]);
  await stage(fly, app, { REDIS_URL: "redis://default:wrong@mastiff-party-redis.internal:6379" });
  expect((await ran(["bundle", "exec", "sidekiq"]))[1]).toContain("WRONGPASS");
  await stage(fly, app, { REDIS_URL: "redis://mastiff-party-redis.internal:6379" });
  expect((await ran(["bundle", "exec", "sidekiq"]))[1]).toContain("NOAUTH");
});

test("Upstash answers the version that is dialled", async () => {
  const made = await fly.graphql(
    "mutation($input: CreateAddOnInput!) { createAddOn(input: $input) { addOn { publicUrl } } }",
    {
      input: {
        organizationId: "org_mastiff_0001",
        primaryRegion: "ams",
        name: "mastiff-party-redis",
        planId: "ekQ85Yjkw155ohQ5ALYq0M",
        type: "upstash_redis",
      },
    },
  );
  const env = { REDIS_URL: made.data.createAddOn.addOn.publicUrl };
  const version = () => ran(rails("runner", "# mastiff: redis-version"), { env });
  expect(await version()).toEqual([0, '{"redis":"8.2.0"}']);
  fly.world.state.fly.dials.upstashRedisVersion = "6.2.6";
  expect(await version()).toEqual([69, '{"redis":"6.2.6"}']);
  expect((await ran(["bundle", "exec", "sidekiq"], { env }))[1]).toContain("Redis 6.2.6, Sidekiq requires");
});

test("the look from inside tells what is in Redis and the database, and what it could not find out", async () => {
  await prepare();
  await run(fly, app, sidekiq);
  const looked = async () => {
    const [code, output] = await ran(rails("runner", "# mastiff: doctor"));
    expect(code).toBe(0);
    return JSON.parse(output);
  };
  expect(await looked()).toMatchObject({
    version: "4.7.4",
    sidekiq: { processes: [{ queues: expect.arrayContaining(["scheduler"]) }], queues: [] },
    migrations: { pending: [] },
    redis: { version: expect.any(String), policy: "noeviction" },
    database: { version: expect.any(String), connections: 14, mostConnections: 300 },
  });
  await stage(fly, app, { REDIS_URL: "redis://default:wrong@mastiff-party-redis.internal:6379" });
  const refused = { error: expect.stringContaining("WRONGPASS") };
  expect(await looked()).toMatchObject({ sidekiq: refused, redis: refused, migrations: { pending: [] } });
});

test.each(["mastiff_party_before", "mastiff_party_restored"])(
  "beside %s, which a restore has left, the housekeeping removes no orphan",
  async (beside) => {
    await prepare();
    const tidied = () =>
      ran(rails("runner", "# mastiff: housekeeping"), {
        env: { MASTIFF_ORPHANS: "1", MASTIFF_PREVIEW_CARD_DAYS: "30" },
      });
    const cards = "tootctl preview_cards remove --days 30: Removed 0 preview cards (approx. 0 Bytes)";
    const looked = "tootctl media remove-orphans --dry-run: Removed 0 orphans (approx. 0 Bytes) (DRY RUN)";
    expect(await tidied()).toEqual([0, `${cards}\n${looked}`]);
    const [volume] = Object.values(stateOf(fly, "mastiff-party-db").volumes);
    const server = volume?.data.postgres;
    if (server === undefined) throw new Error("the database has no server");
    server.databases[beside] = { owner: "mastiff_party" };
    const restored = `housekeeping: a restore is not finished (${beside}), so no orphan is removed`;
    expect(await tidied()).toEqual([0, `${cards}\n${restored}`]);
  },
);

test("there is no shell's magic, no Node and no unknown Ruby in the image", async () => {
  expect(await ran(["node", "./streaming"])).toEqual([
    127,
    "[FATAL tini (7)] exec node failed: No such file or directory",
  ]);
  expect((await ran(["bundle", "exec", "nosuch"]))[0]).toBe(127);
  expect((await ran(rails("nosuch")))[1]).toContain('Unrecognized command "nosuch"');
  expect((await ran(rails("runner", "puts 1")))[0]).toBe(1);
  expect(await ran(["sh", "-c", "exec bundle exec rails db:prepare"])).toEqual([
    0,
    "Loading schema\nLoading seeds",
  ]);
});
