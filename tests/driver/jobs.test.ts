import { createECDH } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import {
  awaitedSecretsSince,
  secrets as base,
  images,
  jobsSince,
  lay,
  machinesByGroup,
  release,
} from "../support/driver-community.ts";

const slow = 240_000;

/** A world that is slow enough to stop a run in the middle of a job. A migration takes about three seconds. */
let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld({ latency: 0.05 });
  await lay(world);
}, slow);
afterAll(() => world.stop());

const secrets = { password: "owner1password2here3", secretKeyBase: base.SECRET_KEY_BASE ?? "" };
const owner = (more: object = {}) => ({
  spec: { app: "acme", username: "mastiff", email: "owner@acme.example.org", skipDns: true, ...more },
  secrets,
});
/** A fresh VAPID key pair in Mastodon's encoding (urlsafe base64 with padding). */
function vapid(): { publicKey: string; privateKey: string } {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  const code = (bytes: Buffer) => bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  const scalar = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { publicKey: code(pair.getPublicKey()), privateKey: code(scalar) };
}

describe("a migration is never started twice", { timeout: slow }, () => {
  test("one that a killed run left goes on; the next run waits for it and takes its result", async () => {
    const after = await world.now();
    const first = world.start("release", "ensure", release(images.new, { redisGate: false }));
    await first.said("database: preparing (");
    first.process.kill("SIGKILL");
    await first.ended;
    expect((await machinesByGroup(world))["db-prepare"]).toMatchObject([{ state: "started" }]);
    const { code, stderr } = await world.drive(
      "release",
      "ensure",
      release(images.new, { redisGate: false }),
    );
    expect([code, stderr.split(" (")[0]]).toEqual([
      0,
      "database: preparing: an earlier run started this, waiting for it to end",
    ]);
    expect(await jobsSince(world, after)).toEqual(["db:prepare"]);
    expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  });
});

const input = release(images.new, { redisGate: false }, { env: { DEFAULT_LOCALE: "de" } });

describe("a deploy that was killed", { timeout: slow }, () => {
  test("is completed by the next run, whatever it had come to", async () => {
    const first = world.start("release", "ensure", input);
    await first.said(`acme: releasing ${images.new} (`);
    first.process.kill("SIGKILL");
    await first.ended;
    await world.must("release", "ensure", input);
    expect((await world.must("release", "observe", input)).differences).toEqual([]);
    expect((await machinesByGroup(world)).web).toHaveLength(1);
  });
});

describe("a run that is told to stop", { timeout: slow }, () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)(
    "%s: leaves no folder behind, says that it can go on, and ends as the signal asks",
    async (signal, code) => {
      const run = world.start("owner", "ensure", owner());
      await run.said("owner: setting up the account mastiff (");
      run.process.kill(signal);
      const ended = await run.ended;
      expect([ended.code, run.leftovers()]).toEqual([code, []]);
      expect(ended.stderr).toContain("stopped; the next run continues from here\n");
      expect(ended.stderr).not.toContain(secrets.password);
    },
  );
});

describe("the owner", { timeout: slow }, () => {
  test("is made; the machine of a run that was killed is gone, and no secret of the app was ever its password", async () => {
    expect((await machinesByGroup(world)).owner).toHaveLength(1);
    const output = await world.must("owner", "ensure", owner());
    // The machines of the stopped runs may have made the account before they ended.
    expect(["created", "present"]).toContain(output.result);
    const set = (await world.journal(0)).flatMap(({ requestBody }) =>
      Object.keys((requestBody as { values?: object } | undefined)?.values ?? {}),
    );
    expect(set.filter((name) => name.startsWith("OWNER"))).toEqual([]);
    expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  });

  test("is present the second time, whatever the password", async () => {
    const again = { ...owner(), secrets: { ...secrets, password: "another1password2here3" } };
    expect(await world.must("owner", "ensure", again)).toEqual({ result: "present", username: "mastiff" });
  });

  test("whose machine went while nobody heard of it is made: the machine is looked for, not asked for again", async () => {
    await world.faults({
      cloud: "fly",
      method: "DELETE",
      path: "/v1/apps/acme/machines/[0-9a-f]+$",
      when: "after",
      action: { cut: true },
    });
    const before = (await world.journal()).length;
    expect(await world.must("owner", "ensure", owner())).toMatchObject({ result: "present" });
    const calls = (await world.journal()).slice(before);
    const removed = calls.filter(
      ({ method, path }) => method === "DELETE" && /\/machines\/[0-9a-f]+$/.test(path),
    );
    expect(removed.map(({ status }) => status)).toEqual([0]);
    const refused = calls.filter(({ path, status }) => /\/lease$/.test(path) && status === 404);
    // The driver tries at most once to release its lease, which was deleted with the machine.
    expect(refused.length).toBeLessThanOrEqual(1);
  });

  test("with another e-mail is refused, and the password does not stay behind", async () => {
    const { code, stderr } = await world.drive("owner", "ensure", owner({ email: "other@acme.example.org" }));
    expect(code).toBe(1);
    expect(stderr).toContain(`Mastodon does not accept mastiff <other@acme.example.org> as the owner of acme.
  set in  mastiff:ownerUsername, mastiff:ownerEmail
  fix     choose another:  pulumi config set mastiff:ownerUsername <name>, mastiff:ownerEmail <address>
  retry   does not help before this is changed
  said    owner: mastiff exists with another e-mail
`);
  });

  test("destroy is content with an account that lives in the database, and with no app at all", async () => {
    expect(await world.must("owner", "destroy", owner())).toEqual({});
    expect(await world.must("owner", "destroy", owner({ app: "never-was" }))).toEqual({});
  });
});

describe("a job of the operator's", { timeout: slow }, () => {
  test("runs like web does, prints its output, and leaves no machine", async () => {
    const words = ["tootctl", "accounts", "refresh", "--all", "--verbose"];
    const { code, stdout } = await world.mastiff(words);
    expect([code, stdout]).toEqual([0, "Refreshed 0 accounts\n"]);
    expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  });

  test("hands on its exit code, and Fly does not start it again", async () => {
    const words = ["job", "run", "--memory-mb", "2048", "--", "bundle", "exec", "rails", "nonsense"];
    const before = await world.now();
    expect((await world.mastiff(words)).code).toBeGreaterThan(0);
    const made = (await world.journal(before)).filter(
      ({ method, path }) => method === "POST" && path.endsWith("/machines"),
    );
    const policies = made.map(
      ({ requestBody }) => (requestBody as { config: { restart: { policy: string } } }).config.restart.policy,
    );
    expect(policies).toEqual(["no"]);
    expect(await awaitedSecretsSince(world, before)).toEqual([true]);
  });

  test("on an app that never was", async () => {
    const { code, stderr } = await world.mastiff(["job", "run", "true"], "never-was");
    expect(code).toBe(1);
    expect(stderr).toContain('There is no app "never-was" on Fly, or this token does not see it.\n');
  });
});

describe("what /health does not ask", { timeout: slow }, () => {
  const { publicKey, privateKey } = vapid();
  const keys = { ...base, VAPID_PRIVATE_KEY: privateKey };
  const env = { SMTP_SERVER: "", VAPID_PUBLIC_KEY: publicKey };
  const wrong = release(
    images.new,
    { smoke: true, redisGate: false },
    { env: { ...env, VAPID_PUBLIC_KEY: vapid().publicKey } },
  );
  const right = release(images.new, { smoke: true, redisGate: false }, { env });

  test("is asked after a release, and what is wrong is named, with where it is set", async () => {
    await world.must("secrets", "ensure", { spec: { app: "acme", names: Object.keys(keys) }, secrets: keys });
    const { code, stderr } = await world.drive("release", "ensure", wrong);
    expect(code).toBe(1);
    expect(stderr).toContain(`acme runs ${images.new}, but these parts do not work: push.
  set in  the stack's VAPID key
  fix     the message of each part is below; after the change, run pulumi up again
  retry   helps only if the cause goes away by itself; the next run checks again
  said    push: private and public key are no pair
`);
  });

  test("is owed until it was well: a plain repeat asks again, without another deploy", async () => {
    expect((await world.must("release", "observe", wrong)).differences).toEqual([
      "the last release has not been checked yet",
    ]);
    const after = await world.now();
    expect((await world.drive("release", "ensure", wrong)).code).toBe(1);
    expect(await jobsSince(world, after)).toEqual(["smoke"]);
  });

  test("is content in the end", async () => {
    await world.must("release", "ensure", right);
    expect((await world.must("release", "observe", right)).differences).toEqual([]);
  });
});

describe("housekeeping", { timeout: slow }, () => {
  const settings = async () =>
    Object.values<{ data: { postgres?: { databases: { acme?: { mastodon?: { settings?: object } } } } } }>(
      (await world.fly()).apps["acme-db"].volumes,
    )[0]?.data.postgres?.databases.acme?.mastodon?.settings;

  test("a time by default goes only where nobody has chosen one", async () => {
    const days = { content_cache_retention_period: 90 };
    const defaults = { media_cache_retention_period: 14 };
    await world.must("retention", "ensure", { spec: { app: "acme", days, defaults } });
    await world.must("retention", "ensure", {
      spec: { app: "acme", days: {}, defaults: { media_cache_retention_period: 21 } },
    });
    expect(await settings()).toEqual({ ...defaults, ...days });
  });

  test("one machine in the web app, with its image and variables, which another schedule replaces", async () => {
    const spec = { app: "acme", schedule: "monthly", orphans: true, previewCardDays: 30 };
    const { machine } = await world.must("housekeeping", "ensure", { spec });
    expect(await world.must("housekeeping", "ensure", { spec })).toEqual({ app: "acme", machine });
    expect((await world.must("housekeeping", "observe", { spec })).differences).toEqual([]);
    const weekly = { ...spec, schedule: "weekly" };
    expect((await world.must("housekeeping", "observe", { spec: weekly })).differences).toEqual([
      "of the housekeeping: schedule is monthly, should be weekly",
    ]);
    await world.must("housekeeping", "ensure", { spec: weekly });
    const { web, housekeeping } = await machinesByGroup(world);
    expect(housekeeping).toHaveLength(1);
    expect(housekeeping?.[0]?.config.env).toMatchObject({
      LOCAL_DOMAIN: web?.[0]?.config.env?.LOCAL_DOMAIN,
      MASTIFF_ORPHANS: "1",
      MASTIFF_PREVIEW_CARD_DAYS: "30",
    });
    await world.must("housekeeping", "destroy", { spec: weekly });
    expect(Object.keys(await machinesByGroup(world)).sort()).toEqual(["sidekiq", "web"]);
  });
});

describe("many looks in one", { timeout: slow }, () => {
  test("answer each as it would alone, and ask each question once", async () => {
    const { spec, flyToml } = release(images.new, { redisGate: false });
    const items = {
      app: { kind: "app", spec: { ...spec, publicAddresses: true, dedicatedV4: false } },
      secrets: { kind: "secrets", spec: { app: "acme", names: ["DATABASE_URL"] } },
      web: { kind: "release", spec, flyToml },
      database: {
        kind: "postgres",
        spec: {
          ...spec,
          app: "acme-db",
          size: { cpuKind: "shared", cpus: 1, memoryMb: 1024 },
          volumeGb: 2,
          consumers: [],
        },
      },
      gone: { kind: "certificate", spec: { app: "acme", hostname: "never.example.org" } },
    };
    const after = await world.now();
    const seen = await world.must("all", "observe", { spec: { items } });
    const calls = (await world.journal(after)).map((one) => `${one.method} ${one.path}`);
    expect(Object.keys(seen)).toEqual(Object.keys(items));
    expect(seen.app.differences).toEqual([]);
    expect(seen.database.differences).toEqual(["the database's volume has 1 GB, should have 2 GB"]);
    expect(seen.gone).toEqual({
      exists: false,
      differences: ["there is no certificate for never.example.org"],
      identity: false,
    });
    expect(calls.filter((one) => one === "GET /v1/apps/acme/secrets")).toHaveLength(1);
  });
});
