/** Sending mail: SMTP login, and the addresses that mail can be sent from. */
import { firstAddress } from "../mail-address.ts";
import type { World } from "../world.ts";
import { liveKey } from "./auth.ts";
import { assignableScopes } from "./scopes.ts";

/**
 * SendGrid's SMTP host by the user's region. A user of the EU can log in at the EU host only (sendgrid data
 * residency).
 */
export const smtpHosts = { global: "smtp.sendgrid.net", eu: "smtp.eu.sendgrid.net" } as const;

/**
 * The result of an SMTP login at the region's host with user `apikey` and this password.
 * @returns the key's scopes; undefined: `535 Authentication failed: Bad username / password`.
 */
export function smtpLogin(world: World, password: string): { scopes: string[] } | undefined {
  const key = liveKey(world, password);
  return key && { scopes: key.scopes ?? [...assignableScopes] };
}

/**
 * Whether mail from this address is accepted: its domain is authenticated and valid, or the address is a
 * verified sender. Otherwise the real SendGrid says "The from address does not match a verified Sender
 * Identity" (docs.sendgrid.com/for-developers/sending-email/sender-identity).
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
 * Clicks the link in the mail that was sent to a single sender.
 * @returns whether this sender exists.
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
