/** Rules for combinations of mail keys. */
import type { ConfigProblem } from "./config-error.ts";
import { needsQuotes } from "./mailbox.ts";
import type { CommunitySettings, Parsed } from "./schema.ts";

/** Problems in the combination of mail keys that are each valid on their own. */
export function mailProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  return [
    ...(parsed.smtpServer === undefined ? sendgridProblems(community, parsed) : serverProblems(parsed)),
    ...(parsed.dmarcReports !== undefined && parsed.dmarcPolicy === undefined
      ? [
          {
            key: "dmarcPolicy",
            reason: "dmarcReports needs a policy: none, quarantine or reject",
            right: "none",
          },
        ]
      : []),
    ...yamlProblems(community, parsed),
  ];
}

function sendgridProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { domain, fromAddress, sender } = community;
  if ((parsed.smtpLogin ?? parsed.smtpPassword) !== undefined) {
    problems.push({
      key: "smtpServer",
      reason: "smtpLogin and smtpPassword need a server: set one, or remove these two keys to use SendGrid",
    });
  }
  for (const key of ["smtpAuth", "smtpEncryption"] as const) {
    const value = key === "smtpAuth" && parsed.smtpAuth === "plain" ? undefined : parsed[key];
    if (value === undefined || (key === "smtpEncryption" && value !== "none")) continue;
    problems.push({
      key,
      value,
      reason:
        "applies only to a server of your own (mastiff:smtpServer): SendGrid accepts only plain, and only encrypted connections",
      remove: true,
    });
  }
  const lies = fromAddress.toLowerCase().endsWith(`@${domain}`);
  if (!lies && fromAddress.toLowerCase() !== sender?.email.toLowerCase()) {
    problems.push({
      key: "fromAddress",
      value: fromAddress,
      reason: `SendGrid refuses mails from this address (550): use an address at ${domain}, which is authenticated there, or that of mastiff:sender`,
      right: `notifications@${domain}`,
    });
  }
  return problems;
}

function serverProblems(parsed: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { smtpServer, smtpAuth } = parsed;
  for (const [key, what] of [
    ["smtpPassword", "a password"],
    ["smtpLogin", "a login"],
  ] as const) {
    if (smtpAuth !== "none" && parsed[key] === undefined) {
      problems.push({
        key,
        reason: `${smtpServer} needs ${what}`,
        fix: [
          `pulumi config set mastiff:${key} <value>${key === "smtpPassword" ? " --secret" : ""}`,
          "or, for a server that needs neither login nor password:  pulumi config set mastiff:smtpAuth none",
        ],
      });
    }
    if (smtpAuth === "none" && parsed[key] !== undefined)
      problems.push({ key, reason: "is not used with mastiff:smtpAuth none", remove: true });
  }
  if (parsed.smtpEncryption === "none" && smtpAuth !== "none") {
    problems.push({
      key: "smtpEncryption",
      value: "none",
      reason: "would send the password unencrypted",
      right: parsed.smtpPort === 465 ? "tls" : "starttls",
    });
  }
  if (parsed.spf) {
    problems.push({
      key: "spf",
      value: "true",
      reason: `is a record for SendGrid, but mails leave through ${smtpServer}: the documentation of that server names its own record`,
      remove: true,
    });
  }
  return problems;
}

/** v4.4.0 reads its mail settings as unquoted YAML, and stops if it is invalid (mastodon/mastodon#35305). */
function yamlProblems(community: CommunitySettings, parsed: Parsed): ConfigProblem[] {
  const own = parsed.smtpServer !== undefined && parsed.smtpPassword !== undefined;
  if (community.mastodonVersion !== "v4.4.0" || (!own && !needsQuotes(community.fromName))) return [];
  const what = own ? "mastiff:smtpPassword" : "mastiff:fromName";
  return [
    {
      key: "mastodonVersion",
      value: "v4.4.0",
      reason: `this release alone reads ${what} as YAML, where many characters have a special meaning`,
      right: "v4.4.1",
    },
  ];
}
