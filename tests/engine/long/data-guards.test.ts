import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app, type ProtectedCommunity, protectedCommunity } from "../../support/protected-community.ts";

describe("what would lose data is refused, however it is done", () => {
  let community: ProtectedCommunity;
  beforeAll(async () => {
    community = await protectedCommunity();
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("up without a preview refuses as well, and calls no cloud that changes", async () => {
    const calls = (await community.world.journal()).length;
    await community.stack.config({ "mastiff:region": "fra" });
    const up = await community.stack.up();
    await community.stack.config({ "mastiff:region": undefined });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain("region would change from ams to fra");
    expect(await community.world.journal(calls)).toEqual([]);
  });

  test("a Mastiff that makes secrets in another way keeps those that are there", async () => {
    const state = await community.stack.exported("--show-secrets");
    for (const { urn, inputs, outputs } of state.deployment.resources ?? [])
      if (/::community-secrets-(encryption|secret-key|database|redis|owner)/.test(urn))
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
    expect(up.output).toContain(`The keys of the app ${app} differ from those in this stack's state`);
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
    expect(full.output).toContain(`The bucket files-${app} is not emptied: it contains uploads`);
    expect(full.output).toContain(way);
    expect(await uploads()).toEqual(before);

    await community.world.meddle(({ cloudflare }) => {
      cloudflare.buckets[0].objects = {};
    });
    const empty = await community.stack.destroy();
    expect(empty.exitCode).not.toBe(0);
    expect(empty.output).toContain(
      `The database ${app}-db is not destroyed: it contains the community (mastiff_party), and nobody has confirmed that the community ends.`,
    );
    expect(empty.output).toContain(way);
    expect((await community.world.state()).fly.apps[`${app}-db`]).toBeDefined();
  });

  async function uploads(): Promise<string[]> {
    return Object.keys((await community.world.state()).cloudflare.buckets[0].objects);
  }
});
