import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { halfAnswered, refuseHalfAnswers } from "../../components/cloudflare/answers.ts";
import { mintBucketKey } from "../../components/cloudflare/bucket-key.ts";
import { DnsRecord } from "../../components/cloudflare/cloudflare.ts";
import {
  explainCloudflareErrors,
  hintFor,
  hintForNoAnswer,
  hints,
} from "../../components/cloudflare/hints.ts";
import { MailRecords } from "../../components/mail/mail-records.ts";
import { resourcesOf } from "../support/resources-of.ts";

let said: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  said = vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => said.mockRestore());

const record = { zoneId: "zone", type: "A", name: "acme.social", content: "192.0.2.1", ttl: 1 };

/** A record and a token, made by a program that explains Cloudflare's errors. */
const declare = (answers: Parameters<typeof resourcesOf>[1] = {}) =>
  resourcesOf(
    () => {
      const parent = new MailRecords(
        "group",
        { zoneId: "zone", records: [], stack: "3f9a1c0b77de mastiff/test" },
        { transforms: [explainCloudflareErrors("dogs", undefined)], transformations: [refuseHalfAnswers] },
      );
      new DnsRecord("record", record, { parent });
      const bucket = { accountId: "account", bucket: "files", jurisdiction: "default" as const };
      mintBucketKey("media", { ...bucket, stack: "3f9a1c0b77de mastiff/test" }, { parent });
    },
    { outputs: { "media-token": { value: "planted" } }, ...answers },
  );

test("everything of Cloudflare's explains its errors; only a token looks for copies of itself, after it was made", async () => {
  const declared = await declare();
  expect(declared.named("record").errorHooks).toEqual(["dogs-cloudflare-hint"]);
  expect(declared.named("record").hooks.afterCreate).toEqual([]);
  expect(declared.named("media-token").hooks.afterCreate.map(({ name }) => name)).toEqual([
    "dogs-cloudflare-token-copies",
  ]);
  // In a preview there is no id to look for.
  expect(declared.named("media-token").hooks.afterCreate[0]?.onDryRun).toBe(false);
  expect(declared.named("group").errorHooks).toEqual([]);
  expect(said.mock.calls).toEqual([]);
});

// The official provider writes it down so.
const noId = "{<nil>}";

test("a resource without an id fails the run, and says the way out", async () => {
  await expect(declare({ ids: { record: noId } })).rejects.toThrow(
    halfAnswered("record", "cloudflare:index/dnsRecord:DnsRecord", "test"),
  );
});

test("each known code has its hint; what may be our own doing names the way out as well", () => {
  for (const [code, hint] of Object.entries(hints))
    expect(hintFor(`[{"code": ${code},"message":"…"}]`, "acme"), code).toContain(
      `Cloudflare ${code}: ${hint}`,
    );
  expect(hintFor('[{"code":81058}]', "acme")).toContain("npx mastiff recover -s acme");
  expect(hintFor('[{"code":10042}]', "acme")).not.toContain("recover");
  expect(hintFor('[{"code":1234567}]')).toBeUndefined();
});

test("of an answer that never came only a create may have been done", () => {
  const lost = 'POST "…": unexpected EOF';
  expect(hintForNoAnswer(lost, "create", "record", "acme")).toContain("npx mastiff recover -s acme");
  expect(hintForNoAnswer(lost, "update", "record", "acme")).toBe(
    "Cloudflare failed or cannot be reached (update of record): run the command again, it continues where it stopped.",
  );
  expect(hintForNoAnswer("400 Bad Request", "create", "record", "acme")).toBeUndefined();
});
