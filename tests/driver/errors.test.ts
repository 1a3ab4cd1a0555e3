import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriveInput, type DriverWorld, startDriverWorld, timeless } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme" };
const app = { ...owned, publicAddresses: true, dedicatedV4: false };
const size = { cpuKind: "shared", cpus: 1, memoryMb: 256 };
const redis = { ...owned, region: "ams", size, volumeGb: 1, image: "redis:7.4-alpine" };
const secrets = { password: "correct1horse2battery3" };

/** The whole message of a run that has to fail, without its seconds. */
async function failure(kind: string, verb: string, input: DriveInput): Promise<string> {
  const { code, stdout, stderr } = await world.drive(kind, verb, input);
  expect([code, stdout]).toEqual([1, ""]);
  return timeless(stderr);
}

/** Finds a port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("what a person can act on says how", () => {
  test("flyctl is not on PATH", async () => {
    const path = (process.env.PATH ?? "").split(":").filter((folder) => !/flyctl|\/off|\/dev\//.test(folder));
    expect(
      await failure("app", "ensure", { spec: app, env: { PATH: path.join(":") } }),
    ).toBe(`acme: creating the app
flyctl is not on PATH, and everything on Fly needs it.
  set in  PATH
  fix     install it:  https://fly.io/docs/flyctl/install/
          or add the folder of an installed flyctl to PATH
  retry   does not help before this is changed`);
  });

  test("not logged in", async () => {
    expect(
      await failure("app", "ensure", { spec: app, env: { FLY_API_TOKEN: undefined } }),
    ).toBe(`Fly refuses the login of flyctl: the token is missing, expired or revoked.
  set in  the environment variable FLY_API_TOKEN
  fix     create a token and set the variable:  flyctl tokens create org -o mastiff
  retry   does not help before this is changed
  about   acme
  flyctl  apps list -o mastiff --json (exit 1)
  said    no access token available. Please login with 'flyctl auth login'`);
  });

  test("a look at several apps names each of them once", async () => {
    const items = {
      app: { kind: "app", spec: app },
      certificate: { kind: "certificate", spec: { app: "acme", hostname: "acme.mastiff.party" } },
      redis: { kind: "redis", spec: { ...redis, app: "acme-redis", consumers: [] } },
      secrets: { kind: "secrets", spec: { app: "acme", names: ["A"] } },
    };
    expect(await failure("all", "observe", { spec: { items }, env: { FLY_API_TOKEN: undefined } })).toContain(
      "\n  about   acme, acme.mastiff.party, acme-redis\n",
    );
  });

  test("a token that Fly does not know", async () => {
    const text = await failure("app", "ensure", {
      spec: app,
      env: { FLY_API_TOKEN: "fo1_unknown-token-here" },
    });
    expect(text.split("\n").slice(0, 2)).toEqual([
      "Fly refuses the login of flyctl: the token is missing, expired or revoked.",
      "  set in  the environment variable FLY_API_TOKEN",
    ]);
    expect(text).not.toContain("unknown-token-here");
  });

  test("an organisation that is unknown, with those that there are", async () => {
    expect(await failure("app", "ensure", { spec: { ...app, org: "nobody" } })).toMatch(
      /^The Fly organisation "nobody" is unknown, or this token does not see it\.\n {2}set in {2}mastiff:flyOrg\n {2}fix {5}there are: {2}mastiff, personal\n {10}choose one: {2}pulumi config set mastiff:flyOrg <slug>\n {2}retry {3}does not help before this is changed\n {2}about {3}acme\n {2}flyctl {2}apps list -o nobody --json \(exit 1\)\n {2}said {4}.*/,
    );
  });

  test("a region that is unknown, with those that there are", async () => {
    const text = await failure("redis", "ensure", { spec: { ...redis, region: "xyz" }, secrets });
    expect(text).toMatch(
      /Fly cannot put this in region "xyz"\.\n {2}set in {2}mastiff:region\n {2}fix {5}there are: {2}ams, arn, .*\n {10}choose one: {2}pulumi config set mastiff:region <code>\n {2}retry {3}does not help before this is changed\n/,
    );
    await world.must("redis", "destroy", { spec: { ...redis, dispensable: true } });
  });

  test("a plan that is unknown, with those that there are", async () => {
    const spec = { ...owned, name: "up", region: "ams", plan: "Huge" };
    const text = await failure("upstash", "ensure", { spec });
    expect(text).toMatch(
      /Upstash on Fly has no plan "Huge"\.\n {2}set in {2}mastiff:redis\n {2}fix {5}there are: {2}.*Pay-as-you-go.*\n {10}choose one: {2}pulumi config set-all --path --plaintext mastiff:redis\.kind=upstash --plaintext 'mastiff:redis\.plan=<name>'\n/,
    );
    // A call that can never succeed is not repeated.
    expect(text.match(/creating up at Upstash/g)).toHaveLength(1);
  });

  test("an image of Redis' own that is unknown", async () => {
    const text = await failure("redis", "ensure", { spec: { ...redis, image: "redis:99-nope" }, secrets });
    expect(text).toContain('The image "redis:99-nope" cannot be found.\n');
    await world.must("redis", "destroy", { spec: { ...redis, dispensable: true } });
  });

  test("Fly is busy beyond our patience", async () => {
    await world.faults({
      cloud: "fly",
      times: -1,
      when: "before",
      action: { status: 429 },
    });
    const text = await failure("app", "observe", { spec: app });
    await world.faults();
    expect(text).toBe(`Fly answers that there were too many requests.
  retry   helps, after a minute
  about   acme
  flyctl  apps list -o mastiff --json (exit 1, HTTP 429)
  said    error getting organization: server returned a non-200 status code: 429`);
  });

  test("Fly is unwell", async () => {
    await world.must("app", "ensure", { spec: app });
    await world.faults({
      cloud: "fly",
      path: "/secrets$",
      times: -1,
      when: "before",
      action: { status: 500, body: { error: "oops" } },
    });
    const text = await failure("app", "observe", { spec: app });
    await world.faults();
    expect(text).toBe(`Fly answers that something failed on its side.
  fix     check whether Fly has an incident:  https://status.flyio.net
  retry   helps: the next run completes whatever is half done
  about   acme
  flyctl  secrets list -a acme --json (exit 1, HTTP 500)
  said    failed to list app secrets: oops`);
  });

  test("Fly is not to be reached", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const env = { FLY_API_BASE_URL: url, FLY_FLAPS_BASE_URL: url, FLY_UIEX_BASE_URL: url };
    const text = await failure("app", "observe", { spec: app, env });
    expect(text.split("\n").slice(0, 2)).toEqual([
      "Fly cannot be reached.",
      `  fix     check whether ${url} answers, or unset mastiff:endpoints to reach the real Fly`,
    ]);
  });

  test("Redis that does not start", { timeout: 400_000 }, async () => {
    await world.must("app", "destroy", { spec: app });
    await world.must("redis", "ensure", { spec: redis, secrets });
    const broken = { ...redis, image: "ghcr.io/mastodon/mastodon:v4.7.4" };
    const text = await failure("redis", "ensure", { spec: broken, secrets });
    expect(text).toContain("Redis does not start: its machine in app acme is ");
    expect(text).toContain("  set in  mastiff:redis\n");
    await world.must("redis", "destroy", { spec: { ...redis, dispensable: true } });
  });
});

describe("what came in wrong", () => {
  test.each([
    ["no kind", ["nonsense", "ensure"]],
    ["no verb", ["app", "nonsense"]],
  ])("%s: the usage, and exit code 2", async (_what, [kind = "", verb = ""]) => {
    const { code, stderr } = await world.drive(kind, verb, { spec: app });
    expect([code, stderr.split("\n")[0]]).toEqual([2, "usage: node providers/fly/start.mjs <kind> <verb>"]);
  });

  test("a part of the spec that is missing is named", async () => {
    const { code, stderr } = await world.drive("app", "ensure", { spec: { ...owned, dedicatedV4: false } });
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      "Error: SPEC.publicAddresses is undefined, not boolean",
    ]);
  });

  test("secrets that are no JSON are not quoted", async () => {
    const run = world.start("secrets", "ensure", {
      spec: { app: "acme", names: [] },
      secrets: ["not an object of values"] as never,
    });
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, expect.not.stringContaining("not an object of values")]);
  });
});
