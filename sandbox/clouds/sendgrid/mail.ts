/** Sending: who may log in to SMTP, and from which addresses mail goes out. */
import { firstAddress } from "../mail-address.ts";
import type { World } from "../world.ts";
import { liveKey } from "./auth.ts";
import { assignableScopes } from "./scopes.ts";

/** SendGrid's SMTP host by the region of the user: one of the EU is known at the EU's alone (sendgrid data residency). */
export const smtpHosts = { global: "smtp.sendgrid.net", eu: "smtp.eu.sendgrid.net" } as const;

/**
 * What an SMTP login with user `apikey` and this password gives at the region's host.
 * @returns the key's scopes; undefined: `535 Authentication failed: Bad username / password`.
 */
export function smtpLogin(world: World, password: string): { scopes: string[] } | undefined {
  const key = liveKey(world, password);
  return key && { scopes: key.scopes ?? [...assignableScopes] };
}

/**
 * Whether mail from this address goes out: its domain is authenticated and valid, or the address is a verified
 * sender. Else the real one says "The from address does not match a verified Sender Identity"
 * (docs.sendgrid.com/for-developers/sending-email/sender-identity).
 */
export function maySend(world: World, fromAddress: string): boolean {
  const address = firstAddress(fromAddress).toLowerCase();
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const { domains, senders } = world.state.sendgrid;
  return (
    domains.some((d) => d.valid && d.domain === domain) ||
    senders.some((s) => s.verified && s.fields.from_email?.toLowerCase() === address)
  );
}

/**
 * A person opens the mail that went to a single sender and clicks its link.
 * @returns whether such a sender exists.
 */
export function clickSender(world: World, email: string): boolean {
  const sender = world.state.sendgrid.senders.find(
    (s) => s.fields.from_email?.toLowerCase() === email.toLowerCase(),
  );
  if (sender === undefined) return false;
  sender.verified = true;
  world.changed();
  return true;
}
