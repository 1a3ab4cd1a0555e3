import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { MediaBucket, type MediaBucketArgs } from "../../components/media-bucket.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";

const account = "00000000000000000000000000000d09";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function declare(more: Partial<MediaBucketArgs> = {}) {
  return resourcesOf(
    () => {
      const { accessKeyId, secretAccessKey } = new MediaBucket("media", {
        accountId: account,
        zoneId: "zone",
        bucket: "files-acme",
        jurisdiction: "default",
        host: "files.acme.social",
        domain: "acme.social",
        stack: "3f9a1c0b77de mastiff/test",
        protect: true,
        ...more,
      });
      return { accessKeyId, secretAccessKey };
    },
    { outputs: { "cloudflare:index/accountToken:AccountToken": (name) => ({ value: `planted-${name}` }) } },
  );
}

test("a bucket with its public name, its CORS policy, and a key that was seen to work", async () => {
  const declared = await declare();
  expect(declared.names).toEqual([
    "media",
    "media-access",
    "media-bucket",
    "media-cors",
    "media-domain",
    "media-public-host",
    "media-token",
  ]);
  expect(declared.kept).toEqual(["media-access", "media-bucket"]);
  expect(declared.named("media-bucket")).toMatchObject({
    deleteBeforeReplace: true,
    replaceOnChanges: ["jurisdiction"],
    inputs: { accountId: account, name: "files-acme", jurisdiction: "default" },
  });
  expect(declared.named("media-domain").inputs).toEqual({
    accountId: account,
    bucketName: "files-acme",
    jurisdiction: "default",
    domain: "files.acme.social",
    zoneId: "zone",
    enabled: true,
    minTls: "1.2",
  });
  expect(declared.named("media-public-host")).toMatchObject({
    dependsOn: expect.arrayContaining(["media-domain"]),
    inputs: { accountId: account, bucket: "files-acme", host: "files.acme.social", minTls: "1.2" },
  });
  expect(declared.named("media-cors").inputs).toMatchObject({
    rules: [
      {
        id: "Mastiff 3f9a1c0b77de mastiff/test",
        allowed: { methods: ["GET", "HEAD"], origins: ["https://acme.social"], headers: ["*"] },
      },
    ],
  });
});

test("the key opens this bucket alone, and is made from the token as R2 makes it", async () => {
  const declared = await declare();
  const [policy] = declared.named("media-token").inputs.policies as { resources: string }[];
  expect(policy).toEqual({
    effect: "allow",
    permissionGroups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
    resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${account}_default_files-acme`]: "*" }),
  });
  const secret = new Secret(sha256("planted-media-token"));
  expect(declared.outputs).toEqual({ accessKeyId: "media-token-id", secretAccessKey: secret });
  expect(declared.named("media-access")).toMatchObject({
    secretOutputs: ["secretAccessKey"],
    dependsOn: expect.arrayContaining(["media-bucket", "media-token"]),
    inputs: { accessKeyId: "media-token-id", secretAccessKey: secret, keepObjects: false },
  });
});

test("a bucket in the EU has its token for that jurisdiction", async () => {
  const declared = await declare({ jurisdiction: "eu" });
  expect(JSON.stringify(declared.named("media-token").inputs)).toContain(`${account}_eu_files-acme`);
  for (const name of ["media-bucket", "media-cors", "media-domain", "media-public-host", "media-access"])
    expect(declared.named(name).inputs.jurisdiction, name).toBe("eu");
});

test("another word is another token under a name of its own", async () => {
  const declared = await declare({ keyWord: "2026-11" });
  expect(declared.names).not.toContain("media-token");
  expect(declared.named("media-token-2026-11").inputs.name).toBe(
    "Mastiff 3f9a1c0b77de mastiff/test (2026-11)",
  );
  expect(declared.outputs.secretAccessKey).toEqual(new Secret(sha256("planted-media-token-2026-11")));
});

test("with a key of the operator's no token is made", async () => {
  const key = { accessKeyId: "own", secretAccessKey: pulumi.secret("own-secret") };
  const declared = await declare({ key });
  expect(declared.names).not.toContain("media-token");
  expect(declared.outputs).toEqual({ accessKeyId: "own", secretAccessKey: new Secret("own-secret") });
});

test("uploads may be emptied only where a community may end", async () => {
  expect((await declare()).named("media-access").inputs).not.toHaveProperty("dispensable");
  const ending = await declare({ protect: false });
  expect(ending.kept).toEqual([]);
  expect(ending.named("media-access").inputs).toMatchObject({ dispensable: true });
});
