import { expect, test } from "vitest";
import { SendgridMail, type SendgridMailArgs } from "../../components/mail/sendgrid-mail.ts";
import { ownSubdomain } from "../../providers/sendgrid/resources.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";

const cname = (host: string) => ({ host: `${host}.acme.social`, data: `${host}.sendgrid.net` });

function declare(more: Partial<SendgridMailArgs> = {}) {
  return resourcesOf(
    () => {
      const { apiKey, subject, adopted } = new SendgridMail("mail", {
        domain: "acme.social",
        zoneId: "zone",
        zoneIsActive: true,
        stack: "3f9a1c0b77de mastiff/test",
        accountIsOurs: false,
        ...more,
      });
      return { apiKey, subject, adopted };
    },
    {
      outputs: {
        "mail-domain": {
          domainId: 7,
          mailCname: cname("em1"),
          dkim1: cname("s1._domainkey"),
          dkim2: cname("s2._domainkey"),
          adopted: true,
        },
        "mail-validation": { valid: true },
        "mail-click-tracking": { enabled: false },
        "mail-click-tracking-before": { wasOn: true },
        "mail-sender": { adopted: true },
        "pulumi-nodejs:dynamic/sendgrid:ApiKey": (name) => ({ apiKey: `planted-${name}` }),
      },
    },
  );
}

test("the domain is entered, and what proves it stands in DNS, seen by everybody, before SendGrid looks", async () => {
  const declared = await declare();
  expect(declared.names).toEqual([
    "mail",
    "mail-click-tracking",
    "mail-click-tracking-before",
    "mail-dkim1",
    "mail-dkim2",
    "mail-domain",
    "mail-key",
    "mail-link-branding",
    "mail-return-path",
    "mail-validation",
  ]);
  expect(declared.named("mail-domain").inputs).toMatchObject({
    domain: "acme.social",
    subdomain: ownSubdomain("3f9a1c0b77de mastiff/test"),
    subdomainIsOurs: true,
  });
  const record = {
    type: "CNAME",
    zoneId: "zone",
    ttl: 1,
    proxied: false,
    comment: "Mastiff 3f9a1c0b77de mastiff/test",
  };
  expect(declared.named("mail-return-path").inputs).toEqual({
    ...record,
    name: "em1.acme.social",
    content: "em1.sendgrid.net",
  });
  expect(declared.named("mail-dkim2").inputs).toMatchObject({ ...record, name: "s2._domainkey.acme.social" });
  expect(declared.named("mail-validation")).toMatchObject({
    dependsOn: expect.arrayContaining(["mail-dkim1", "mail-dkim2", "mail-return-path"]),
    inputs: {
      domainId: 7,
      recordIds: ["mail-return-path-id", "mail-dkim1-id", "mail-dkim2-id"],
      timeoutSeconds: 120,
    },
  });
});

test("a domain of the EU is entered as such, and the region is no input of any other", async () => {
  expect((await declare({ region: "eu" })).named("mail-domain").inputs).toMatchObject({ region: "eu" });
  expect((await declare({ region: "global" })).named("mail-domain").inputs.region).toBeUndefined();
});

test("nobody waits for a validation while the world does not see the zone", async () => {
  const declared = await declare({ zoneIsActive: false });
  expect(declared.named("mail-validation").inputs).toMatchObject({ timeoutSeconds: 0 });
});

test("the key may send and nothing else, carries the stack's name, and is secret", async () => {
  const declared = await declare();
  expect(declared.named("mail-key")).toMatchObject({
    secretOutputs: ["apiKey"],
    inputs: { name: "Mastiff 3f9a1c0b77de mastiff/test", scopes: ["mail.send"] },
  });
  expect(declared.outputs.apiKey).toEqual(new Secret("planted-mail-key"));
});

test("another word is another key under a name of its own", async () => {
  const declared = await declare({ keyWord: "2026-11" });
  expect(declared.names).not.toContain("mail-key");
  expect(declared.named("mail-key-2026-11").inputs.name).toBe("Mastiff 3f9a1c0b77de mastiff/test (2026-11)");
  expect(declared.outputs.apiKey).toEqual(new Secret("planted-mail-key-2026-11"));
});

test("click tracking is switched off only where the account is ours, and is remembered as it was", async () => {
  expect((await declare()).named("mail-click-tracking").inputs).toMatchObject({
    accountIsOurs: false,
    wasOn: true,
  });
  expect((await declare({ accountIsOurs: true })).named("mail-click-tracking").inputs).toMatchObject({
    accountIsOurs: true,
  });
});

test("a sender is there when config has one; what was at SendGrid before is known to stay", async () => {
  const sender = {
    email: "rex@acme.social",
    name: "Rex",
    address: "1 Bone Street",
    city: "Dogtown",
    country: "Land",
  };
  const declared = await declare({ sender });
  expect(declared.named("mail-sender").inputs).toMatchObject({
    ...sender,
    nickname: "Mastiff 3f9a1c0b77de mastiff/test",
  });
  expect(declared.outputs.adopted).toEqual({ mailDomain: true, sender: true });
  expect((await declare()).outputs.adopted).toEqual({ mailDomain: true, sender: false });
});

test("where SendGrid is, is told only when config says so", async () => {
  const theirs = (declared: Awaited<ReturnType<typeof declare>>) =>
    declared.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/sendgrid:"));
  const base = "https://api.eu.sendgrid.com/v3";
  for (const { inputs, name } of theirs(await declare({ baseUrl: base })))
    expect(inputs, name).toMatchObject({ baseUrl: base });
  for (const { inputs, name } of theirs(await declare())) expect(inputs, name).not.toHaveProperty("baseUrl");
});
