import { z } from "zod";
import type { CloudClient } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import { OperatorError } from "../shared/operator-error.ts";
import * as form from "./inputs.ts";

const inputs = z.object({ domain: form.domain, baseUrl: form.baseUrl });

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  waiting: string[];
  /** Hosts of entries that are on. Only a refresh puts them into the state. */
  branded: string[];
}

/** An entry of `/whitelabel/links`, as far as it is read here. */
export interface LinkEntry {
  id: number;
  domain: string;
  subdomain: string;
  valid: boolean;
}

/** Entries for exactly this domain. */
export async function linkEntries(cloud: CloudClient, domain: string): Promise<LinkEntry[]> {
  const entries = await cloud.get<LinkEntry[]>("/whitelabel/links", { limit: 500 });
  return entries.filter((entry) => entry.domain.toLowerCase() === domain);
}

/** Hosts of link branding that is on for the domain, which breaks links. */
export async function brandedLinks(cloud: CloudClient, domain: string): Promise<string[]> {
  return (await linkEntries(cloud, domain)).filter((entry) => entry.valid).map(hostOf);
}

const hostOf = (entry: LinkEntry) => `${entry.subdomain}.${entry.domain}`;

/**
 * The error for entries that are on. Sent mails link through them, so only a person may choose to end one.
 */
export function brandingError(entries: LinkEntry[], { domain }: Inputs): string {
  return [
    `SendGrid brands links in mails from ${domain}: ${entries.map((e) => `${hostOf(e)} (entry ${e.id})`).join(", ")}.`,
    "  Browsers refuse those links: they have no certificate of their own, and Fly's HSTS header requires one.",
    "  fix     find out in SendGrid's dashboard who created them (Settings, Sender Authentication, Link Branding): mails that were",
    "          sent link through them. Their creator ends them there, or the community sends from another domain:",
    "            pulumi config set mastiff:smtpServer <another server>",
  ].join("\n");
}

async function check(cloud: CloudClient, wanted: Inputs): Promise<Outputs> {
  const entries = await linkEntries(cloud, wanted.domain);
  const on = entries.filter((entry) => entry.valid);
  if (on.length > 0) throw new OperatorError(brandingError(on, wanted));
  return { waiting: entries.map(hostOf), branded: [] };
}

export const linkBranding: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: ["domain"],

  unsettled: (state) => (state.branded.length > 0 ? "a refresh found branded links" : undefined),

  async create(cloud, wanted) {
    return { id: wanted.domain, outs: await check(cloud, wanted) };
  },

  async read(cloud, _id, state) {
    const entries = await linkEntries(cloud, state.domain);
    const hosts = (valid: boolean) => entries.filter((entry) => entry.valid === valid).map(hostOf);
    return { waiting: hosts(false), branded: hosts(true) };
  },

  update: (cloud, _id, _state, news) => check(cloud, news),

  // A check leaves nothing behind.
  async remove() {},
};
