import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { MediaBucket, type MediaBucketArgs } from "../../components/cloudflare/media-bucket.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";

const account = "00000000000000000000000000000d09";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const args: MediaBucketArgs = {
  accountId: account,
  zoneId: "zone",
  bucket: "files-acme",
  jurisdiction: "default",
  hosts: ["files.acme.social"],
  domain: "acme.social",
  stack: "3f9a1c0b77de mastiff/test",
  protect: true,
  dispensable: false,
};

function declare(more: Partial<MediaBucketArgs> = {}) {
  return resourcesOf(
    () => {
      const { accessKeyId, secretAccessKey } = new MediaBucket("media", { ...args, ...more });
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
    "media-domain-files-acme-social",
    "media-public-host",
    "media-token",
  ]);
  expect(declared.kept).toEqual(["media-access", "media-bucket"]);
  expect(declared.named("media-bucket")).toMatchObject({
    deleteBeforeReplace: true,
    replaceOnChanges: ["jurisdiction"],
    inputs: { accountId: account, name: "files-acme", jurisdiction: "default" },
  });
  expect(declared.named("media-domain-files-acme-social").inputs).toEqual({
    accountId: account,
    bucketName: "files-acme",
    jurisdiction: "default",
    domain: "files.acme.social",
    zoneId: "zone",
    enabled: true,
    minTls: "1.2",
  });
  expect(declared.named("media-public-host")).toMatchObject({
    dependsOn: expect.arrayContaining(["media-domain-files-acme-social"]),
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

test("an old name of the uploads keeps its resource beside the new one", async () => {
  const declared = await declare({ hosts: ["media.acme.social", "files.acme.social"] });
  const domains = ["media-domain-files-acme-social", "media-domain-media-acme-social"];
  expect(declared.names.filter((name) => name.startsWith("media-domain"))).toEqual(domains);
  expect(declared.named("media-domain-files-acme-social").inputs).toEqual(
    (await declare()).named("media-domain-files-acme-social").inputs,
  );
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
  for (const name of [
    "media-bucket",
    "media-cors",
    "media-domain-files-acme-social",
    "media-public-host",
    "media-access",
  ])
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

test("uploads are kept by what is made after a release, unless the community may end", async () => {
  const guarded = (more: Partial<MediaBucketArgs> = {}) =>
    resourcesOf(
      () => {
        const released = new pulumi.ComponentResource("test:Release", "released");
        new MediaBucket("media", { ...args, ...more }).keepUploads(released);
      },
      { outputs: { "cloudflare:index/accountToken:AccountToken": (name) => ({ value: `planted-${name}` }) } },
    );
  const kept = await guarded();
  expect(kept.named("media-access").inputs).toMatchObject({ dispensable: true });
  expect(kept.named("media-guard").inputs).not.toHaveProperty("dispensable");
  expect(kept.named("media-guard").dependsOn).toContain("media-access");
  expect(kept.kept).toEqual(["media-access", "media-bucket", "media-guard"]);
  const ending = await guarded({ protect: false, dispensable: true });
  expect(ending.kept).toEqual([]);
  expect(ending.named("media-guard").inputs).toMatchObject({ dispensable: true });
});
