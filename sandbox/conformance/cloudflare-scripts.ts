/** A faulty Cloudflare: late, incomplete, malformed and unexpected answers. */

import { account, zone } from "./cloudflare-api.ts";
import { refusal, type Scripted, scripted } from "./cloudflare-script.ts";
import { type Asking, fn, type } from "./cloudflare-side.ts";
import { record, rulesetInputs, surprising } from "./cloudflare-surprises.ts";

const bucket = { accountId: account, name: "media" };
const bucketAnswer = {
  name: "media",
  creation_date: "2026-01-02T03:04:05.678Z",
  location: "WEUR",
  storage_class: "Standard",
};
const soon = { "retry-after-ms": "1" };

/** Creates, refreshes, updates and deletes a bucket. The later steps run even when an earlier one fails. */
async function bucketLife({ client, note }: Asking): Promise<void> {
  note("create", await client.create(type("R2Bucket"), bucket));
  const olds = { ...bucket, id: "media", jurisdiction: "default", storageClass: "Standard" };
  note("refresh", await client.read(type("R2Bucket"), "media", olds, bucket));
  note("delete", await client.delete(type("R2Bucket"), "media", olds, bucket));
  note("zone", await client.invoke(fn("getZone"), { zoneId: zone }));
  note("records", await client.invoke(fn("getDnsRecords"), { zoneId: zone }));
}

const retried: Scripted[] = [
  ...[408, 409, 429, 500, 503].map((status) =>
    scripted(
      `an API that answers ${status} twice`,
      ({ attempt }) => (attempt < 3 ? { status, headers: soon, text: refusal(1) } : { result: bucketAnswer }),
      bucketLife,
    ),
  ),
  ...[400, 401, 403, 404, 405, 422].map((status) =>
    scripted(`an API that answers ${status}`, () => ({ status, text: refusal(status) }), bucketLife),
  ),
  scripted(
    "an API that never stops to be busy",
    () => ({ status: 429, headers: soon, text: refusal(10058) }),
    bucketLife,
  ),
  scripted(
    "a conflict that forbids a retry",
    () => ({ status: 409, headers: { "x-should-retry": "false" }, text: refusal(10004) }),
    bucketLife,
  ),
  scripted(
    "a refusal that asks for a retry",
    ({ attempt }) =>
      attempt === 1
        ? { status: 400, headers: { ...soon, "x-should-retry": "true" }, text: refusal(1) }
        : { result: bucketAnswer },
    bucketLife,
  ),
  scripted(
    "an API that names a second to come back",
    ({ attempt }) =>
      attempt === 1 ? { status: 503, headers: { "retry-after": "0" }, text: "{}" } : { result: bucketAnswer },
    bucketLife,
  ),
];

const malformed: Scripted[] = [
  scripted("an API that answers nothing", () => ({ text: "" }), bucketLife),
  scripted("an API that answers prose", () => ({ text: "hello" }), bucketLife),
  scripted("an API that answers null", () => ({ result: null }), bucketLife),
  scripted("an API that answers a list where an object was", () => ({ result: [bucketAnswer] }), bucketLife),
  scripted(
    "an API that answers other types",
    () => ({ result: { name: 5, location: true, creation_date: {}, storage_class: null } }),
    bucketLife,
  ),
];

const refused: Scripted = scripted(
  "what the provider does not even ask for",
  () => ({ result: bucketAnswer }),
  async ({ client, note }) => {
    note("a bucket of no account", await client.create(type("R2Bucket"), { name: "media" }));
    note("a record of no zone", await client.create(type("DnsRecord"), { ...record, zoneId: null }));
    note(
      "a proxied record with a TTL",
      await client.create(type("DnsRecord"), { ...record, type: "A", proxied: true, ttl: 300 }),
    );
    note(
      "policies that are no JSON",
      await client.create(type("AccountToken"), {
        accountId: account,
        name: "x",
        policies: [{ effect: "allow", permissionGroups: [{ id: "1" }], resources: "none" }],
      }),
    );
    note("a rule of no zone", await client.create(type("Ruleset"), { ...rulesetInputs, zoneId: null }));
  },
);

/** All questions to a faulty Cloudflare. */
export const scripts: Scripted[] = [...retried, ...malformed, ...surprising, refused];
