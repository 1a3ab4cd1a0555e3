import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { escrowOf } from "../../cli/restore/escrow.ts";
import {
  beyond,
  escrowProblem,
  hasSecrets,
  type OpenState,
  targetsOf,
  withSecrets,
} from "../../cli/restore/given-secrets.ts";
import { mastodonSecretNames, railsSecret } from "../../components/mastodon/mastodon-secrets.ts";
import { vapidKeys } from "../../components/mastodon/vapid.ts";

const secret = (value: string) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const pemOf = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "sec1", format: "pem" })
    .toString();
const vapid = vapidKeys(pemOf());
const escrow = {
  domain: "mastiff.party",
  version: "v4.7.4",
  secrets: {
    SECRET_KEY_BASE: "ab".repeat(64),
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "old-primary",
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "old-deterministic",
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "old-salt",
    VAPID_PRIVATE_KEY: vapid.privateKey,
    VAPID_PUBLIC_KEY: vapid.publicKey,
  },
};

const random = "random:index/randomPassword:RandomPassword";
const urn = (type: string, name: string) =>
  `urn:pulumi:acme::mastiff::mastiff:index:Community$${type}::${name}`;
const community = urn("mastiff:index:Community", "community");
const password = (role: string) => ({
  urn: urn(random, `community-secrets-${role}`),
  parent: community,
  type: random,
  id: "none",
  inputs: { length: 32 },
  outputs: { length: 32, result: secret(`new-${role}`), bcryptHash: secret("$2a$10$new") },
});
/** As the engine leaves it after `up --target`. */
const made = (): OpenState => ({
  version: 3,
  deployment: {
    secrets_providers: { type: "passphrase" },
    resources: [
      { urn: urn("pulumi:pulumi:Stack", "mastiff-acme"), type: "pulumi:pulumi:Stack" },
      { urn: urn("pulumi:providers:random", "default_4_21_2"), type: "pulumi:providers:random", id: "1" },
      { urn: community, type: "mastiff:index:Community" },
      ...["secret-key-base", "encryption-primary-key", "encryption-deterministic-key", "encryption-salt"].map(
        password,
      ),
      {
        urn: urn("tls:index/privateKey:PrivateKey", "community-secrets-vapid"),
        parent: community,
        type: "tls:index/privateKey:PrivateKey",
        id: "0123",
        outputs: {
          privateKeyPem: secret(pemOf()),
          publicKeyPem: "new",
          publicKeyOpenssh: "new",
          algorithm: "ECDSA",
        },
      },
    ],
  },
});
const outputsOf = (state: OpenState | undefined, name: string): Record<string, unknown> =>
  state?.deployment.resources?.find((one) => one.urn.endsWith(`::${name}`))?.outputs ?? {};

describe("a state with the secrets of an escrow", () => {
  const given = withSecrets(made(), "community", escrow);

  test("has them where the resources had others, as secrets that the engine encrypts", () => {
    expect(hasSecrets(made(), "community", escrow)).toBe(false);
    expect(given && hasSecrets(given, "community", escrow)).toBe(true);
    expect(outputsOf(given, "community-secrets-encryption-primary-key")).toEqual({
      length: 32,
      result: secret("old-primary"),
      bcryptHash: secret(""),
    });
  });

  test("gives Mastodon the values of before: SECRET_KEY_BASE is not hashed again", () => {
    const { plaintext } = outputsOf(given, "community-secrets-secret-key-base").result as {
      plaintext: string;
    };
    expect(railsSecret(JSON.parse(plaintext))).toBe(escrow.secrets.SECRET_KEY_BASE);
    expect(railsSecret("a password of 64 letters")).toMatch(/^[0-9a-f]{128}$/);
  });

  test("has the VAPID key with an id of its own, and no form that belongs to another key", () => {
    const { privateKeyPem, publicKeyPem, publicKeyOpenssh } = outputsOf(given, "community-secrets-vapid");
    expect(vapidKeys(JSON.parse((privateKeyPem as { plaintext: string }).plaintext))).toEqual(vapid);
    expect(publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(publicKeyOpenssh).toBe("");
    expect(given?.deployment.resources?.at(-1)?.id).toMatch(/^[0-9a-f]{40}$/);
  });

  test("keeps everything else as it was", () => {
    const rest = (state: OpenState | undefined) =>
      state?.deployment.resources?.map(({ urn, type, inputs }) => ({ urn, type, inputs }));
    expect(rest(given)).toEqual(rest(made()));
    expect(given?.deployment.secrets_providers).toEqual({ type: "passphrase" });
  });

  test("is none where a resource is missing", () => {
    expect(withSecrets(made(), "dogs", escrow)).toBeUndefined();
  });
});

describe("a stack is a new one", () => {
  test("while its state has nothing beyond what the secrets need", () => {
    expect(beyond(made().deployment.resources ?? [], "community", escrow)).toEqual([]);
    const released = {
      urn: urn("command:local:Command", "community-secrets-memory"),
      type: "command:local:Command",
      parent: community,
    };
    const resources = [...(made().deployment.resources ?? []), released];
    expect(beyond(resources, "community", escrow)).toEqual(["community-secrets-memory"]);
    const { parent: _, ...ofTheProgram } = released;
    expect(beyond([...(made().deployment.resources ?? []), ofTheProgram], "community", escrow)).toEqual([]);
  });

  /** The engine's reading of a pattern (pulumi/pulumi: pkg/resource/deploy/deployment.go, getMatcher). */
  const matches = (pattern: string, urn: string) =>
    new RegExp(`^${pattern.replaceAll("$", "\\$").replaceAll("**", ".*")}$`).test(urn);

  test("the targets are exact: they leave out what would remember other secrets, and what the program has beside it", () => {
    const targets = targetsOf("community", escrow);
    const isTarget = (urn: string) => targets.some((target) => matches(target, urn));
    const holder = urn("mastiff:mastodon:Secrets$tls:index/privateKey:PrivateKey", "community-secrets-vapid");
    expect([community, holder, urn(random, "community-identity-id")].map(isTarget)).toEqual([
      true,
      true,
      true,
    ]);
    const beside = (type: string, name: string) => `urn:pulumi:acme::mastiff::${type}::${name}`;
    const others = [
      urn("command:local:Command", "community-secrets-memory"),
      beside("cloudflare:index/dnsRecord:DnsRecord", "community"),
      beside(random, "community-secrets-encryption-salt"),
      beside("mastiff:index:Community", "other-community"),
    ];
    expect(others.filter(isTarget)).toEqual([]);
    expect(isTarget(beside("my:office:Office$mastiff:index:Community", "community"))).toBe(true);
  });
});

describe("an escrow", () => {
  const needed = mastodonSecretNames(false);
  const other = vapidKeys(pemOf());
  test.each<[what: string, changed: Record<string, string | undefined>, words: string | undefined]>([
    ["as it was written", {}, undefined],
    [
      "without the salt",
      { ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: undefined },
      "it lacks ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
    ],
    [
      "with a short SECRET_KEY_BASE",
      { SECRET_KEY_BASE: "short" },
      "its SECRET_KEY_BASE does not have the form of a secret of Rails",
    ],
    [
      "with half of another key",
      { VAPID_PUBLIC_KEY: other.publicKey },
      "the two halves of its VAPID key do not belong together",
    ],
  ])("%s: %s", (_what, changed, words) => {
    const secrets = JSON.parse(JSON.stringify({ ...escrow.secrets, ...changed })) as Record<string, string>;
    expect(escrowProblem({ ...escrow, secrets }, needed)).toBe(words);
  });
});

test("an escrow of another form is refused, and not quoted", () => {
  for (const text of ["planted", '{"secrets":"planted"}'])
    expect(() => escrowOf(text)).toThrow(
      /^The escrow was decrypted, and this version .+ cannot read it\.\n(?!.*planted)/,
    );
});
