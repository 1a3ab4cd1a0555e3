import { describe, expect, test } from "vitest";
import { appsOf } from "../../components/config/derived-names.ts";
import { costOf } from "../../components/cost/cost.ts";
import { mirrorThings, planMirror } from "../../components/mirror/mirror-plan.ts";
import { parse, problems, required } from "../support/config.ts";

const mirror = (parts: object) => ({ uploadsMirror: JSON.stringify(parts) });
const key = { mirrorAccessKeyId: "id", mirrorSecretAccessKey: "secret" };
const encrypted = ["mirrorSecretAccessKey", "r2SecretAccessKey", "backupSecretAccessKey"];
const s3 = { endpoint: "https://s3.example.org/", region: "eu-1" };
const account = "f".repeat(32);

test("there is no mirror unless config asks for one: it is a second bucket to pay", () => {
  expect(planMirror(parse())).toBeUndefined();
  expect(appsOf(parse())).not.toContain("mastiff-party-mirror");
  expect(costOf(parse()).use.filter(({ what }) => what.startsWith("mirror"))).toEqual([]);
});

test("a mirror is in R2, in the jurisdiction of the uploads, with no key in the plain", () => {
  const plan = planMirror(parse({ ...mirror({ account }), bucketJurisdiction: "eu" }));
  expect(plan).toEqual({
    app: "mastiff-party-mirror",
    schedule: "daily",
    from: "files-mastiff-party",
    to: "mirror-mastiff-party",
    env: {
      RCLONE_CONFIG_UPLOADS_TYPE: "s3",
      RCLONE_CONFIG_UPLOADS_PROVIDER: "Cloudflare",
      RCLONE_CONFIG_UPLOADS_ENDPOINT: `https://${required.cloudflareAccountId}.eu.r2.cloudflarestorage.com`,
      RCLONE_CONFIG_UPLOADS_REGION: "auto",
      RCLONE_CONFIG_UPLOADS_NO_CHECK_BUCKET: "true",
      RCLONE_CONFIG_MIRROR_TYPE: "s3",
      RCLONE_CONFIG_MIRROR_PROVIDER: "Cloudflare",
      RCLONE_CONFIG_MIRROR_ENDPOINT: `https://${account}.eu.r2.cloudflarestorage.com`,
      RCLONE_CONFIG_MIRROR_REGION: "auto",
      RCLONE_CONFIG_MIRROR_NO_CHECK_BUCKET: "true",
    },
  });
  expect(appsOf(parse(mirror({})))).toContain("mastiff-party-mirror");
});

test("another S3 has the operator's bucket", () => {
  const config = { ...mirror({ s3, bucket: "acme-uploads", schedule: "weekly" }), ...key };
  expect(planMirror(parse(config, encrypted))).toMatchObject({
    schedule: "weekly",
    to: "acme-uploads",
    env: {
      RCLONE_CONFIG_MIRROR_PROVIDER: "Other",
      RCLONE_CONFIG_MIRROR_ENDPOINT: "https://s3.example.org",
      RCLONE_CONFIG_MIRROR_REGION: "eu-1",
    },
  });
});

test("the machine runs one image by its digest", () => {
  const plan = planMirror(parse(mirror({})));
  const { machine } = mirrorThings(
    "dogs-mirror",
    { org: "acme", region: "ams" },
    plan as NonNullable<typeof plan>,
  );
  expect((machine.spec as { image: string }).image).toMatch(/^rclone\/rclone:[\d.]+@sha256:[0-9a-f]{64}$/);
});

test("its price is that of storage, lists, traffic and hours", () => {
  const parts = (config: Record<string, string>, secrets: string[] = []) =>
    costOf(parse(config, secrets))
      .use.filter(({ what }) => what.startsWith("mirror"))
      .map(({ what, micros }) => [what, micros]);
  expect(parts(mirror({}))).toEqual([
    // 5 hours of 13.19 a month.
    ["mirror: machine", 91_585],
    ["mirror: machine, while it is stopped", 15_000],
    ["mirror: traffic of new uploads", 100_000],
    // 30 runs of 334 lists of each bucket, and 33,334 files, at 4.50 a million.
    ["mirror: lists and writes", 240_183],
    ["mirror: storage", 750_000],
  ]);
  const elsewhere = parts({ ...mirror({ s3, bucket: "acme-uploads" }), ...key }, encrypted);
  expect(elsewhere.map(([what]) => what)).not.toContain("mirror: storage");
});

describe("refused, with the reason", () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      "a key for nothing",
      key,
      Object.keys(key).map(
        (name) => `${name}: applies only to a mirror of the uploads, and mastiff:uploadsMirror is not set`,
      ),
    ],
    [
      "half a key",
      { ...mirror({}), mirrorAccessKeyId: "id" },
      ["mirrorSecretAccessKey: a key has two halves: mirrorAccessKeyId and mirrorSecretAccessKey"],
    ],
    [
      "the bucket of the uploads",
      mirror({ bucket: "files-mastiff-party" }),
      ["uploadsMirror: is the bucket of the uploads themselves: the mirror needs a bucket of its own"],
    ],
    [
      "the bucket of the backups",
      mirror({ bucket: "backups-mastiff-party" }),
      [
        "uploadsMirror: is the bucket of the backups, whose rules delete what is old: the mirror needs a bucket of its own",
      ],
    ],
    [
      "another S3 without a key",
      mirror({ s3, bucket: "acme-uploads" }),
      Object.keys(key).map(
        (name) => `${name}: https://s3.example.org needs a key of yours for the bucket of the mirror`,
      ),
    ],
    [
      "another S3 with an account",
      { ...mirror({ s3, bucket: "acme-uploads", account }), ...key },
      ["uploadsMirror: applies only to R2, and mastiff:uploadsMirror.s3 names another place"],
    ],
  ])("%s", (_what, config, expected) => {
    expect(problems(config, encrypted)).toEqual(expected);
  });

  test("the same name in another account is another bucket", () => {
    expect(problems(mirror({ bucket: "backups-mastiff-party", account }))).toEqual([]);
  });
});
