/** What the clouds give away, and until when, by the notes and free amounts of the prices. Pure. */
import type { CommunitySettings } from "../config/schema.ts";
import { type Price, prices } from "./prices.ts";

/** Something that costs nothing up to an amount. */
export interface FreePart {
  what: string;
  cloud: "Fly" | "Cloudflare" | "SendGrid";
  amount: number;
  unit: string;
  /** Who shares it. A community that is alone there has all of it. */
  sharedBy: string;
  /** When it ends, in words; undefined: the cloud has announced no end. */
  until?: string;
}

/** What a community may use for nothing. */
export function freeParts({
  smtpServer,
  sendgridRegion,
}: Pick<CommunitySettings, "smtpServer" | "sendgridRegion">): FreePart[] {
  const organisation = (what: string, { free = 0 }: Price, unit: string): FreePart => ({
    what,
    cloud: "Fly",
    amount: free,
    unit,
    sharedBy: "the organisation at Fly",
  });
  const account = (what: string, { free = 0 }: Price, unit: string): FreePart => ({
    what,
    cloud: "Cloudflare",
    amount: free,
    unit,
    sharedBy: "the account at Cloudflare",
  });
  const hasTrial = smtpServer === undefined && sendgridRegion !== "eu";
  return [
    organisation("certificates", prices.certificate, "hosts"),
    organisation("snapshots of the volumes", prices.snapshots, "GB"),
    account("uploads and backups", prices.uploads, "GB"),
    account("writes to R2", prices.writes, "million"),
    account("reads from R2", prices.reads, "million"),
    ...(hasTrial
      ? [
          {
            what: "SendGrid's trial",
            cloud: "SendGrid" as const,
            amount: trialMails,
            unit: "mails a day",
            sharedBy: "the account at SendGrid",
            until: `${prices.trial.unit} after the account was made; then mail stops until it has a plan`,
          },
        ]
      : []),
  ];
}

/** @see prices.trial */
const trialMails = 100;
