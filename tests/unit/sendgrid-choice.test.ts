import fc from "fast-check";
import { expect, test } from "vitest";
import { rights } from "../../providers/sendgrid/api-key.ts";
import { chooseEntry, type DomainEntry } from "../../providers/sendgrid/authenticated-domain.ts";
import { verdict } from "../../providers/sendgrid/domain-validation.ts";
import { brandingError } from "../../providers/sendgrid/link-branding.ts";
import { ownSubdomain } from "../../providers/sendgrid/resources.ts";
import { chooseSender, type SenderEntry } from "../../providers/sendgrid/single-sender.ts";

const cname = { valid: false, host: "h", data: "d" };
/** An authenticated domain at SendGrid, with automatic security and not valid yet. */
const entry = (id: number, subdomain: string, more: Partial<DomainEntry> = {}): DomainEntry => ({
  id,
  domain: "acme.social",
  subdomain,
  automatic_security: true,
  valid: false,
  dns: { mail_cname: cname, dkim1: cname, dkim2: cname },
  ...more,
});
/** What a stack asks for: `em12345` is the subdomain by which it recognises its own entry. */
const wanted = { domain: "acme.social", subdomain: "em12345", subdomainIsOurs: true };
/** Id of the entry that is chosen. */
const chosen = (entries: DomainEntry[], subdomainIsOurs = true) =>
  chooseEntry(entries, { ...wanted, subdomainIsOurs })?.id;

test("the stack's own entry is chosen before a valid one, and a valid one before the oldest", () => {
  const oldest = entry(1, "em1");
  const valid = entry(2, "em2", { valid: true });
  const own = entry(3, "em12345");
  expect(chosen([oldest, valid, own])).toBe(3);
  expect(chosen([oldest, valid])).toBe(2);
  expect(chosen([entry(9, "em9"), oldest])).toBe(1);
  expect(chosen([])).toBeUndefined();
});

test("an entry with manual security is never chosen, because it has other records", () => {
  expect(chosen([entry(1, "em12345", { automatic_security: false })])).toBeUndefined();
});

test("an operator's own choice of subdomain admits only entries with that subdomain", () => {
  expect(chosen([entry(1, "mail", { valid: true })], false)).toBeUndefined();
  expect(chosen([entry(1, "mail"), entry(2, "em12345")], false)).toBe(2);
});

test("an entry of another region is never chosen, because it has other records", () => {
  const pinned = { ...cname, data: "u1.wl.eu.sendgrid.net" };
  const eu = entry(1, "em12345", { valid: true, dns: { mail_cname: pinned, dkim1: pinned, dkim2: pinned } });
  expect(chosen([eu])).toBeUndefined();
  expect(chooseEntry([eu, entry(2, "em12345")], { ...wanted, region: "eu" })?.id).toBe(1);
});

test("the choice does not depend on the order of the list", () => {
  const entries = fc.uniqueArray(
    fc.record({ id: fc.nat(), subdomain: fc.constantFrom("em12345", "em1", "mail"), valid: fc.boolean() }),
    { selector: (one) => one.id },
  );
  fc.assert(
    fc.property(entries, (list) => {
      const all = list.map(({ id, subdomain, valid }) => entry(id, subdomain, { valid }));
      expect(chosen(all.toReversed())).toBe(chosen(all));
    }),
  );
});

test("a stack's subdomain is the same in every run and differs from another stack's", () => {
  const mark = "3f9a1c0b77de mastiff/dev";
  expect(ownSubdomain(mark)).toBe(ownSubdomain(mark));
  expect(ownSubdomain(mark)).toMatch(/^em\d{5}$/);
  expect(ownSubdomain("0b77de3f9a1c mastiff/dev")).not.toBe(ownSubdomain(mark));
});

test("a sender with the stack's nickname is chosen before a verified one, and a verified one before others", () => {
  const sender = (id: number, nickname: string, verified: boolean) =>
    ({ id, nickname, verified }) as SenderEntry;
  const others = [sender(1, "x", false), sender(2, "y", true)];
  expect(chooseSender([...others, sender(3, "mastiff a/b", false)], "mastiff a/b")?.id).toBe(3);
  expect(chooseSender(others, "mastiff a/b")?.id).toBe(2);
});

test("a failed validation, which SendGrid answers with 200, gives the reason for each record", () => {
  const answer = {
    valid: false,
    validation_results: {
      mail_cname: { valid: false, reason: "Expected CNAME to match x" },
      dkim1: { valid: true, reason: null },
    },
  };
  expect(verdict(answer)).toEqual({ valid: false, reasons: ["mail_cname: Expected CNAME to match x"] });
});

test("the results are also read from validation_resuts, as Twilio's specification spells the field", () => {
  const answer = { valid: false, validation_resuts: { dkim2: { valid: false, reason: null } } };
  expect(verdict(answer)).toEqual({ valid: false, reasons: ["dkim2: not found"] });
});

test("scopes that SendGrid adds to a key are left out unless asked for; rights that somebody added are kept", () => {
  const asked = ["mail.send"];
  expect(rights(["sender_verification_eligible", "mail.send", "2fa_required"], asked)).toEqual(["mail.send"]);
  expect(rights(["mail.send", "api_keys.create"], asked)).toEqual(["api_keys.create", "mail.send"]);
  expect(rights(["mail.send", "2fa_required"], ["2fa_required"])).toEqual(["2fa_required", "mail.send"]);
});

test("branded links are an error that names the entry, and leaves it to their owner to end them", () => {
  const on = { id: 7, domain: "acme.social", subdomain: "url77", valid: true };
  expect(brandingError([on], { domain: "acme.social", baseUrl: undefined })).toBe(
    [
      "SendGrid brands links in mails from acme.social: url77.acme.social (entry 7).",
      "  Browsers refuse those links: they have no certificate of their own, and Fly's HSTS header requires one.",
      "  fix     find out in SendGrid's dashboard who created them (Settings, Sender Authentication, Link Branding): mails that were",
      "          sent link through them. Their creator ends them there, or the community sends from another domain:",
      "            pulumi config set mastiff:smtpServer <another server>",
    ].join("\n"),
  );
});
