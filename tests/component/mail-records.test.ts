import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { MailRecords, mailRecordsOf } from "../../components/mail-records.ts";
import { SendgridMail } from "../../components/sendgrid-mail.ts";
import { resourcesOf } from "../support/resources-of.ts";

const community = { domain: "acme.social", spf: true, dmarcPolicy: undefined, dmarcReports: undefined };

async function spf(spfInclude?: string): Promise<unknown> {
  const made = await resourcesOf(
    () =>
      new MailRecords("mail-records", {
        zoneId: "zone",
        records: mailRecordsOf(community),
        stack: "mastiff/test",
        ...(spfInclude !== undefined && { spfInclude: pulumi.output(spfInclude) }),
      }),
  );
  return made.find(({ name }) => name === "mail-records-spf")?.inputs.content;
}

test("the SPF record names SendGrid's servers, those of the EU by the domain's own return path", async () => {
  expect(await spf()).toBe('"v=spf1 include:sendgrid.net ~all"');
  expect(await spf("u1.wl.eu.sendgrid.net")).toBe('"v=spf1 include:u1.wl.eu.sendgrid.net ~all"');
});

test.each([
  ["eu", { region: "eu" }],
  ["global", {}],
] as const)("a domain is entered for the region %s", async (region, asked) => {
  const made = await resourcesOf(
    () =>
      new SendgridMail("mail", {
        domain: "acme.social",
        zoneId: "zone",
        zoneIsActive: true,
        stack: "mastiff/test",
        accountIsOurs: false,
        region,
      }),
    {
      outputs: {
        "mail-domain": {
          domainId: 1,
          mailCname: { host: "em1.acme.social", data: "u1.wl.sendgrid.net" },
          dkim1: { host: "s1._domainkey.acme.social", data: "s1.domainkey.u1.wl.sendgrid.net" },
          dkim2: { host: "s2._domainkey.acme.social", data: "s2.domainkey.u1.wl.sendgrid.net" },
          adopted: false,
        },
        "mail-key": { apiKey: "SG.x" },
        "mail-validation": { valid: false },
      },
    },
  );
  const { inputs } = made.find(({ name }) => name === "mail-domain") ?? { inputs: {} };
  expect(inputs.region).toBe((asked as { region?: string }).region);
});
