import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mailbox } from "../../components/config/mailbox.ts";
import { mailServerOf, railsEnvironment } from "../../components/mastodon/environment.ts";
import { firstAddress, parseAddresses } from "../../sandbox/clouds/mail-address.ts";
import { bootFault } from "../../sandbox/clouds/mastodon/environment.ts";
import { fixes, parse, problems } from "../support/config.ts";

const addresses = { v4: "66.241.124.10", v6: "2a09:8280:1::7" };
const server = { smtpServer: "smtp.office365.com", smtpLogin: "rex", smtpPassword: "x" };

function environmentOf(extra: Record<string, string>): Record<string, string> {
  const community = parse(extra, ["smtpPassword"]);
  return railsEnvironment(community, addresses, mailServerOf(community));
}

describe("the gem's grammar of addresses", () => {
  test.each<[string, string[] | undefined]>([
    ["Rex <rex@acme.social>", ["rex@acme.social"]],
    ["rex@acme.social", ["rex@acme.social"]],
    ['"Rex, Inc." <rex@acme.social>', ["rex@acme.social"]],
    ["Rex (a dog) <rex@acme.social>", ["rex@acme.social"]],
    ["J. R. Rex <rex@acme.social>", ["rex@acme.social"]],
    ["Rex, Inc. <rex@acme.social>", ["Rex", "rex@acme.social"]],
    ["Dogs: rex@acme.social, b@acme.social;", ["rex@acme.social", "b@acme.social"]],
    ["Acme: friends [beta] <rex@acme.social>", undefined],
    ["Rex & Söhne, Ltd. <rex@acme.social>", undefined],
    ["Rex [beta] <rex@acme.social>", undefined],
    ['Rex" <rex@acme.social>', undefined],
    ["Rex <rex@acme.social", undefined],
  ])("%s", (text, found) => {
    expect(
      parseAddresses(text)?.map((one) =>
        one.domain === undefined ? one.local : `${one.local}@${one.domain}`,
      ),
    ).toEqual(found);
  });
});

describe("the sender's name", () => {
  const names = [
    "Mastodon",
    "Rex, Inc.",
    "Acme: friends [beta]",
    "Rex & Söhne, Ltd.",
    'The "Dogs"',
    "a\\b",
    "<3",
    "",
  ];
  test.each(names)("%j stands in the header, and Rails boots with it", (fromName) => {
    const env = environmentOf({ fromName });
    expect(bootFault({ SMTP_FROM_ADDRESS: env.SMTP_FROM_ADDRESS ?? "" })?.join()).not.toContain("parse");
    expect(parseAddresses(env.SMTP_FROM_ADDRESS ?? "")).toEqual([
      { displayName: fromName || undefined, local: "notifications", domain: "mastiff.party" },
    ]);
  });

  test("any other one too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
        if (problems({ fromName: name }).length > 0) return;
        const read = parseAddresses(mailbox(name, "rex@acme.social"));
        expect(read).toEqual([{ displayName: name || undefined, local: "rex", domain: "acme.social" }]);
      }),
      { numRuns: 2000 },
    );
  });

  test("a line break never gets into a header", () => {
    expect(problems({ fromName: "Rex\nBcc: all@acme.social" })).toEqual([
      "fromName: must not contain line breaks or other control characters",
    ]);
  });

  test("without quotes, as it was, Rails stops or mail is from nobody", () => {
    expect(bootFault({ SMTP_FROM_ADDRESS: "Rex & Söhne, Ltd. <rex@acme.social>" })?.[0]).toContain(
      "Mail::Field::IncompleteParseError",
    );
    expect(firstAddress("Rex, Inc. <rex@acme.social>")).toBe("Rex");
  });
});

describe("with SendGrid", () => {
  test("the sender lies in the authenticated domain, or is the verified one", () => {
    expect(problems({ fromAddress: "rex@elsewhere.org" })).toEqual([
      "fromAddress: SendGrid refuses mails from this address (550): use an address at mastiff.party, which is authenticated there, or that of mastiff:sender",
    ]);
    expect(fixes({ fromAddress: "rex@elsewhere.org" })).toEqual([
      "pulumi config set mastiff:fromAddress notifications@mastiff.party --stack dev",
    ]);
    expect(problems({ fromAddress: "Rex@mastiff.party" })).toEqual([]);
    const sender = JSON.stringify({
      email: "rex@elsewhere.org",
      name: "Rex",
      address: "1 Street",
      city: "Town",
      country: "Land",
    });
    expect(problems({ fromAddress: "rex@elsewhere.org", sender })).toEqual([]);
    expect(problems({ ...server, fromAddress: "rex@elsewhere.org" }, ["smtpPassword"])).toEqual([]);
  });

  test("the EU's subusers have a host of their own", () => {
    expect(environmentOf({ sendgridRegion: "eu" }).SMTP_SERVER).toBe("smtp.eu.sendgrid.net");
    expect(environmentOf({}).SMTP_SERVER).toBe("smtp.sendgrid.net");
  });

  test("ways to log in are for other servers", () => {
    expect(problems({ smtpAuth: "login" })).toEqual([
      "smtpAuth: applies only to a server of your own (mastiff:smtpServer): SendGrid accepts only plain, and only encrypted connections",
    ]);
  });
});

describe("with another server", () => {
  test("LOGIN, where a server wants it", () => {
    expect(environmentOf({ ...server, smtpAuth: "login" })).toMatchObject({
      SMTP_SERVER: "smtp.office365.com",
      SMTP_LOGIN: "rex",
      SMTP_AUTH_METHOD: "login",
      SMTP_ENABLE_STARTTLS: "always",
    });
  });

  test("neither login nor password, where a server wants none", () => {
    const env = environmentOf({ smtpServer: "relay.example.org", smtpAuth: "none", smtpEncryption: "none" });
    expect(env).toMatchObject({ SMTP_AUTH_METHOD: "none", SMTP_ENABLE_STARTTLS: "never" });
    expect(env).not.toHaveProperty("SMTP_LOGIN");
    expect(problems({ ...server, smtpAuth: "none" }, ["smtpPassword"])).toEqual([
      "smtpPassword: is not used with mastiff:smtpAuth none",
      "smtpLogin: is not used with mastiff:smtpAuth none",
    ]);
  });

  test("a password does not go over the net in clear", () => {
    expect(problems({ ...server, smtpEncryption: "none" }, ["smtpPassword"])).toEqual([
      "smtpEncryption: would send the password unencrypted",
    ]);
  });

  test("SendGrid's SPF record is not published for it", () => {
    expect(problems({ ...server, spf: "true" }, ["smtpPassword"])).toEqual([
      expect.stringContaining("spf: is a record for SendGrid, but mails leave through smtp.office365.com"),
    ]);
    expect(fixes({ ...server, spf: "true" }, ["smtpPassword"])).toEqual([
      "pulumi config rm mastiff:spf --stack dev",
    ]);
  });

  test("the one release that reads its password as YAML is not run with it", () => {
    expect(problems({ ...server, mastodonVersion: "v4.4.0" }, ["smtpPassword"])).toHaveLength(1);
    expect(problems({ fromName: "Rex, Inc.", mastodonVersion: "v4.4.0" })).toHaveLength(1);
    expect(problems({ mastodonVersion: "v4.4.0" })).toEqual([]);
    expect(problems({ ...server, mastodonVersion: "v4.4.1" }, ["smtpPassword"])).toEqual([]);
  });
});
