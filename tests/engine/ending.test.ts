import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { belongings, belongingsAtFirst } from "../support/belongings.ts";
import { communityThatIsUp } from "../support/golden.ts";
import { muchToLose } from "../support/protected-community.ts";
import type { TestStack } from "../support/stack.ts";
import type { TestWorld } from "../support/world.ts";

describe("a community ends", () => {
  let world: TestWorld;
  let stack: TestStack;
  let before: Belongings;
  const now = async () => belongings(await world.state()) as Belongings;

  beforeAll(async () => {
    before = (await belongingsAtFirst()) as Belongings;
    // Protected, as everywhere but in the dev stack.
    ({ world, stack } = await communityThatIsUp(() => ({ config: muchToLose })));
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  test("not by destroy alone: it refuses before it has deleted anything", async () => {
    const living = await now();
    // As a person runs it: a preview comes first, and meets what is protected.
    const refused = await stack.destroy("--skip-preview=false");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toMatch(/cannot be deleted\s+because it is protected/);
    expect(await now()).toEqual(living);
  });

  test("named, it is told what will be lost, dumped and unprotected", async () => {
    await stack.config({ "mastiff:destroy": "mastiff.party" });
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const warnings = up.diagnostics.filter((one) => one.severity === "warning").map((one) => one.message);
    const warning = warnings.find((words) => words.includes("is about to end")) ?? "";
    for (const words of [
      "mastiff.party is about to end",
      "the database mastiff-party-db",
      "all objects of the bucket files-mastiff-party",
      "npx mastiff tootctl -s dev self-destruct",
      "pulumi stack export --show-secrets",
    ])
      expect(warning).toContain(words);
    // Offered, not done.
    expect(JSON.stringify((await world.state()).fly.apps["mastiff-party"].secrets)).not.toContain(
      "SELF_DESTRUCT",
    );
    expect((await stack.resources()).filter((one) => one.protect === true)).toEqual([]);

    const { finalDump, leftAfterDestroy } = (await stack.outputs()) as unknown as Outputs;
    const objects = await farewell();
    expect(finalDump).toEqual({
      bucket: "files-mastiff-party-farewell",
      key: Object.keys(objects)[0],
      bytes: Object.values(objects)[0]?.size,
      entries: expect.any(Number),
      users: 1,
    });
    const left = leftAfterDestroy.join("\n");
    expect(left).toContain(`the last dump ${finalDump.key}`);
    expect(left).toContain("the SSL mode of mastiff.party");
    expect(left).not.toContain("at SendGrid");
  });

  test("destroyed, it leaves the dumps alone, and nobody has a key to it", async () => {
    const resources = await stack.resources("--show-secrets");
    const access = resources.find((one) => one.urn.endsWith("::community-final-dump-access"))?.outputs ?? {};
    const destroy = await stack.destroy();
    expect(destroy.exitCode, destroy.output).toBe(0);
    const [left, objects] = [await now(), await farewell()];
    expect(left.buckets.map((bucket) => bucket.name)).toEqual(["files-mastiff-party-farewell"]);
    expect({ ...left, buckets: [] }).toEqual({ ...before, buckets: [] });
    expect(Object.keys(objects)).toHaveLength(1);
    const { accessKeyId, secretAccessKey } = access as Record<"accessKeyId" | "secretAccessKey", string>;
    const s3 = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto", retries: 0 });
    const answer = await s3.fetch(`${world.url}/r2/files-mastiff-party-farewell?list-type=2`);
    expect(answer.status).toBe(401);
  });

  async function farewell(): Promise<Record<string, { size: number }>> {
    const bucket = (await now()).buckets.find((one) => one.name.endsWith("-farewell"));
    return bucket?.objects ?? {};
  }
});

interface Belongings {
  buckets: { name: string; objects: Record<string, { size: number }> }[];
}
interface Outputs {
  finalDump: { bucket: string; key: string };
  leftAfterDestroy: string[];
}
