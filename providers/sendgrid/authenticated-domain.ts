import { z } from "zod";
import { type CloudClient, orGone, postAfterLook } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import type { KnownAnswers } from "../shared/known-answers.ts";
import * as form from "./inputs.ts";
import type { MailCname } from "./resources.ts";

const inputs = z.object({
  domain: form.domain,
  subdomain: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: (issue) => `"${issue.input}" is not a single label such as em or mail`,
  }),
  subdomainIsOurs: z.boolean(),
  // Absent means global, as in states from before there was a choice.
  region: z.literal("eu").optional(),
  baseUrl: form.baseUrl,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  domainId: number;
  mailCname: MailCname;
  dkim1: MailCname;
  dkim2: MailCname;
  adopted: boolean;
}

interface DnsEntry {
  valid: boolean;
  host: string;
  data: string;
}

/** An entry of `/whitelabel/domains`, as far as it is read here. */
export interface DomainEntry {
  id: number;
  domain: string;
  subdomain: string;
  automatic_security: boolean;
  valid: boolean;
  dns: Record<"mail_cname" | "dkim1" | "dkim2", DnsEntry>;
}

const PAGE = 100;

/** All entries for exactly this domain. SendGrid's own filter is a search and finds others too. */
export async function domainEntries(cloud: CloudClient, domain: string): Promise<DomainEntry[]> {
  const entries: DomainEntry[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await cloud.get<DomainEntry[]>("/whitelabel/domains", { domain, limit: PAGE, offset });
    entries.push(...page.filter((entry) => entry.domain.toLowerCase() === domain));
    if (page.length < PAGE) return entries;
  }
}

/** The entry of this id, which the domain and its validation both read; undefined when it is gone. */
export function knownEntry(
  cloud: CloudClient,
  id: string,
  { baseUrl }: { baseUrl?: string | undefined },
  known: KnownAnswers,
): Promise<DomainEntry | undefined> {
  const ask = () => orGone(cloud.get<DomainEntry>(`/whitelabel/domains/${id}`));
  return known.get(`domain ${id} at ${baseUrl}`, ask);
}

/**
 * The entry to use: our own (a crash may have left it), then a valid one, then the oldest. Entries with
 * manual security have other records and do not count. A subdomain that the operator chose must match.
 */
export function chooseEntry(entries: DomainEntry[], wanted: Inputs): DomainEntry | undefined {
  const rank = (entry: DomainEntry) => (entry.subdomain === wanted.subdomain ? 2 : 0) + (entry.valid ? 1 : 0);
  return entries
    .filter((entry) => entry.automatic_security)
    .filter((entry) => isEu(entry) === (wanted.region === "eu"))
    .filter((entry) => wanted.subdomainIsOurs || entry.subdomain === wanted.subdomain)
    .sort((a, b) => rank(b) - rank(a) || a.id - b.id)[0];
}

/**
 * Whether an entry is pinned to the EU. SendGrid shows it only by a label `eu` in the targets of the entry's
 * records (twilio.com/docs/sendgrid/data-residency/migrate-subusers).
 */
function isEu(entry: DomainEntry): boolean {
  return entry.dns.mail_cname.data.toLowerCase().split(".").includes("eu");
}

export const authenticatedDomain: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: ["domain", "subdomain", "region"],

  // An existing entry keeps its label, since resolvers know records that depend on it. A newly chosen label
  // is for new entries only.
  keeps: (state, news) =>
    state.subdomainIsOurs && news.subdomainIsOurs && state.domain === news.domain
      ? { subdomain: state.subdomain }
      : {},

  async create(cloud, wanted) {
    const look = async () => chooseEntry(await domainEntries(cloud, wanted.domain), wanted);
    const found = await look();
    const body = {
      domain: wanted.domain,
      subdomain: wanted.subdomain,
      automatic_security: true,
      default: false,
      ...(wanted.region !== undefined && { region: wanted.region }),
    };
    const entry =
      found ??
      (await postAfterLook(() => cloud.request<DomainEntry>("POST", "/whitelabel/domains", { body }), look));
    // A subdomain that nobody else would choose marks an entry that we made before a crash.
    const isOurs = found === undefined || (wanted.subdomainIsOurs && entry.subdomain === wanted.subdomain);
    return { id: String(entry.id), outs: { ...records(entry), adopted: !isOurs } };
  },

  async read(cloud, id, state, known) {
    const entry = await knownEntry(cloud, id, state, known);
    return entry && { ...records(entry), adopted: state.adopted };
  },

  async update(_cloud, _id, { domainId, mailCname, dkim1, dkim2, adopted }) {
    return { domainId, mailCname, dkim1, dkim2, adopted };
  },

  async remove(cloud, id, state) {
    if (!state.adopted) await orGone(cloud.request("DELETE", `/whitelabel/domains/${id}`));
  },
};

function records(entry: DomainEntry): Omit<Outputs, "adopted"> {
  const cname = ({ host, data }: DnsEntry): MailCname => ({
    host: host.toLowerCase(),
    data: data.toLowerCase(),
  });
  const { mail_cname, dkim1, dkim2 } = entry.dns;
  return { domainId: entry.id, mailCname: cname(mail_cname), dkim1: cname(dkim1), dkim2: cname(dkim2) };
}
