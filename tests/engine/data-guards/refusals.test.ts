import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app, type ProtectedCommunity, protectedCommunity } from "../../support/protected-community.ts";

describe("what would lose data is refused", () => {
  let community: ProtectedCommunity;
  beforeAll(async () => {
    community = await protectedCommunity();
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test.each<[string, Record<string, string>, string, string]>([
    [
      "another domain",
      { "mastiff:domain": "www.mastiff.party", "mastiff:app": app, "mastiff:bucket": `files-${app}` },
      "domain would change from mastiff.party to www.mastiff.party: every account's handle and its identity at other servers hang on the domain",
      "bring up a second stack with the new domain, and let people move their accounts there",
    ],
    [
      "other apps",
      { "mastiff:app": "other" },
      "app would change from mastiff-party to other: the database and Redis would be made anew, empty, and the old ones deleted",
      "keep the name, it is seen nowhere but at <app>.fly.dev: pulumi config set mastiff:app mastiff-party",
    ],
    [
      "another organisation",
      { "mastiff:flyOrg": "personal" },
      "flyOrg would change from mastiff to personal: database and Redis stay in the organisation that has them",
      "take a dump, end the community but for its secrets, begin there and restore it (docs/operations.md, “Moving house”)",
    ],
    [
      "another region",
      { "mastiff:region": "fra" },
      "region would change from ams to fra: volumes do not move between regions",
      "take a dump, end the community but for its secrets, begin there and restore it (docs/operations.md, “Moving house”)",
    ],
    [
      "another Cloudflare account",
      { "mastiff:cloudflareAccountId": "00000000000000000000000000000d10" },
      "the bucket with every upload stays in the account that has it",
      "take a dump, end the community but for its secrets, begin there and restore it (docs/operations.md, “Moving house”)",
    ],
    [
      "another bucket",
      { "mastiff:bucket": "other-bucket" },
      "bucket would change from files-mastiff-party to other-bucket: every upload would stay behind in the old bucket",
      "keep the name, visitors see the one of mastiff:filesHost alone: pulumi config set mastiff:bucket files-mastiff-party",
    ],
    [
      "another jurisdiction",
      { "mastiff:bucketJurisdiction": "eu" },
      "bucketJurisdiction would change from default to eu: a bucket never changes its jurisdiction",
      "take a dump, end the community but for its secrets, begin there and restore it (docs/operations.md, “Moving house”)",
    ],
    [
      "a smaller disk, by its own key",
      { "mastiff:postgres": '{"volumeGb":1}' },
      "postgresVolumeGb would shrink from 2 to 1: a volume of Fly's only grows",
      "keep it: pulumi config set --path mastiff:postgres.volumeGb 2",
    ],
    [
      "a skipped minor version",
      { "mastiff:mastodonVersion": "v4.8.0" },
      "v4.6.10 → v4.8.0 skips a minor version: each one's migrations build on those before",
      "bring up a release of v4.7 first, then the next",
    ],
    [
      "another key in place of one that accounts sign with",
      { "mastiff:rotate": '{"encryptionPrimaryKey":"2026-11"}' },
      "never rotate: the accounts' signing keys and two-factor secrets are encrypted with them",
      "keep dumps safe",
    ],
  ])("%s is refused in the preview, without a look at Fly", async (_what, config, reason, way) => {
    const { exitCode, output } = await community.preview({ ...config, "mastiff:drift": "off" });
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain(reason);
    expect(output).toContain(way);
  });

  test("up without a preview refuses as well, and calls no cloud that changes", async () => {
    const calls = (await community.world.journal()).length;
    await community.stack.config({ "mastiff:region": "fra" });
    const up = await community.stack.up();
    await community.stack.config({ "mastiff:region": undefined });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain("region would change from ams to fra");
    expect(await community.world.journal(calls)).toEqual([]);
  });

  test.each([
    "database-postgres",
    "redis-machine",
    "media-bucket",
    "media-access",
    "secrets-encryption-salt",
  ])("%s is not replaced by a flag", async (name) => {
    const { exitCode, output } = await community.preview({}, "--replace", await community.urnOf(name));
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain("unable to replace resource");
  });

  test("a key that somebody unprotected is not made anew either, and the preview says what it would break", async () => {
    const urn = await community.urnOf("secrets-secret-key-base");
    await community.pulumi("state", "unprotect", urn, "--yes");
    const { exitCode, output } = await community.preview({}, "--replace", urn);
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain("secrets that must never change would be made anew, so nothing is done:");
    expect(output).toContain("- SECRET_KEY_BASE: every session and every signed link would be void");
    expect(output).toContain("proper way: keep them.");
    expect(output).not.toContain("- VAPID_PUBLIC_KEY");
  });

  test("a Mastiff that makes secrets in another way keeps those that are there", async () => {
    const state = await community.stack.exported("--show-secrets");
    for (const { urn, inputs, outputs } of state.deployment.resources ?? [])
      if (/::secrets-(encryption|secret-key|database|redis|owner)/.test(urn))
        inputs.length = outputs.length = 24;
    await community.importState(state);
    const { changes, output } = await community.stack.preview();
    expect(
      changes.map((step) => `${step.op} ${step.name}`),
      output,
    ).toEqual([]);
  });

  test("a state that lost its keys is refused at up, before a machine gets others; the old state mends it", async () => {
    const before = await community.stack.exported("--show-secrets");
    const kept = await secretsOfApp();
    await community.pulumi(
      "state",
      "delete",
      await community.urnOf("secrets-encryption-salt"),
      "--yes",
      "--force",
      "--target-dependents",
    );
    const up = await community.stack.up();
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain(`The app ${app} has other keys than this stack's state`);
    expect(up.output).toContain("pulumi stack import --file state.json");
    expect(await secretsOfApp()).toEqual(kept);
    await community.importState(before);
    await community.inSync();
  });

  async function secretsOfApp(): Promise<unknown> {
    return (await community.world.state()).fly.apps[app].secrets;
  }

  test("unprotected by hand, a destroy still leaves uploads and database, and says how a community ends", async () => {
    const way =
      "pulumi config set mastiff:destroy <domain>, pulumi up (takes a last dump), then pulumi destroy";
    const before = await uploads();
    expect(before.length).toBeGreaterThan(0);
    await community.pulumi("state", "unprotect", "--all", "--yes");
    const full = await community.stack.destroy();
    expect(full.exitCode).not.toBe(0);
    expect(full.output).toContain(`The bucket files-${app} is not emptied: uploads are in it`);
    expect(full.output).toContain(way);
    expect(await uploads()).toEqual(before);

    await community.world.meddle(({ cloudflare }) => {
      cloudflare.buckets[0].objects = {};
    });
    const empty = await community.stack.destroy();
    expect(empty.exitCode).not.toBe(0);
    expect(empty.output).toContain(
      `The database ${app}-db is not destroyed: mastiff_party, the community, is in it, and nobody has said that it ends.`,
    );
    expect(empty.output).toContain(way);
    expect((await community.world.state()).fly.apps[`${app}-db`]).toBeDefined();
  });

  async function uploads(): Promise<string[]> {
    return Object.keys((await community.world.state()).cloudflare.buckets[0].objects);
  }
});
