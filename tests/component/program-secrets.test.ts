import { expect, test } from "vitest";
import { hunt } from "../support/secret-hunt.ts";
import { leavesOf } from "../support/wire-values.ts";
import { declaredBy, given, type StackName } from "./program-fixture.ts";

/** Every text of a stack, with its place: inputs of all resources, outputs, what is asked. */
async function textsOf(stack: StackName) {
  const { resources, outputs, asked } = await declaredBy(stack);
  return [
    ...resources.flatMap(({ name, inputs }) => leavesOf(inputs, name)),
    ...leavesOf(outputs, "outputs"),
    ...asked.flatMap(({ token, inputs }) => leavesOf(inputs, token)),
  ];
}

/** Kept as a secret because of its company, and public by its nature. */
const noSecret = /\.(AWS_ACCESS_KEY_ID|accessKeyId|VAPID_PUBLIC_KEY)$/;

test.each<[StackName]>([["usual"], ["dev"], ["created"], ["ownServers"], ["rotated"], ["ending"]])(
  "in the stack %s nothing that is secret anywhere stands in clear anywhere",
  async (stack) => {
    const texts = await textsOf(stack);
    const secrets = texts
      .filter(({ isSecret, text, path }) => isSecret && text.length >= 8 && !noSecret.test(path))
      .map(({ path, text }) => ({ name: path, value: text }));
    const clear = texts.filter(({ isSecret }) => !isSecret).map(({ path, text }) => ({ name: path, text }));
    expect(secrets.length).toBeGreaterThan(20);
    expect(hunt(secrets, clear)).toEqual([]);
  },
);

test.each<[StackName]>([["usual"], ["dev"], ["created"], ["ownServers"], ["rotated"], ["ending"]])(
  "in the stack %s no value that a cloud or the operator gave as a secret stands in clear",
  async (stack) => {
    const planted = (await textsOf(stack)).filter(
      ({ text }) => text.includes("planted-") || text.includes(given.vapidPem),
    );
    expect(planted.length).toBeGreaterThan(10);
    const clear = planted.filter(({ isSecret }) => !isSecret).map(({ path }) => path);
    expect(clear).toEqual([]);
  },
);

test("each secret reaches the one place that needs it", async () => {
  const texts = [...(await textsOf("usual")), ...(await textsOf("ownServers"))];
  const placesOf = (value: string) => texts.filter(({ text }) => text === value).map(({ path }) => path);
  expect(placesOf(given.apiKey("mail-key"))).toEqual(["web-machines-secrets.stdin.SMTP_PASSWORD"]);
  expect(placesOf("planted-smtp-password")).toEqual(["web-machines-secrets.stdin.SMTP_PASSWORD"]);
  expect(placesOf("planted-deepl-key")).toEqual(["web-machines-secrets.stdin.DEEPL_API_KEY"]);
  expect(placesOf("planted-r2-secret-key").sort()).toEqual([
    "media-access.secretAccessKey",
    "media-guard.secretAccessKey",
    "web-machines-secrets.stdin.AWS_SECRET_ACCESS_KEY",
  ]);
});

test("what is printed by a command that was given secrets is secret as well", async () => {
  for (const stack of ["usual", "rotated", "ending"] as const) {
    const given = (await declaredBy(stack)).resources.filter(
      ({ name, inputs }) => inputs.stdin !== undefined && name !== "final-dump-taken",
    );
    expect(given.length).toBeGreaterThan(4);
    for (const { name, secretOutputs } of given) expect(secretOutputs, name).toEqual(["stdout", "stderr"]);
  }
});

test("the outputs of a stack that are secret are the password and the variables", async () => {
  const { outputs } = await declaredBy("usual");
  const secret = new Set(
    leavesOf(outputs).flatMap(({ path, isSecret }) => (isSecret ? [path.split(".")[0]] : [])),
  );
  expect([...secret].sort()).toEqual(["ownerPassword", "secrets"]);
});

test("the connections that machines get are those of the database and the Redis that are declared", async () => {
  const { outputs } = await declaredBy("usual");
  const database = given.password("secrets-database-password");
  const redis = given.password("secrets-redis-password");
  expect(outputs.secrets).toMatchObject({
    value: {
      DATABASE_URL: `postgres://mastiff_party:${database}@mastiff-party-db.flycast:5432/mastiff_party?sslmode=disable`,
      REDIS_URL: `redis://default:${redis}@mastiff-party-redis.internal:6379`,
    },
  });
});
