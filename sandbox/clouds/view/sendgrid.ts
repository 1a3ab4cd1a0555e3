/** Domains, keys and senders as the page shows them. */
import { type LookupType, lookup } from "../cloudflare/dns.ts";
import type { Branding, WantedRecord } from "../sendgrid/state.ts";
import type { World } from "../world.ts";

/** A record that SendGrid requires. `seen`: DNS has the record, and SendGrid has not validated since. */
export interface WantedView {
  role: string;
  type: string;
  host: string;
  data: string;
  state: "valid" | "seen" | "missing";
}

/** An authenticated domain or a branded link. */
export interface BrandingView {
  id: number;
  kind: "domain" | "link";
  domain: string;
  subdomain: string;
  valid: boolean;
  records: WantedView[];
}

export interface SenderView {
  id: number;
  email: string;
  name: string;
  verified: boolean;
}

export interface SendgridView {
  user: string;
  domains: BrandingView[];
  /** `scopes` null: full access. */
  keys: { id: string; name: string; scopes: string[] | null; revoked: boolean }[];
  senders: SenderView[];
  tracking: { click: boolean; open: boolean };
}

/** The local SendGrid, without digests of keys and without the links in the senders' mails. */
export function sendgridView(world: World): SendgridView {
  const { user, domains, links, keys, senders, tracking } = world.state.sendgrid;
  return {
    user: user.username,
    domains: [
      ...domains.map((domain) => brandingView(world, "domain", domain)),
      ...links.map((link) => brandingView(world, "link", link)),
    ],
    keys: keys.map(({ id, name, scopes, revokedAt }) => ({ id, name, scopes, revoked: revokedAt !== null })),
    senders: senders.map(({ id, fields, verified }) => ({
      id,
      email: fields.from_email ?? "",
      name: fields.from_name ?? fields.nickname ?? "",
      verified,
    })),
    tracking: { click: tracking.click.enabled, open: tracking.open.enabled },
  };
}

function brandingView(world: World, kind: BrandingView["kind"], branding: Branding): BrandingView {
  const { id, domain, subdomain, valid, dns } = branding;
  const records = Object.entries(dns).map(([role, record]) => {
    const { type, host, data } = record;
    return { role, type: type.toUpperCase(), host, data, state: stateOf(world, record) };
  });
  return { id, kind, domain, subdomain, valid, records };
}

function stateOf(world: World, { valid, type, host, data }: WantedRecord): WantedView["state"] {
  if (valid) return "valid";
  const found = lookup(world, host, type.toUpperCase() as LookupType);
  return found.some((answer) => answer.toLowerCase().includes(data.toLowerCase())) ? "seen" : "missing";
}
