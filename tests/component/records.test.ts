import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { CommunityRecords } from "../../components/cloudflare/community-records.ts";
import { hostsOf } from "../../components/cloudflare/hosts.ts";
import { MailRecords, mailRecordsOf } from "../../components/mail/mail-records.ts";
import { marked } from "../../providers/shared/mark.ts";
import { resourcesOf } from "../support/resources-of.ts";

const hosts = Object.values(
  hostsOf({
    domain: "acme.social",
    assetsHost: "assets.acme.social",
    filesHost: "files.acme.social",
    streamingHost: "streaming.acme.social",
  }),
);
const addresses = {
  web: { v4: "66.241.124.10", v6: "2a09:8280:1::10" },
  streaming: { v4: "66.241.124.11", v6: "2a09:8280:1::11" },
};

test("A and AAAA for an app's host, a proxied CNAME for assets, none for the bucket, each with the mark", async () => {
  const declared = await resourcesOf(() => {
    new CommunityRecords("records", {
      zoneId: "zone",
      hosts,
      addresses,
      root: "acme.social",
      stack: "3f9a1c0b77de mastiff/test",
    });
  });
  // The component itself is recorded too, and is not a custom resource.
  const records = declared.resources.filter(({ custom }) => custom);
  expect(
    records
      .map(({ name, inputs }) => [name, inputs.name, inputs.type, inputs.content, inputs.proxied].join(" "))
      .sort(),
  ).toEqual([
    "records-assets-cname assets.acme.social CNAME acme.social true",
    "records-root-a acme.social A 66.241.124.10 false",
    "records-root-aaaa acme.social AAAA 2a09:8280:1::10 false",
    "records-streaming-a streaming.acme.social A 66.241.124.11 false",
    "records-streaming-aaaa streaming.acme.social AAAA 2a09:8280:1::11 false",
  ]);
  for (const { name, inputs, parent, deleteBeforeReplace, type } of records) {
    expect(inputs, name).toMatchObject({
      zoneId: "zone",
      ttl: 1,
      comment: "Mastiff 3f9a1c0b77de mastiff/test",
    });
    expect({ parent, deleteBeforeReplace, type }, name).toEqual({
      parent: "records",
      deleteBeforeReplace: true,
      type: "cloudflare:index/dnsRecord:DnsRecord",
    });
  }
});

test("a record's comment is cut to the 100 characters that a free zone allows", () => {
  expect(marked(`3f9a1c0b77de mastiff/${"s".repeat(200)}`)).toHaveLength(100);
});

/** Declares the mail records that a config requests. Default: it requests none. */
const declareMail = (config: Partial<Parameters<typeof mailRecordsOf>[0]>) =>
  resourcesOf(() => {
    const records = mailRecordsOf({
      domain: "acme.social",
      spf: false,
      dmarcPolicy: undefined,
      dmarcReports: undefined,
      ...config,
    });
    new MailRecords("mail-records", { zoneId: "zone", records, stack: "3f9a1c0b77de mastiff/test" });
  });

// The domain may have such records already, and two of a kind make both void.
test("without spf and dmarcPolicy no mail record is declared", async () => {
  expect((await declareMail({})).names).toEqual(["mail-records"]);
});

test("in SendGrid's EU region, the SPF record includes the target of the return path", async () => {
  const records = mailRecordsOf({ domain: "acme.social", spf: true, dmarcPolicy: undefined });
  const spfInclude = pulumi.output("u1.wl.eu.sendgrid.net");
  const declared = await resourcesOf(() => {
    new MailRecords("mail-records", { zoneId: "zone", records, spfInclude, stack: "mastiff/test" });
  });
  expect(declared.named("mail-records-spf").inputs).toMatchObject({
    content: '"v=spf1 include:u1.wl.eu.sendgrid.net ~all"',
  });
});

test("the content of SPF and DMARC is in quotes, as Cloudflare stores it", async () => {
  const declared = await declareMail({
    spf: true,
    dmarcPolicy: "quarantine",
    dmarcReports: "dmarc@acme.social",
  });
  expect(declared.named("mail-records-spf").inputs).toMatchObject({
    type: "TXT",
    name: "acme.social",
    content: '"v=spf1 include:sendgrid.net ~all"',
    proxied: false,
    comment: "Mastiff 3f9a1c0b77de mastiff/test",
  });
  expect(declared.named("mail-records-dmarc").inputs).toMatchObject({
    type: "TXT",
    name: "_dmarc.acme.social",
    content: '"v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.social"',
  });
});
