import { expect, test } from "vitest";
import { momentOf } from "../faults/moment.ts";

/** A changing call as the gate gets it. */
const call = (cloud: "cloudflare" | "sendgrid" | "fly", method: string, path: string, body: object = {}) => ({
  id: 1,
  cloud,
  method,
  path,
  body: JSON.stringify(body),
});

// A moment that is different in each run never comes again, and a chain of kills at it would not end.
test.each([
  [call("fly", "PATCH", "/api/v1/releases/rel_hmmmkcbzqaoj9l3hhqcr"), "fly PATCH /api/v1/releases/:release"],
  [
    call("fly", "DELETE", "/v1/apps/mastiff-party/machines/1c10c581b9cd99/lease"),
    "fly DELETE /v1/apps/mastiff-party/machines/:machine/lease",
  ],
  [
    call("fly", "PUT", "/v1/apps/mastiff-party-db/volumes/vol_4ppq8r172rd7yt9kk/extend"),
    "fly PUT /v1/apps/mastiff-party-db/volumes/:volume/extend",
  ],
  [
    call("cloudflare", "POST", "/client/v4/zones/0000000000000000000000000000a001/dns_records", {
      type: "TXT",
      name: "_dmarc.mastiff.party",
    }),
    "cloudflare POST /zones/:id/dns_records TXT _dmarc.mastiff.party",
  ],
  [
    call("sendgrid", "DELETE", "/sendgrid/v3/whitelabel/domains/48291"),
    "sendgrid DELETE /whitelabel/domains/:id",
  ],
])("a moment has no part that another run would not have", (one, moment) => {
  expect(momentOf(one)).toBe(moment);
});

test("a mutation is told by its field and what it is about", () => {
  const body = {
    query:
      "mutation($input: AllocateIPAddressInput!) { allocateIpAddress(input: $input) { ipAddress { id } } }",
    variables: { input: { appId: "mastiff-party", type: "v6" } },
  };
  expect(momentOf(call("fly", "POST", "/graphql", body))).toBe("fly allocateIpAddress mastiff-party v6");
});
