import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { farewellBucket } from "../../components/config/derived-names.ts";
import { FinalDump, type FinalDumpArgs } from "../../components/stack/final-dump.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { place, specIn } from "./place.ts";

const account = "00000000000000000000000000000d09";

// What is about to go is said on the screen.
let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => warned.mockRestore());

const declare = (more: Partial<FinalDumpArgs> = {}) =>
  resourcesOf(
    () => {
      const { dump, left } = new FinalDump("final-dump", {
        place,
        facts: {
          domain: "acme.social",
          zone: "acme.social",
          zoneMode: "owned",
          app: "acme",
          bucket: "files-acme",
          redisKind: "own",
          mail: "sendgrid",
        },
        adopted: { mailDomain: true, sender: false },
        appName: "acme",
        databaseApp: "acme-db",
        accountId: account,
        jurisdiction: "default",
        after: [],
        ...more,
      });
      return { dump, left };
    },
    {
      outputs: {
        "final-dump-token": { value: "planted-token" },
        "final-dump-taken": {
          stdout: JSON.stringify({
            bucket: "files-acme-farewell",
            key: "last.dump",
            bytes: null,
            users: null,
          }),
        },
      },
    },
  );

test("the dump goes to a bucket that outlives the stack, with a key for that bucket alone", async () => {
  const declared = await declare();
  expect(declared.names).toEqual([
    "final-dump",
    "final-dump-access",
    "final-dump-bucket",
    "final-dump-taken",
    "final-dump-token",
  ]);
  expect(declared.kept).toEqual([]);
  expect(declared.named("final-dump-bucket")).toMatchObject({
    type: "pulumi-nodejs:dynamic/cloudflare:KeptBucket",
    inputs: { accountId: account, bucket: "files-acme-farewell", jurisdiction: "default" },
  });
  expect(declared.named("final-dump-access").inputs).toMatchObject({ keepObjects: true });
  expect(JSON.stringify(declared.named("final-dump-token").inputs)).toContain(
    `com.cloudflare.edge.r2.bucket.${account}_default_files-acme-farewell`,
  );
});

test("the key reaches the driver by standard input; where the dump is, is no secret", async () => {
  const { inputs, secretOutputs } = (await declare()).named("final-dump-taken");
  const secretAccessKey = createHash("sha256").update("planted-token").digest("hex");
  expect(inputs.stdin).toEqual(
    new Secret(JSON.stringify({ accessKeyId: "final-dump-token-id", secretAccessKey })),
  );
  expect(secretOutputs).toEqual([]);
  expect(specIn(inputs)).toEqual({
    app: "acme",
    server: "acme-db",
    bucket: "files-acme-farewell",
    bucketUrl: `https://${account}.r2.cloudflarestorage.com/files-acme-farewell`,
  });
});

test("people's data stays under the same law", async () => {
  const declared = await declare({ jurisdiction: "eu" });
  expect(declared.named("final-dump-bucket").inputs.jurisdiction).toBe("eu");
  expect(specIn(declared.named("final-dump-taken").inputs)).toMatchObject({
    bucketUrl: `https://${account}.eu.r2.cloudflarestorage.com/files-acme-farewell`,
  });
});

test("the operator's own key is used where there is one", async () => {
  const key = { accessKeyId: "own", secretAccessKey: pulumi.secret("own-secret") };
  const declared = await declare({ key });
  expect(declared.names).not.toContain("final-dump-token");
  expect(declared.named("final-dump-access").inputs).toMatchObject({
    accessKeyId: "own",
    secretAccessKey: new Secret("own-secret"),
  });
});

test("it is said before what goes for good, and afterwards what is left", async () => {
  const declared = await declare();
  const said = warned.mock.calls.flat().join("\n");
  expect(said).toContain("mastiff:destroy is set: acme.social is about to end.");
  expect(said).toContain("pulumi stack export --show-secrets > state.json");
  expect(said).toContain("pulumi config rm mastiff:destroy && pulumi up");
  expect(declared.outputs.left).toEqual([
    "the bucket files-acme-farewell with the last dump last.dump: download it, then delete the bucket in the Cloudflare dashboard. It contains people's data: do not keep it longer than you may",
    "the zone acme.social, and every record in it that this stack did not create",
    'the SSL mode of acme.social, Full (strict): a setting has no "off", and every other mode is weaker',
    "the mail domain acme.social at SendGrid: it existed before this stack",
    "Fly's snapshots of the volumes, for the rest of their five days",
    "the empty stack and its history, which contain the old secrets, encrypted: pulumi stack rm, once nobody needs them",
  ]);
});

test("the bucket's name fits R2's 63 characters, and is that of no other bucket's last dump", () => {
  expect(farewellBucket("b".repeat(63))).toMatch(/^b{45}-[0-9a-f]{8}-farewell$/);
  expect(farewellBucket("b".repeat(63))).not.toBe(farewellBucket("b".repeat(62)));
  expect(farewellBucket("files-acme")).toBe("files-acme-farewell");
});
