import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app, type ProtectedCommunity, protectedCommunity } from "../../support/protected-community.ts";

describe("a community moves to another region and jurisdiction, with a smaller disk", () => {
  let community: ProtectedCommunity;
  beforeAll(async () => {
    community = await protectedCommunity({
      "mastiff:protect": "true",
      "mastiff:postgres": '{"volumeGb":2}',
    });
  });
  afterAll(() => community?.[Symbol.asyncDispose]());

  test("as docs/operations.md says: its secrets stay in the stack, all else is made anew around them", async () => {
    const { stack, world } = community;
    await world.meddle((state) => {
      const [upload] = Object.values(bucketOf(state).objects);
      if (upload !== undefined) bucketOf(state).objects["accounts/avatars/1.png"] = structuredClone(upload);
    });
    const [keys, secrets] = [await keysOfApp(), await secretsOfStack()];

    await stack.config({ "mastiff:destroy": "mastiff.party" });
    await community.up();
    // The dump, and what rclone copies.
    const before = await world.state();
    const [dump, objects] = [databaseOf(before).data, bucketOf(before).objects];
    const destroy = await stack.destroy(
      "--exclude",
      "**::community-secrets**",
      "--exclude",
      "**::community-identity**",
    );
    expect(destroy.exitCode, destroy.output).toBe(0);
    expect(await secretsOfStack()).toEqual(secrets);
    expect(Object.keys((await world.state()).fly.apps).filter((name) => name.startsWith(app))).toEqual([]);

    await stack.config({
      "mastiff:destroy": undefined,
      "mastiff:region": "fra",
      "mastiff:bucketJurisdiction": "eu",
      "mastiff:postgres": '{"volumeGb":1}',
    });
    const parts = ["fly", "database**", "cloudflare", "media", "media-bucket"];
    await community.up(...parts.flatMap((part) => ["--target", `**::community-${part}`]));
    await world.meddle((state) => {
      databaseOf(state).data = dump;
      bucketOf(state).objects = objects;
    });
    await community.up();

    expect(await keysOfApp()).toEqual(keys);
    expect(await secretsOfStack()).toEqual(secrets);
    const after = await world.state();
    expect(databaseOf(after)).toMatchObject({ region: "fra", sizeGb: 1, data: dump });
    expect(bucketOf(after)).toMatchObject({ jurisdiction: "eu" });
    expect(Object.keys(bucketOf(after).objects)).toContain("accounts/avatars/1.png");
    const machines = Object.values<{ region: string; state: string }>(after.fly.apps[app].machines);
    expect(new Set(machines.filter((one) => one.state === "started").map((one) => one.region))).toEqual(
      new Set(["fra"]),
    );
    await community.inSync();
  });

  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  type CloudState = any;
  function databaseOf(state: CloudState): { data: object; sizeGb: number; region: string } {
    return Object.values<{ data: object; sizeGb: number; region: string }>(
      state.fly.apps[`${app}-db`].volumes,
    )[0] as never;
  }
  function bucketOf(state: CloudState): { name: string; objects: Record<string, object> } {
    return state.cloudflare.buckets.find((one: { name: string }) => one.name === `files-${app}`);
  }
  async function keysOfApp(): Promise<object> {
    const secrets: Record<string, { value: string }> = (await community.world.state()).fly.apps[app].secrets;
    return Object.fromEntries(
      Object.entries(secrets)
        .filter(([name]) => /ENCRYPTION|VAPID|SECRET_KEY_BASE/.test(name))
        .map(([name, { value }]) => [name, value]),
    );
  }
  async function secretsOfStack(): Promise<object> {
    const resources = await community.stack.resources("--show-secrets");
    return Object.fromEntries(
      resources
        .filter(({ urn }) => /::community-secrets-/.test(urn))
        .map(({ urn, outputs }) => [urn.split("::").at(-1), outputs]),
    );
  }
});
