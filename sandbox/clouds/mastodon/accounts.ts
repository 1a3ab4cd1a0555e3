/** Local accounts: the validations for every way of creating an account, and an account's keys. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { lookup } from "../cloudflare/dns.ts";
import type { World } from "../world.ts";
import { seal } from "./active-record.ts";
import type { Situation } from "./behaviour.ts";
import type { Account, Schema } from "./database.ts";
import { encryptionKeys } from "./environment.ts";

/** Roles that the seeds create. Case matters (mastodon/documentation admin/tootctl.md). */
export const roleNames = ["Owner", "Admin", "Moderator"];

/** mastodon/mastodon db/seeds/05_blocked_usernames.rb */
const blocked = new Set(
  "abuse account accounts admin admins administration administrator help helpdesk instance mod mods moderator moderators owner root security server staff support webmaster".split(
    " ",
  ),
);
const lookalikes: Record<string, string> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", 8: "b", 9: "g" };

export interface NewAccount {
  username: string;
  email: string;
  password: string;
  role: string | null;
  confirmed: boolean;
  approved: boolean;
  skipDns: boolean;
}

/** Why a new account is refused, in the words of the validations; empty: it is accepted. */
export function faults(world: World, found: Schema, wish: NewAccount): string[] {
  const said: string[] = [];
  const plain = wish.username.toLowerCase().replace(/[013457 89]/g, (c) => lookalikes[c] ?? c);
  if (!/^[a-z0-9_]+$/i.test(wish.username)) {
    said.push("Account username must contain only letters, numbers and underscores");
  }
  if (wish.username.length > 30) said.push("Account username is too long (maximum is 30 characters)");
  if (blocked.has(plain)) said.push("Account username is reserved");
  if (found.accounts.some((a) => a.username.toLowerCase() === wish.username.toLowerCase())) {
    said.push("Account username has already been taken");
  }
  if (!/^[^@\s]+@[^@\s]+$/.test(wish.email)) said.push("E-mail address is invalid");
  else if (found.accounts.some((a) => a.email === wish.email.toLowerCase())) {
    said.push("E-mail address has already been taken");
  } else if (!wish.skipDns && !receivesMail(world, wish.email.split("@")[1] ?? "")) {
    said.push("E-mail address does not seem to exist");
  }
  const bytes = Buffer.byteLength(wish.password);
  if (bytes < 8) said.push("Password is too short (minimum is 8 characters)");
  if (bytes > 72) said.push("Password is too long (maximum is 72 characters)");
  return said;
}

/**
 * mastodon/mastodon app/validators/email_mx_validator.rb: the domain has MX records, or otherwise addresses.
 */
function receivesMail(world: World, domain: string): boolean {
  if (world.state.fly.dials.mailDomains.includes(domain)) return true;
  return (["MX", "A", "AAAA"] as const).some((type) => lookup(world, domain, type).length > 0);
}

/** Stores a new account with a new pair of keys. */
export function store(seen: Situation, found: Schema, wish: NewAccount): Account {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const account: Account = {
    username: wish.username,
    email: wish.email.toLowerCase(),
    role: wish.role ?? "",
    confirmed: wish.confirmed,
    approved: wish.approved,
    passwordHash: createHash("sha256").update(wish.password).digest("hex"),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sealedKey: seal(seen.env, privateKey.export({ type: "pkcs1", format: "pem" }).toString()),
    createdAt: seen.world.now().toISOString(),
  };
  found.accounts.push(account);
  found.keys ??= keysOf(seen);
  seen.world.changed();
  return account;
}

/** Whether this process has the encryption keys that wrote the database's encrypted rows. */
export function canDecrypt(seen: Situation, found: Schema): boolean {
  return found.keys === null || found.keys === keysOf(seen);
}

function keysOf(seen: Situation): string {
  return createHash("sha256").update(encryptionKeys(seen.env)).digest("hex");
}
