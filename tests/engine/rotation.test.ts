import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVisitor } from "../../checks/visitor.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { visited } from "../support/visited.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

/** What a machine of a community logs in with. */
type Ways = Partial<
  Record<
    "DATABASE_URL" | "REDIS_URL" | "SMTP_PASSWORD" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY",
    string
  >
>;
const app = "mastiff-party";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const words = (word: string) =>
  Object.fromEntries(
    ["smtpKey", "r2Token", "databasePassword", "redisPassword", "ownerPassword"].map((name) => [name, word]),
  );

describe("all secrets that rotate, on a running community", () => {
  let world: TestWorld;
  let stack: TestStack;
  let first: { ways: Ways; outputs: Outputs };

  beforeAll(async () => {
    world = await startWorld();
    stack = await openStack(world, {
      config: { "mastiff:web": '{"count":2}', "mastiff:redis": '{"kind":"own"}' },
    });
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    first = { ways: await waysOfWeb(), outputs: await outputs() };
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  const outputs = async () => (await stack.outputs()) as unknown as Outputs;
  const waysOfWeb = async () => machines(await world.state(), app, "web")[0]?.secrets ?? {};
  /** The site answers, from the database too, and no machine holds a secret that has ended. */
  const look = async () => {
    const visitor = openVisitor(world.url);
    for (const path of ["/health", "/api/v2/instance"])
      expect((await visitor.ask(`https://mastiff.party${path}`)).status, path).toBe(200);
    const state = await world.state();
    const running = [app, `${app}-streaming`].flatMap((name) => machines(state, name));
    expect(running.length).toBeGreaterThan(1);
    for (const { secrets } of running) expect(deadAmong(state, secrets)).toEqual([]);
  };

  test("the preview shows new beside old, and says what restarts", async () => {
    await stack.config({ "mastiff:rotate": JSON.stringify(words("2026-11")) });
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    const steps = preview.changes.map((step) => `${step.op} ${step.name}`);
    expect(steps).toEqual(
      expect.arrayContaining([
        "create mail-key-2026-11",
        "create media-token-2026-11",
        "create database-login-2026-11",
        "create redis-password-2026-11",
        "update owner-account",
        "delete mail-key",
        "delete media-token",
      ]),
    );
    expect(steps.filter((step) => /replace/.test(step))).toEqual([]);
    expect(steps.findIndex((step) => step.startsWith("delete"))).toBeGreaterThan(
      steps.findLastIndex((step) => !step.startsWith("delete")),
    );
    expect(preview.output).toContain("secrets: restarts 2 × web, 1 × sidekiq");
    expect(preview.output).toContain("secrets: restarts 1 × streaming");
  });

  test("one up turns all five, and at no moment is the site away or a machine without its way", async () => {
    const { outcome, calls } = await visited(world, () => stack.up(), look);
    expect(outcome.exitCode, outcome.output).toBe(0);
    expect(calls.length).toBeGreaterThan(20);
    const state = await world.state();
    expect(deadAmong(state, first.ways)).toEqual([
      "DATABASE_URL",
      "REDIS_URL",
      "SMTP_PASSWORD",
      "AWS_ACCESS_KEY_ID",
    ]);
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  test("the old ones are refused, the new ones taken, and the kept ones are as they were", async () => {
    const now = await waysOfWeb();
    expect([await smtpKey(first.ways), await smtpKey(now)]).toEqual([401, 200]);
    expect([await bucketKey(first.ways), await bucketKey(now)]).toEqual([401, 200]);
    const { secrets, ownerPassword } = await outputs();
    expect(ownerPassword).not.toBe(first.outputs.ownerPassword);
    expect(ownerHash(await world.state())).toBe(sha256(ownerPassword));
    expect(secrets.DATABASE_URL).toContain("//mastiff_party_2026-11:");
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...kept } = secrets;
    const { DATABASE_URL: _before, REDIS_URL: _then, ...before } = first.outputs.secrets;
    expect(kept).toEqual(before);
    expect(Object.keys(kept)).toContain("SECRET_KEY_BASE");
  });

  test("a password that somebody chose since stays, and the next word ends the one before", async () => {
    await world.meddle((state) => {
      catalogueIn(state).mastodon.accounts[0].passwordHash = sha256("chosen by the owner");
    });
    const before = await waysOfWeb();
    const rotate = { ...words("2026-11"), databasePassword: "2026-12", redisPassword: "2026-12" };
    await stack.config({ "mastiff:rotate": JSON.stringify(rotate) });
    const { outcome } = await visited(world, () => stack.up(), look);
    expect(outcome.exitCode, outcome.output).toBe(0);
    const state = await world.state();
    expect(deadAmong(state, before)).toEqual(["DATABASE_URL", "REDIS_URL"]);
    expect(Object.keys(postgresIn(state).roles)).not.toContain("mastiff_party_2026-11");
    expect(ownerHash(state)).toBe(sha256("chosen by the owner"));
    const preview = await stack.preview("--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  });

  async function smtpKey({ SMTP_PASSWORD = "" }: Ways): Promise<number> {
    const headers = { authorization: `Bearer ${SMTP_PASSWORD}` };
    return (await fetch(`${world.url}/sendgrid/v3/scopes`, { headers })).status;
  }
  async function bucketKey({ AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" }: Ways): Promise<number> {
    const s3 = new AwsClient({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      service: "s3",
      region: "auto",
      retries: 0,
    });
    return (await s3.fetch(`${world.url}/r2/files-mastiff-party?list-type=2`)).status;
  }
});

interface Outputs {
  ownerPassword: string;
  secrets: Record<string, string>;
}
interface Machine {
  state: string;
  secrets: Ways & { REDIS_PASSWORD?: string };
  disk: { redisPasswords?: string[] };
  config: { metadata?: Record<string, string> };
}

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
type State = any;

/** The app's machines that run, of one process group or of all. */
function machines(state: State, name: string, group?: string): Machine[] {
  return (Object.values(state.fly.apps[name].machines) as Machine[]).filter((one) => {
    const its = one.config.metadata?.fly_process_group;
    return one.state === "started" && its !== undefined && (group ?? its) === its;
  });
}

/** Which of a machine's ways the clouds no longer let in. */
function deadAmong(state: State, ways: Ways): string[] {
  const { DATABASE_URL, REDIS_URL, SMTP_PASSWORD, AWS_ACCESS_KEY_ID } = ways;
  const redis = (Object.values(state.fly.apps[`${app}-redis`].machines) as Machine[]).find(
    (one) => one.state === "started",
  );
  const password = new URL(REDIS_URL ?? "").password;
  const alive = {
    DATABASE_URL: postgresIn(state).roles[new URL(DATABASE_URL ?? "").username]?.login === true,
    REDIS_URL:
      redis?.secrets.REDIS_PASSWORD === password || redis?.disk.redisPasswords?.includes(sha256(password)),
    SMTP_PASSWORD:
      SMTP_PASSWORD === undefined ||
      state.sendgrid.keys.some(
        (key: { digest: string; revokedAt: string | null }) =>
          key.revokedAt === null && key.digest === sha256(SMTP_PASSWORD),
      ),
    AWS_ACCESS_KEY_ID:
      AWS_ACCESS_KEY_ID === undefined ||
      state.cloudflare.tokens.some((token: { id: string }) => token.id === AWS_ACCESS_KEY_ID),
  };
  return Object.keys(alive).filter((name) => alive[name as keyof typeof alive] !== true);
}

function postgresIn(state: State): {
  roles: Record<string, { login: boolean }>;
  databases: Record<string, State>;
} {
  const [volume] = Object.values<State>(state.fly.apps[`${app}-db`].volumes);
  return volume.data.postgres;
}

function catalogueIn(state: State): State {
  return postgresIn(state).databases.mastiff_party;
}

function ownerHash(state: State): string {
  return catalogueIn(state).mastodon.accounts[0].passwordHash;
}
