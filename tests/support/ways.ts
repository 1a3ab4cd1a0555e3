/** The ways by which the machines of a community reach database, Redis, mail server and bucket, and which are open. */
import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { expect } from "vitest";
import { openVisitor } from "../../checks/visitor.ts";
import type { TestStack } from "./stack.ts";
import type { TestWorld } from "./world.ts";

/** What a machine of a community logs in with. */
export type Ways = Partial<
  Record<
    "DATABASE_URL" | "REDIS_URL" | "SMTP_PASSWORD" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY",
    string
  >
>;
/** Outputs of a stack, as far as they tell ways. */
export interface WayOutputs {
  ownerPassword: string;
  secrets: Record<string, string>;
}

const app = "mastiff-party";
export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A new word for each of the secrets that rotate. */
export const words = (word: string) =>
  Object.fromEntries(
    ["smtpKey", "r2Token", "databasePassword", "redisPassword", "ownerPassword"].map((name) => [name, word]),
  );

export const outputsOf = async (stack: TestStack) => (await stack.outputs()) as unknown as WayOutputs;
export const waysOfWeb = async (world: TestWorld): Promise<Ways> =>
  machines(await world.state(), app, "web")[0]?.secrets ?? {};

/** The site answers, from the database too, and no machine holds a secret that has ended. */
export async function expectOpenWays(world: TestWorld): Promise<void> {
  const visitor = openVisitor({ local: world.url });
  for (const path of ["/health", "/api/v2/instance"])
    expect((await visitor.ask(`https://mastiff.party${path}`)).status, path).toBe(200);
  const state = await world.state();
  const running = [app, `${app}-streaming`].flatMap((name) => machines(state, name));
  expect(running.length).toBeGreaterThan(1);
  for (const { secrets } of running) expect(deadAmong(state, secrets)).toEqual([]);
}

/** How SendGrid answers a key. */
export async function smtpKey(world: TestWorld, { SMTP_PASSWORD = "" }: Ways): Promise<number> {
  const headers = { authorization: `Bearer ${SMTP_PASSWORD}` };
  return (await fetch(`${world.url}/sendgrid/v3/scopes`, { headers })).status;
}
/** How R2 answers a key. */
export async function bucketKey(
  world: TestWorld,
  { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" }: Ways,
): Promise<number> {
  const s3 = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    service: "s3",
    region: "auto",
    retries: 0,
  });
  return (await s3.fetch(`${world.url}/r2/files-mastiff-party?list-type=2`)).status;
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
export function deadAmong(state: State, ways: Ways): string[] {
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

export function postgresIn(state: State): {
  roles: Record<string, { login: boolean }>;
  databases: Record<string, State>;
} {
  const [volume] = Object.values<State>(state.fly.apps[`${app}-db`].volumes);
  return volume.data.postgres;
}

export function catalogueIn(state: State): State {
  return postgresIn(state).databases.mastiff_party;
}

export function ownerHash(state: State): string {
  return catalogueIn(state).mastodon.accounts[0].passwordHash;
}
