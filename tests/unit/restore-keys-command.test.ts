import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasSecrets, type OpenResource, ownTargetsOf, targetsOf } from "../../cli/restore/given-secrets.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";
import { backupPair, type Pair, putSealedBackup } from "../support/sealed-backup.ts";

const secrets: Record<string, string> = {
  SECRET_KEY_BASE: "ab".repeat(64),
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "planted-primary",
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "planted-deterministic",
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "planted-salt",
  VAPID_PRIVATE_KEY: "J-0itzQpqBYdSAir5AZn-RFzhn142xvhQ5gRZfXUaBE=",
  VAPID_PUBLIC_KEY:
    "BPE29DlHpwYxn1CQ14msBGBPsWfSDZNUvT4UYEovWJRSRM4FhNhQjAQpI439fXcA3pWIkcVL1iGve1D86d28M6g=",
};
const escrow = { domain: "mastiff.party", version: "v4.7.4", secrets };

const urnOf = (name: string) => `urn:pulumi:acme::mastiff::a:type:Of::${name}`;
/** A state with a community and, within it, the resources of these names. */
const stateOf = (community?: string, ...names: string[]) => ({
  version: 3,
  deployment: {
    resources: [community ?? [], names].flat().map(
      (name): OpenResource => ({
        urn: urnOf(name),
        type: name === community ? "mastiff:index:Community" : "a:type:Of",
        ...(name !== community && { parent: urnOf(community ?? "") }),
        outputs: { result: "new", privateKeyPem: "new" },
      }),
    ),
  },
});
/** Logical names of what `restore-keys` makes of a community: itself, and what is within it. */
const namesOf = (community: string) =>
  targetsOf(community, escrow).map((target) => target.split("::").at(-1) ?? "");
const made = stateOf(...namesOf("community"));

let pair: Pair;
beforeAll(async () => {
  pair = await backupPair();
});
let s3: S3Server;
let folder: string;
let pulumi: ScriptedPulumi | undefined;
let name: string;
beforeEach(async () => {
  s3 = await startS3("backups-mastiff-party");
  folder = mkdtempSync(join(tmpdir(), "restore-keys-"));
  writeFileSync(join(folder, "key.asc"), pair.privateKey);
  const put = await putSealedBackup(s3, pair, secrets, { hours: 9 });
  ({ name } = put);
  writeFileSync(join(folder, `${name}.escrow.gpg`), s3.objects.get(put.manifest.escrow) ?? "");
});
afterEach(async () => {
  pulumi?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
  await s3[Symbol.asyncDispose]();
});

/** A pulumi with this state, whose `up` makes what is targeted. Without `up`, nothing may be made. */
function engine({ state = stateOf(), up = true, config = {} } = {}): ScriptedPulumi {
  const [now, after] = [join(folder, "state"), join(folder, "made")];
  writeFileSync(now, JSON.stringify(state));
  writeFileSync(after, JSON.stringify(made));
  const { "config --json": plain, ...answers } = stackAnswers("acme", config);
  const secret = { "mastiff:backupSecretAccessKey": { value: undefined, secret: true } };
  const all = { ...JSON.parse(String(plain)), ...("mastiff:backupAccessKeyId" in config && secret) };
  pulumi = scriptedPulumi({
    ...answers,
    "config --json": JSON.stringify(all),
    "stack export": { script: `cat '${now}'` },
    "stack import": { script: `cat > '${now}'` },
    "config get": "a-secret\n",
    ...(up && { "up --yes": { script: `cp '${after}' '${now}'` } }),
  });
  return pulumi;
}
const stateNow = () => JSON.parse(readFileSync(join(folder, "state"), "utf8"));

const give = (args: string[], scripted: ScriptedPulumi = engine()) =>
  runMastiff(["restore-keys", "-s", "acme", "--key", join(folder, "key.asc"), ...args], {
    pulumi: scripted,
    flyctl: () => {
      throw new Error("nothing on Fly is asked or changed");
    },
  });
const inFile = () => ["--from", join(folder, `${name}.escrow.gpg`)];
const verbs = () => pulumi?.calls().map((line) => line.split(" ").slice(0, 2).join(" "));

/** Config of a bucket with a key of the operator's own. */
const ownBucket = () => ({
  "mastiff:backup": JSON.stringify({
    bucket: "backups-mastiff-party",
    s3: { endpoint: s3.url, region: "eu-central-003" },
  }),
  "mastiff:backupAccessKeyId": "my-key",
});

test("a new stack gets the secrets of an escrow in a file, and is told how it goes on", async () => {
  const { code, stdout, stderr } = await give(inFile());
  expect(code, stderr).toBe(0);
  expect(stdout).toBe("The stack acme has the 6 secrets of mastiff.party.\n");
  expect(stderr).toContain("  pulumi up -s acme\n");
  expect(stderr).toContain(`  npx mastiff restore -s acme --from ${name} --key <file>\n`);
  expect(hasSecrets(stateNow(), "community", escrow)).toBe(true);
  const line = pulumi?.calls().find((call) => call.startsWith("up ")) ?? "";
  for (const target of targetsOf("community", escrow)) expect(line).toContain(`--target ${target}`);
  expect(stderr + pulumi?.calls().join("\n")).not.toMatch(/planted|PRIVATE KEY/);
});

test("run again, it finds the secrets there and changes nothing", async () => {
  await give(inFile());
  const before = stateNow();
  pulumi?.[Symbol.dispose]();
  const { code } = await give(inFile(), engine({ state: before, up: false }));
  expect([code, verbs()?.includes("stack import")]).toEqual([0, false]);
});

test("a run that was killed after the resources were made is completed", async () => {
  const { code } = await give(inFile(), engine({ state: made }));
  expect([code, hasSecrets(stateNow(), "community", escrow)]).toEqual([0, true]);
});

test("the newest backup in the bucket is read with the operator's own key", async () => {
  const { code, stderr } = await give([], engine({ config: ownBucket() }));
  expect(code, stderr).toBe(0);
  expect(s3.signedFor[0]).toBe("eu-central-003 my-key");
  expect(stderr).toContain(`--from ${name} --key <file>\n`);
});

test("the newest backup is not taken when another one has much more in it: it may be of an empty community", async () => {
  const rows = { accounts: 1, users: 1, statuses: 0 };
  await putSealedBackup(
    s3,
    pair,
    { ...secrets, SECRET_KEY_BASE: "cd".repeat(64) },
    { hours: 1, manifest: { rows } },
  );
  const { code, stderr } = await give([], engine({ config: ownBucket(), up: false }));
  expect([code, stderr]).toEqual([1, expect.stringContaining(`The one of ${name} has 52 and 1203455.\n`)]);
});

describe("is refused", () => {
  test("a community that has been up", async () => {
    const state = stateOf("community", "community-secrets-memory", "community-lock");
    const { code, stderr } = await give(inFile(), engine({ state, up: false }));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The community community has been up: the state has community-secrets-memory, community-lock\. /,
    );
    expect(stderr).toContain("  npx mastiff restore -s acme --from latest\n");
    expect(verbs()).not.toContain("stack import");
  });

  test("a stack for another domain", async () => {
    const { code, stderr } = await give(inFile(), engine({ config: { "mastiff:domain": "cats.party" } }));
    expect(code).toBe(1);
    expect(stderr).toContain("The escrow is of mastiff.party, and the stack acme is for cats.party.\n");
    expect(stderr).toContain("pulumi config set mastiff:domain mastiff.party -s acme\n");
  });

  test.each<[what: string, changed: Record<string, string>, words: string]>([
    [
      "of a database from before Mastodon 4.4, without otpSecret",
      { ...secrets, OTP_SECRET: "cd".repeat(64) },
      "The escrow has an OTP_SECRET: the database is from before Mastodon 4.4.\n  set in  mastiff:otpSecret\n",
    ],
    [
      "with a SECRET_KEY_BASE of another form",
      { ...secrets, SECRET_KEY_BASE: "short" },
      "The escrow cannot be used: its SECRET_KEY_BASE does not have the form of a secret of Rails.\n",
    ],
  ])("an escrow %s", async (_what, changed, words) => {
    const { manifest } = await putSealedBackup(s3, pair, changed, { hours: 9 });
    writeFileSync(join(folder, `${name}.escrow.gpg`), s3.objects.get(manifest.escrow) ?? "");
    const { code, stderr } = await give(inFile(), engine({ up: false }));
    expect([code, stderr.startsWith(words)], stderr).toEqual([1, true]);
  });

  test("a program that makes no such community", async () => {
    const { code, stderr } = await give([...inFile(), "--community", "dogs"]);
    expect(code).toBe(1);
    expect(stderr).toContain('The program of this stack makes no community "dogs".\n');
  });

  test("a key of somebody else", async () => {
    writeFileSync(join(folder, "key.asc"), (await backupPair()).privateKey);
    const { code, stderr } = await give(inFile());
    expect(code).toBe(1);
    expect(stderr).toContain(`gpg --list-packets ${join(folder, name)}.escrow.gpg\n`);
  });

  test("a bucket without a token for it", async () => {
    const { code, stderr } = await give([]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "There is no token for Cloudflare, so the bucket of the backups cannot be read.\n",
    );
  });

  test("a bucket that refuses the key, without a word of pulumi up, which would make other secrets", async () => {
    s3.refusal = { status: 403, code: "AccessDenied" };
    const { code, stderr } = await give([], engine({ config: ownBucket() }));
    expect(code).toBe(1);
    expect(stderr).toContain("a key of your own has to list the bucket and to read its objects\n");
    expect(stderr).not.toContain("pulumi up");
  });

  test("a file that is not there, as wrong usage", async () => {
    const { code, stderr } = await give(["--from", "/nowhere/a.escrow.gpg"]);
    expect([code, stderr]).toEqual([
      2,
      "--from: /nowhere/a.escrow.gpg cannot be read (ENOENT).\n  fix     the escrow of a backup is beside its dump:  --from <path>/<time>.escrow.gpg\n",
    ]);
  });
});

describe("a community that a program makes from arguments", () => {
  /** The state, in which the component has what the program gave it. */
  const described = (domain = "mastiff.party", more: object = {}) => {
    const { deployment, ...state } = stateOf(...namesOf("cats"));
    const inputs = {
      domain,
      owner: { username: "rex", email: "rex@mastiff.party" },
      cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
      fly: { organization: "mastiff" },
      ...more,
    };
    const resources = deployment.resources.map((one) =>
      one.urn === urnOf("cats") ? { ...one, inputs } : one,
    );
    return { ...state, deployment: { resources } };
  };
  /** The same state, with one more resource. */
  const beside = (resource: OpenResource) => {
    const { deployment, ...state } = described();
    return { ...state, deployment: { resources: [...deployment.resources, resource] } };
  };
  /** An engine whose config says of its stack only which of a fleet's it is, and nothing of a community. */
  const program = (state: object, after: object = state) => {
    const scripted = engine();
    scripted[Symbol.dispose]();
    const [now, next] = [join(folder, "state"), join(folder, "made")];
    writeFileSync(now, JSON.stringify(state));
    writeFileSync(next, JSON.stringify(after));
    pulumi = scriptedPulumi({
      ...stackAnswers("acme"),
      "config --json": '{"mastiff:tags":{"value":"[\\"eu\\"]","secret":false}}',
      "stack export": { script: `cat '${now}'` },
      "stack import": { script: `cat > '${now}'` },
      "up --yes": { script: `cp '${next}' '${now}'` },
    });
    return pulumi;
  };

  test("is made without its secrets first, which tells where its backups are", async () => {
    const { code, stdout, stderr } = await give(
      [...inFile(), "--community", "cats"],
      program(stateOf(), described()),
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("The stack acme has the 6 secrets of mastiff.party.\n");
    expect(stderr).toContain("npx mastiff restore -s acme --community cats --from ");
    const [first = ""] = pulumi?.calls().filter((call) => call.startsWith("up ")) ?? [];
    expect(first.match(/--target \S+/g)).toEqual(ownTargetsOf("cats").map((target) => `--target ${target}`));
    expect(hasSecrets(stateNow(), "cats", escrow)).toBe(true);
  });

  test("has to be the one of the escrow, and has to be there", async () => {
    const other = await give([...inFile(), "--community", "cats"], program(described("cats.party")));
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("The escrow is of mastiff.party, and the program makes cats for cats.party.\n"),
    ]);
    const none = await give([...inFile(), "--community", "dogs"], program(stateOf()));
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining('The program of this stack makes no community "dogs".\n'),
    ]);
  });

  test("is changed in the program, not in config, where the escrow needs it", async () => {
    const { manifest } = await putSealedBackup(
      s3,
      pair,
      { ...secrets, OTP_SECRET: "cd".repeat(64) },
      { hours: 9 },
    );
    writeFileSync(join(folder, `${name}.escrow.gpg`), s3.objects.get(manifest.escrow) ?? "");
    const { code, stderr } = await give([...inFile(), "--community", "cats"], program(described()));
    expect([code, stderr]).toEqual([1, expect.stringContaining("the argument  otpSecret: true\n")]);
  });

  test("that has been up is not touched", async () => {
    const lock = { urn: urnOf("cats-lock"), type: "a:type:Of", parent: urnOf("cats") };
    const { code, stderr } = await give([...inFile(), "--community", "cats"], program(beside(lock)));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The community cats has been up: the state has cats-lock\./);
    expect(stderr).toContain("  npx mastiff restore -s acme --community cats --from latest\n");
    expect(verbs()).not.toContain("up --yes");
  });

  test("is a new one beside other things of its program", async () => {
    const website = { urn: urnOf("website"), type: "a:type:Of" };
    const { code, stderr } = await give([...inFile(), "--community", "cats"], program(beside(website)));
    expect(code, stderr).toBe(0);
    expect(hasSecrets(stateNow(), "cats", escrow)).toBe(true);
  });

  test("that waits for other things of its program is not made before them: the line that makes them is said", async () => {
    const waits = (urn: string, on: string) =>
      `echo "error: Resource '${urnOf(urn)}' depends on '${urnOf(on)}' which was was not specified in --target list."`;
    program(stateOf())[Symbol.dispose]();
    pulumi = scriptedPulumi({
      ...stackAnswers("acme"),
      "config --json": "{}",
      "stack export": JSON.stringify(stateOf()),
      "up --yes": { script: `${waits("cats", "website")}; exit 255` },
      // A preview names what the targets wait for, and what the first ones wait for once they are targets too.
      "preview --non-interactive": {
        script: `case "$*" in *::office*) ;; *::website*) ${waits("website", "office")}; exit 255 ;; *) exit 254 ;; esac`,
      },
    });
    const { code, stderr } = await give([...inFile(), "--community", "cats"], pulumi);
    const targets = [urnOf("website"), urnOf("office"), ...ownTargetsOf("cats")];
    expect([code, stderr.split("\n").slice(1)]).toEqual([
      1,
      [
        "The community cats waits for other resources of the program, which do not exist yet: website, office. This command creates nothing in any cloud.",
        `  fix     create them, and of the community only what is in no cloud:  pulumi up -s acme ${targets.map((one) => `--target '${one}'`).join(" ")}`,
        "          then run this command again",
        "",
      ],
    ]);
  });

  test("with the secret of its own key in the program only, needs the escrow in a file", async () => {
    const own = {
      backup: { s3: { endpoint: s3.url, region: "x" }, bucket: "backups-mastiff-party" },
      backupKey: { accessKeyId: "my-key", secretAccessKey: "sealed" },
    };
    const { code, stderr } = await give(["--community", "cats"], program(described("mastiff.party", own)));
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("The secret of the key my-key is in the program of acme, "),
    ]);
  });
});

test("where a stopped run holds the lock, there is a way on", async () => {
  const scripted = engine({ up: false });
  scripted[Symbol.dispose]();
  pulumi = scriptedPulumi({
    ...stackAnswers("acme"),
    "stack export": JSON.stringify(stateOf()),
    "up --yes": {
      script:
        "echo 'error: the stack is currently locked by 1 lock(s). created by rex@laptop (pid 7) at 2026-11-29T03:00:00Z' >&2; exit 255",
    },
  });
  const { code, stderr } = await give(inFile(), pulumi);
  expect(code).toBe(1);
  expect(stderr).toContain("Another run holds the lock of acme: rex@laptop, process 7");
  expect(stderr).toContain("npx mastiff recover -s acme\n");
});
