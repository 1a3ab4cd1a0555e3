/** Backups, as the whole program declares them. All other tests of the program switch them off. */
import { createHash } from "node:crypto";
import { generateKey } from "openpgp";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { driverOf } from "../../components/fly/driver-call.ts";
import { recipient } from "../support/backup-recipient.ts";
import type { Declared } from "../support/resources-of.ts";
import { hunt } from "../support/secret-hunt.ts";
import { leavesOf, Secret, Unknown } from "../support/wire-values.ts";
import { specIn } from "./place.ts";
import { declareProgram, given, type Stack, stateOf } from "./program-fixture.ts";

const account = "00000000000000000000000000000d09";

// What the SDK says without an engine goes to the console.
let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => warned.mockRestore());
const said = () => warned.mock.calls.flat().join("\n");

/** Declares a community with these parts of `mastiff:backup`. */
const withBackups = (parts: object = {}, { config, ...more }: Stack = {}) =>
  declareProgram({ ...more, config: { "mastiff:backup": JSON.stringify(parts), ...config } });
let found: Promise<Declared> | undefined;
/** What a community declares that takes backups as the guide says; found out once, as nothing in it changes. */
const usual = () => {
  found ??= withBackups();
  return found;
};
const isOfBackups = (name: string) => name.startsWith("backups");

const ownKey: Stack = {
  config: { "mastiff:backupAccessKeyId": "own-key", "mastiff:backupSecretAccessKey": "planted-own-secret" },
  encrypted: ["mastiff:backupSecretAccessKey"],
};

/** Environment of the machine in its spec. */
const environmentOf = (inputs: Record<string, unknown>) =>
  (specIn(inputs) as { env: Record<string, string> }).env;
const recipientsIn = (inputs: Record<string, unknown>) =>
  Buffer.from(environmentOf(inputs).MASTIFF_BACKUP_RECIPIENTS ?? "", "base64").toString();

test("names, types and parents are those that live stacks have", async () => {
  const { resources } = await usual();
  const found = resources.filter(({ name }) => isOfBackups(name));
  expect(found.map(({ type, name, parent }) => `${parent}/${name} ${type}`).sort()).toEqual([
    "backups/backups-access pulumi-nodejs:dynamic/cloudflare:BucketAccess",
    "backups/backups-app command:local:Command",
    "backups/backups-bucket pulumi-nodejs:dynamic/cloudflare:KeptBucket",
    "backups/backups-key pulumi-nodejs:dynamic/openpgp:BackupKey",
    "backups/backups-lifecycle cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
    "backups/backups-machine command:local:Command",
    "backups/backups-secrets command:local:Command",
    "backups/backups-token cloudflare:index/accountToken:AccountToken",
    "community/backups mastiff:backup:Backups",
  ]);
});

test("backups that are off add nothing, and change nothing of the rest", async () => {
  const [on, off] = [await usual(), await declareProgram()];
  expect(off.names.filter(isOfBackups)).toEqual([]);
  expect(off.names).toEqual(on.names.filter((name) => !isOfBackups(name)));
  expect(off.outputs).not.toHaveProperty("backups");
  for (const { name, inputs } of off.resources) {
    if (["web-machines-preparation", "web-machines-release"].includes(name)) continue;
    expect(on.named(name).inputs, name).toEqual(inputs);
  }
});

test("a bucket that outlives the stack, with a key for it alone, and rules that delete what is too old", async () => {
  const declared = await withBackups({ keep: { daily: 2, weekly: 3, monthly: 4 } });
  expect(declared.named("backups-bucket").inputs).toMatchObject({
    accountId: account,
    bucket: "backups-mastiff-party",
    jurisdiction: "default",
  });
  expect(declared.named("backups-token").inputs).toMatchObject({
    accountId: account,
    name: "Mastiff 3f9a1c0b77de mastiff/test (backups)",
    policies: [
      expect.objectContaining({
        resources: `{"com.cloudflare.edge.r2.bucket.${account}_default_backups-mastiff-party":"*"}`,
      }),
    ],
  });
  expect(declared.named("backups-access").inputs).toMatchObject({
    bucket: "backups-mastiff-party",
    accessKeyId: "community-backups-token-id",
    secretAccessKey: new Secret(createHash("sha256").update(given.token("backups-token")).digest("hex")),
    keepObjects: true,
    forBackups: true,
  });
  // Before there are rules, the key finds out whether they would delete anything else.
  expect(declared.named("backups-lifecycle").dependsOn).toContain("backups-access");
  const { rules } = declared.named("backups-lifecycle").inputs as { rules: Rule[] };
  const day = 86_400;
  expect(rules.map((rule) => [rule.id, rule.conditions.prefix, ageOf(rule) / day])).toEqual([
    ["daily", "daily/", 2],
    ["hourly", "hourly/", 3],
    ["monthly", "monthly/", 124],
    ["weekly", "weekly/", 21],
  ]);
  for (const { enabled, abortMultipartUploadsTransition } of rules)
    expect([enabled, abortMultipartUploadsTransition.condition]).toEqual([
      true,
      { type: "Age", maxAge: day },
    ]);
});

interface Rule {
  id: string;
  enabled: boolean;
  conditions: { prefix: string };
  deleteObjectsTransition: { condition: { type: string; maxAge: number } };
  abortMultipartUploadsTransition: { condition: object };
}
const ageOf = ({ deleteObjectsTransition }: Rule) => deleteObjectsTransition.condition.maxAge;

test("backups are under the law of the uploads, and in another account where config says so", async () => {
  const other = "f".repeat(32);
  const config = { "mastiff:bucketJurisdiction": "eu" };
  const declared = await withBackups({ account: other }, { config });
  for (const name of ["backups-bucket", "backups-lifecycle", "backups-access"])
    expect(declared.named(name).inputs, name).toMatchObject({ accountId: other, jurisdiction: "eu" });
  expect(declared.named("backups-token").inputs).toMatchObject({
    accountId: other,
    policies: [expect.objectContaining({ resources: expect.stringContaining(`${other}_eu_backups-`) })],
  });
  expect(environmentOf(declared.named("backups-machine").inputs)).toMatchObject({
    MASTIFF_BACKUP_URL: `https://${other}.eu.r2.cloudflarestorage.com/backups-mastiff-party`,
  });
});

test("a private app with one machine, which has public keys and nothing else to open a backup with", async () => {
  const declared = await withBackups({ schedule: "hourly", recipients: [recipient] });
  expect(specIn(declared.named("backups-app").inputs)).toEqual({
    org: "mastiff",
    app: "mastiff-party-backup",
    publicAddresses: false,
    dedicatedV4: false,
  });
  const { inputs } = declared.named("backups-machine");
  expect(inputs.interpreter).toEqual(driverOf("backup"));
  expect(inputs).not.toHaveProperty("stdin");
  expect(specIn(inputs)).toEqual({
    org: "mastiff",
    region: "ams",
    app: "mastiff-party-backup",
    server: "mastiff-party-db",
    schedule: "hourly",
    memoryMb: 512,
    env: {
      MASTIFF_BACKUP_URL: `https://${account}.r2.cloudflarestorage.com/backups-mastiff-party`,
      MASTIFF_BACKUP_REGION: "auto",
      MASTIFF_BACKUP_RECIPIENTS: expect.any(String),
      MASTIFF_BACKUP_SCHEDULE: "hourly",
      MASTIFF_DOMAIN: "mastiff.party",
      MASTIFF_VERSION: "v4.7.4",
    },
  });
  expect(recipientsIn(inputs)).toBe(given.publicKey + recipient);
});

test("the app may have another name, in the release, the community's last words and everything of the backups", async () => {
  const config = { "mastiff:destroy": "mastiff.party" };
  const declared = await withBackups({ app: "dogs-kept" }, { isLive: true, config });
  for (const name of ["backups-app", "backups-secrets", "backups-machine"])
    expect(specIn(declared.named(name).inputs), name).toMatchObject({ app: "dogs-kept" });
  expect(specIn(declared.named("web-machines-release").inputs)).toMatchObject({ backup: "dogs-kept" });
  expect(said()).toContain("mastiff-party-db, dogs-kept and mastiff-party-redis");
});

test("the machine's secrets come by standard input: the database, the bucket's key, and what cannot be made again", async () => {
  const declared = await usual();
  const { inputs, secretOutputs } = declared.named("backups-secrets");
  expect(specIn(inputs)).toEqual({
    app: "mastiff-party-backup",
    names: ["DATABASE_URL", "MASTIFF_BACKUP_KEY_ID", "MASTIFF_BACKUP_KEY_SECRET", "MASTIFF_ESCROW"],
  });
  expect(secretOutputs).toEqual(["stdout", "stderr"]);
  const variables = (declared.outputs.secrets as Secret).value as Record<string, string>;
  const { DATABASE_URL, REDIS_URL, ...escrow } = variables;
  const values = JSON.parse((inputs.stdin as Secret).value as string) as Record<string, string>;
  expect(values).toMatchObject({ DATABASE_URL, MASTIFF_BACKUP_KEY_ID: "community-backups-token-id" });
  expect(JSON.parse(values.MASTIFF_ESCROW ?? "")).toEqual({
    domain: "mastiff.party",
    version: "v4.7.4",
    secrets: escrow,
  });
  expect(Object.keys(escrow)).toHaveLength(6);
});

test("new secrets show as another machine, and no secret can be read from that", async () => {
  const digestOf = async (config: Record<string, string>) => {
    const { inputs } = (await withBackups({}, { config })).named("backups-machine");
    return (inputs.environment as Record<string, unknown>).SECRETS_DIGEST;
  };
  const first = await digestOf({});
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf({ "mastiff:rotate": '{"databasePassword":"w1"}' })).not.toBe(first);
  expect(await digestOf({ "mastiff:region": "fra" })).toBe(first);
});

test("nothing that is secret stands in clear, and the output is secret as a whole", async () => {
  const { resources, outputs } = await withBackups({ recipients: [recipient] }, ownKey);
  const texts = [
    ...resources.flatMap(({ name, inputs }) => leavesOf(inputs, name)),
    ...leavesOf(outputs, "outputs"),
  ];
  const clear = texts.filter(({ isSecret }) => !isSecret).map(({ path, text }) => ({ name: path, text }));
  expect(clear.filter(({ text }) => text.includes("planted-")).map(({ name }) => name)).toEqual([]);
  const planted = texts.filter(({ text, isSecret }) => isSecret && text.includes("planted-"));
  const secrets = planted.map(({ path, text }) => ({ name: path, value: text }));
  expect(secrets.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "outputs.backups.privateKey",
      "outputs.backups.secretAccessKey",
      "backups-secrets.stdin.MASTIFF_BACKUP_KEY_SECRET",
    ]),
  );
  expect(hunt(secrets, clear)).toEqual([]);
});

test("the key is made once, for the domain, and its private half is a secret", async () => {
  const { inputs, secretOutputs } = (await usual()).named("backups-key");
  expect(inputs.userId).toBe("mastiff.party backups");
  expect(secretOutputs).toEqual(["privateKey"]);
});

test("the output has the way to the backups, as the operator's machine goes it", async () => {
  const { outputs } = await usual();
  const endpoints = '{"r2":"http://127.0.0.1:4640/r2"}';
  const expected = {
    bucket: "backups-mastiff-party",
    endpoint: `https://${account}.r2.cloudflarestorage.com`,
    region: "auto",
    accessKeyId: "community-backups-token-id",
    secretAccessKey: createHash("sha256").update(given.token("backups-token")).digest("hex"),
    publicKey: given.publicKey,
    privateKey: given.privateKey,
    app: "mastiff-party-backup",
  };
  expect(outputs.backups).toEqual(new Secret(expected));
  const local = await withBackups({}, { config: { "mastiff:endpoints": endpoints } });
  expect(local.outputs.backups).toEqual(new Secret({ ...expected, endpoint: "http://127.0.0.1:4640/r2" }));
  // A machine on Fly reaches R2 by its real name, on the local Fly too.
  expect(environmentOf(local.named("backups-machine").inputs)).toMatchObject({
    MASTIFF_BACKUP_URL: `${expected.endpoint}/backups-mastiff-party`,
  });
  expect(local.named("backups-access").inputs.endpoint).toBe("http://127.0.0.1:4640/r2");
});

test("in another S3, the bucket and its key are the operator's", async () => {
  const s3 = { endpoint: "https://s3.example.org", region: "eu-1" };
  const declared = await withBackups({ s3, bucket: "acme.backups" }, ownKey);
  expect(declared.names.filter(isOfBackups)).toEqual([
    "backups",
    "backups-app",
    "backups-key",
    "backups-machine",
    "backups-secrets",
  ]);
  expect(environmentOf(declared.named("backups-machine").inputs)).toMatchObject({
    MASTIFF_BACKUP_URL: "https://s3.example.org/acme.backups",
    MASTIFF_BACKUP_REGION: "eu-1",
  });
  expect((declared.outputs.backups as Secret).value).toMatchObject({
    bucket: "acme.backups",
    ...s3,
    accessKeyId: "own-key",
    secretAccessKey: "planted-own-secret",
  });
});

test("with a key of the operator's, no token is made for the bucket in R2", async () => {
  const declared = await withBackups({}, ownKey);
  expect(declared.names).not.toContain("backups-token");
  expect(declared.named("backups-access").inputs).toMatchObject({
    accessKeyId: "own-key",
    secretAccessKey: new Secret("planted-own-secret"),
  });
});

test("a rotated token is another one beside it, and no copy of that of the uploads", async () => {
  const declared = await withBackups({}, { config: { "mastiff:rotate": '{"r2Token":"w2"}' } });
  const nameOf = (token: string) => declared.named(token).inputs.name;
  expect(nameOf("media-token-w2")).toBe("Mastiff 3f9a1c0b77de mastiff/test (w2)");
  expect(nameOf("backups-token-w2")).toBe("Mastiff 3f9a1c0b77de mastiff/test (backups w2)");
  expect(declared.named("backups-token-w2").hooks.afterCreate.length).toBeGreaterThan(0);
});

test("the machine gets the secrets of a release when that is done, the first ones at once, and takes its first backup then", async () => {
  const declared = await usual();
  expect(declared.named("backups-secrets").dependsOn).not.toContain("web-machines-release");
  const live = await withBackups({}, { isLive: true });
  expect(live.named("backups-secrets").dependsOn).toContain("web-machines-release");
  expect(declared.named("backups-machine").dependsOn).toEqual(
    expect.arrayContaining(["backups-secrets", "web-machines-preparation"]),
  );
  // A first release does not wait for the backup, nor the backup for its machines.
  expect(declared.named("backups-machine").dependsOn).not.toContain("web-machines-release");
  expect(live.named("backups-machine").dependsOn).toContain("web-machines-release");
  expect(declared.named("lock-hold").dependsOn).toContain("backups-key");
  expect(declared.named("lock-hold").dependsOn).not.toContain("backups-machine");
});

test("the key for another bucket is another key, so that the old one works until the end of up", async () => {
  const declared = await usual();
  expect(declared.named("backups-token").replaceOnChanges).toEqual(["policies"]);
  expect(declared.named("media-token").replaceOnChanges ?? []).toEqual([]);
});

const releaseIn = async (stack: Stack, parts: object = {}) =>
  specIn((await withBackups(parts, stack)).named("web-machines-release").inputs);

test("a release names the app of the backups, a release from before there were backups with its next image", async () => {
  expect(await releaseIn({})).toMatchObject({ backup: "mastiff-party-backup" });
  expect(await releaseIn({ isLive: true })).toMatchObject({ backup: "mastiff-party-backup" });
  const state = await stateOf({});
  const calls = { "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: state }) };
  expect(await releaseIn({ isLive: true, calls })).not.toHaveProperty("backup");
  const config = { "mastiff:mastodonVersion": "v4.7.5" };
  expect(await releaseIn({ isLive: true, calls, config })).toMatchObject({ backup: "mastiff-party-backup" });
});

test("a preview before the first up declares the same, though it does not know the key", async () => {
  const preview = await withBackups({}, { preview: true, outputs: { "backups-key": {} } });
  expect(preview.names).toEqual((await usual()).names);
  expect((preview.named("backups-machine").inputs.environment as Record<string, unknown>).SPEC).toEqual(
    new Unknown(),
  );
});

test("what is looked at is what is declared, to the letter: else it would drift for ever", async () => {
  const live = await withBackups({ recipients: [recipient] }, { isLive: true });
  const look = live.asked.find(({ inputs }) => inputs.command === "observe");
  const asked = specIn(look?.inputs ?? {}) as { items: Record<string, { kind: string; spec: unknown }> };
  for (const [name, kind] of [
    ["backups-app", "app"],
    ["backups-secrets", "secrets"],
    ["backups-machine", "backup"],
  ] as const)
    expect(asked.items[`community-${name}`], name).toMatchObject({
      kind,
      spec: specIn(live.named(name).inputs),
    });
});

test.each([
  ["backups-machine", ["backups-machine"]],
  ["backups-secrets", ["backups-machine", "backups-secrets"]],
])("drift of %s shows on what mends it", async (item, mended) => {
  const words = "secret MASTIFF_ESCROW is missing";
  const looks = {
    "mastiff-driver all observe": { [`community-${item}`]: { differences: [words] } },
  };
  const { resources } = await withBackups({}, { isLive: true, looks });
  const drifted = resources.filter(({ inputs }) => JSON.stringify(inputs.environment ?? {}).includes(words));
  expect(drifted.map(({ name }) => name).sort()).toEqual(mended);
});

test("of a live community the key is kept from being deleted, and a community that ends lets go of it", async () => {
  expect((await usual()).kept).not.toContain("backups-key");
  const live = await withBackups({}, { isLive: true });
  expect(live.kept.filter(isOfBackups)).toEqual(["backups-key"]);
  const config = { "mastiff:destroy": "mastiff.party" };
  warned.mockClear();
  const ending = await withBackups({ recipients: [recipient] }, { isLive: true, config });
  expect(ending.kept).toEqual([]);
  expect(said()).toContain("mastiff-party-db, mastiff-party-backup and mastiff-party-redis");
  expect(ending.outputs.leftAfterDestroy).toContain(
    "the bucket backups-mastiff-party with the backups: they open with the key in the exported state, and with the keys of mastiff:backup.recipients. The bucket's own rules delete each of them when its time is over; then delete the bucket in the Cloudflare dashboard",
  );
});

test("a community that is about to end gets no backups that it did not have", async () => {
  const state = await stateOf({});
  const calls = { "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: state }) };
  const config = { "mastiff:destroy": "mastiff.party" };
  warned.mockClear();
  const ending = await withBackups({}, { isLive: true, calls, config });
  expect(ending.names.filter(isOfBackups)).toEqual([]);
  expect(specIn(ending.named("web-machines-release").inputs)).not.toHaveProperty("backup");
  expect(said()).not.toContain("mastiff-party-backup");
  expect(said()).not.toContain("mastiff:backup is off");
  expect(JSON.stringify(ending.outputs.leftAfterDestroy)).not.toContain("with the backups");
});

test("where backups were switched off, the key stays: it opens those that are in the bucket", async () => {
  const state = await stateOf({ config: { "mastiff:backup": "{}" } });
  const calls = { "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: state }) };
  const off = await declareProgram({ isLive: true, calls });
  expect(off.names.filter(isOfBackups)).toEqual(["backups", "backups-key"]);
  expect(off.kept).toContain("backups-key");
  expect(off.outputs).not.toHaveProperty("backups");
  const config = { "mastiff:destroy": "mastiff.party" };
  warned.mockClear();
  const ending = await declareProgram({ isLive: true, calls, config });
  expect(ending.outputs.leftAfterDestroy).toContainEqual(
    expect.stringMatching(/^the bucket with the backups that were taken before mastiff:backup was off: /),
  );
});

const expiring = async (days: number) => {
  const made = await generateKey({
    userIDs: { name: "rex" },
    type: "ecc",
    curve: "curve25519Legacy",
    date: new Date(Date.now() - 10 * 86_400_000),
    keyExpirationTime: (10 + days) * 86_400,
    format: "armored",
  });
  return made.publicKey;
};

test("a recipient's key that has expired is refused before anything is declared, one that soon will is warned of", async () => {
  await withBackups({ recipients: [recipient, await expiring(20)] });
  expect(said()).toMatch(/The key [0-9A-F]{40} in mastiff:backup\.recipients\[1\] expires on /);
  const over = { recipients: [await expiring(-1)] };
  await expect(withBackups(over)).rejects.toThrow(
    /^The key [0-9A-F]{40} in mastiff:backup\.recipients\[0\] has expired on /,
  );
  // A community that ends needs no key any more.
  const config = { "mastiff:destroy": "mastiff.party" };
  await expect(withBackups(over, { isLive: true, config })).resolves.toBeDefined();
});

test("a recipient that the last backup was not encrypted for is warned of", async () => {
  const state = await stateOf({ config: { "mastiff:backup": "{}" } });
  const [urn = ""] = Object.keys(state).filter((one) => one.endsWith("backups-machine"));
  const machine = {
    ...(state[urn] as object),
    outputs: { stdout: JSON.stringify({ taken: { skipped: ["AAAA"] } }) },
  };
  const calls = {
    "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: { ...state, [urn]: machine } }),
  };
  await withBackups({ recipients: [recipient] }, { isLive: true, calls });
  expect(said()).toContain("The backups are not encrypted for AAAA, of mastiff:backup.recipients");
});

test("each run warns where nobody could open the backups without the state, and where there are none", async () => {
  await withBackups();
  expect(said()).toContain(
    'Only the state of this stack has a key that opens the backups of mastiff.party: if the state is lost, nobody can open them.\n  fix     add a public key of your own:  pulumi config set-all --path --plaintext "mastiff:backup.recipients[0]=$(gpg --armor --export <your address>)"',
  );
  expect(said()).not.toContain("will not show as a stack output");
  warned.mockClear();
  await withBackups({ recipients: [recipient] });
  expect(said()).not.toContain("backup");
  await declareProgram();
  expect(said()).toContain(
    "mastiff:backup is off: the only copies of the database of mastiff.party are Fly's snapshots of its volume, for five days.\n  fix     switch backups on:  pulumi config rm mastiff:backup",
  );
});
