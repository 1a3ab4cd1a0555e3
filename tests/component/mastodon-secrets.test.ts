import { expect, test } from "vitest";
import {
  MastodonSecrets,
  type MastodonSecretsArgs,
  mastodonSecretNames,
} from "../../components/mastodon/mastodon-secrets.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { leavesOf, Secret } from "../support/wire-values.ts";
import { given } from "./program-fixture.ts";

const password = "random:index/randomPassword:RandomPassword";

function declare(more: Partial<MastodonSecretsArgs> = {}, suffix = "") {
  return resourcesOf(
    () => {
      const secrets = new MastodonSecrets("secrets", { otpSecret: false, protect: true, ...more });
      const { variables, databasePassword, redisPassword, ownerPassword, later } = secrets;
      return { variables, databasePassword, redisPassword, ownerPassword, later };
    },
    {
      outputs: {
        [password]: (name) => ({ result: `${given.password(name)}${suffix}` }),
        "secrets-vapid": { privateKeyPem: given.vapidPem },
      },
    },
  );
}

const permanent = [
  "secrets-encryption-deterministic-key",
  "secrets-encryption-primary-key",
  "secrets-encryption-salt",
  "secrets-secret-key-base",
  "secrets-vapid",
];

test("every secret that Mastodon wants is an output of its own, and each is secret", async () => {
  const { outputs } = await declare();
  const variables = outputs.variables as Record<string, unknown>;
  expect(Object.keys(variables).sort()).toEqual(mastodonSecretNames(false).sort());
  for (const [name, value] of Object.entries(variables)) expect(value, name).toBeInstanceOf(Secret);
  for (const name of ["databasePassword", "redisPassword", "ownerPassword"])
    expect(outputs[name], name).toBeInstanceOf(Secret);
  expect(variables).toMatchObject({
    SECRET_KEY_BASE: new Secret(expect.stringMatching(/^[0-9a-f]{128}$/)),
    VAPID_PRIVATE_KEY: new Secret(expect.stringMatching(/^[\w-]{43}=$/)),
    VAPID_PUBLIC_KEY: new Secret(expect.stringMatching(/^[\w-]{87}=$/)),
  });
});

test("what never changes is kept from being deleted; passwords that rotate are not", async () => {
  expect((await declare()).kept).toEqual(permanent);
  expect((await declare({ otpSecret: true })).kept).toEqual([...permanent, "secrets-otp-secret"].sort());
  expect((await declare({ protect: false })).kept).toEqual([]);
});

test("a Mastiff that makes secrets in another way keeps those that are there", async () => {
  const made = (await declare({ otpSecret: true })).resources.filter(({ type }) =>
    /^(random|tls):/.test(type),
  );
  expect(made).toHaveLength(9);
  for (const { name, type, inputs, ignoreChanges } of made) {
    const asked = Object.keys(inputs).filter((key) => inputs[key] !== undefined);
    expect(ignoreChanges, name).toEqual(expect.arrayContaining(asked));
    // RandomBytes and RandomId carry the secret in their id, which is plain in every state.
    expect(type === password || type === "tls:index/privateKey:PrivateKey", type).toBe(true);
    expect(inputs, name).not.toHaveProperty("keepers");
  }
});

test("a password has letters and digits only, so that it stands in a URL as it is", async () => {
  const { resources } = await declare();
  for (const { name, inputs } of resources.filter(({ type }) => type === password))
    expect(inputs, name).toMatchObject({ special: false, length: name.includes("key-base") ? 64 : 32 });
});

test("a word makes a password beside the first one; the owner's takes its place", async () => {
  const words = { databasePassword: "w3", redisPassword: "w4", ownerPassword: "w5" };
  const { outputs, names } = await declare({ rotate: words });
  expect(names).toEqual(
    expect.arrayContaining([
      "secrets-database-password",
      "secrets-database-password-w3",
      "secrets-redis-password-w4",
    ]),
  );
  expect(names).not.toContain("secrets-owner-password");
  expect(outputs.ownerPassword).toEqual(new Secret(given.password("secrets-owner-password-w5")));
  expect(outputs.databasePassword).toEqual(new Secret(given.password("secrets-database-password")));
  expect(outputs.later).toEqual({
    database: { word: "w3", value: new Secret(given.password("secrets-database-password-w3")) },
    redis: { word: "w4", value: new Secret(given.password("secrets-redis-password-w4")) },
  });
});

test("the state remembers a fingerprint of each, which tells nothing, and no value", async () => {
  const memory = (await declare()).named("secrets-memory");
  expect(Object.keys(memory.inputs.environment as object).sort()).toEqual(mastodonSecretNames(false).sort());
  const leaves = leavesOf(memory.inputs);
  expect(leaves.filter(({ isSecret }) => isSecret)).toEqual([]);
  for (const { text, path } of leaves) expect(text, path).toMatch(/^[0-9a-f]{16}$/);
});

test("another value is refused in previews too, with what it would break and how to keep the old one", async () => {
  const [old, next] = [await declare(), await declare({}, "-anew")];
  const [guard] = next.named("secrets-memory").hooks.beforeUpdate;
  expect(guard?.onDryRun).toBe(true);
  const [was, is] = [old.named("secrets-memory").inputs, next.named("secrets-memory").inputs];
  const lost =
    "accounts' signing keys and two-factor secrets are encrypted with it, and a server that cannot read them can no longer sign as itself";
  expect(await guard?.refusal(was, is)).toBe(
    [
      "secrets that must never change would be generated again, so nothing is done:",
      `  - ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: ${lost}`,
      `  - ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: ${lost}`,
      `  - ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: ${lost}`,
      "  - SECRET_KEY_BASE: every session and every signed link would become invalid, and everybody would be logged out",
      "    proper way: keep them. If the state has lost them, restore a state that has them: pulumi stack import --file state.json (docs/operations.md, “Secrets”)",
    ].join("\n"),
  );
  expect(await guard?.refusal(was, was)).toBeUndefined();
});

test("a preview in which a key is made anew does not know it yet, and is refused all the same", async () => {
  const memory = (await declare()).named("secrets-memory");
  const { environment } = memory.inputs as { environment: Record<string, string> };
  const { SECRET_KEY_BASE: _anew, ...rest } = environment;
  expect(await memory.hooks.beforeUpdate[0]?.refusal({ environment }, { environment: rest })).toContain(
    "- SECRET_KEY_BASE: every session",
  );
});
