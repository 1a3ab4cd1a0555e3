import { expect, test } from "vitest";
import { certificateSentences } from "../../components/stack/waiting.ts";
import { type Certificate, judge } from "../../providers/fly/things/certificate.ts";

const now = new Date("2026-11-28T12:00:00Z");
const issued = (...parts: { expires_at?: string; issued?: { expires_at?: string }[] }[]): Certificate => ({
  hostname: "acme.social",
  status: "active",
  certificates: parts.map((part) => ({ status: "active", ...part })),
  dns_requirements: {
    acme_challenge: { name: "_acme-challenge.acme.social", target: "acme.social.x1.flydns.net" },
    ownership: { name: "_fly-ownership.acme.social", app_value: "app-x1" },
  },
});
const renewal =
  "Fly renews it only while it sees CNAME _acme-challenge.acme.social → acme.social.x1.flydns.net and TXT _fly-ownership.acme.social = app-x1";

test.each([
  ["2027-02-20T00:00:00Z", "active", "issued, until 2027-02-20"],
  ["2026-12-12T12:00:01Z", "active", "issued, until 2026-12-12"],
  ["2026-12-12T11:00:00Z", "expiring", `it expires on 2026-12-12 and was not renewed; ${renewal}`],
  ["2026-11-28T12:00:01Z", "expiring", `it expires on 2026-11-28 and was not renewed; ${renewal}`],
  ["2026-11-27T00:00:00Z", "expired", `it expired on 2026-11-27; ${renewal}`],
])("listed as active, ends %s: %s", (expires_at, status, detail) => {
  const seen = judge("acme.social", issued({ expires_at }), now);
  expect(seen).toEqual({ hostname: "acme.social", status, detail });
});

test("of two certificates the later counts, of a certificate's two parts the earlier", () => {
  const old = { expires_at: "2026-11-01T00:00:00Z" };
  const later = { expires_at: "2027-02-01T00:00:00Z", issued: [{ expires_at: "2026-12-05T00:00:00Z" }] };
  expect(judge("acme.social", issued(old, later), now)).toMatchObject({
    status: "expiring",
    detail: expect.stringContaining("it expires on 2026-12-05"),
  });
});

test("without a date it is not judged", () => {
  expect(judge("acme.social", issued({}), now)).toMatchObject({ status: "active", detail: "issued" });
});

test("what ends soon is waited for, and said", () => {
  const certificates = [
    judge("acme.social", issued({ expires_at: "2026-11-27T00:00:00Z" }), now),
    judge("streaming.acme.social", issued({ expires_at: "2027-02-20T00:00:00Z" }), now),
  ];
  expect(certificateSentences({ certificates })).toEqual([
    `certificate of acme.social is expired: it expired on 2026-11-27; ${renewal}`,
  ]);
});
