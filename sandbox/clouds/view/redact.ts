/**
 * Removes secret values from free text: log lines, paths, error messages, arguments. All other parts of the
 * view are chosen field by field and contain no secret.
 */
import type { World } from "../world.ts";

/** What replaces a secret value. */
export const hidden = "•••";

/** A shorter value occurs everywhere by chance. Hiding it in a text would reveal more than it hides. */
const shortest = 8;

/** Removes secret values from a text. */
export type Redact = (text: string) => string;

/**
 * A function that removes all secret values that the world contains now: plain, percent-encoded or in JSON.
 */
export function redactorOf(world: World): Redact {
  const values = new Set<string>();
  for (const value of secretValues(world)) {
    if (value.length < shortest) continue;
    for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
      values.add(form);
  }
  if (values.size === 0) return (text) => text;
  // The longest first, so that a URL that contains a password is hidden as a whole.
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map(literally).join("|"), "g");
  return (text) => text.replace(any, hidden);
}

/** A pattern that matches the text literally. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** All secret values in the state of all clouds. */
export function secretValues(world: World): string[] {
  const { cloudflare, sendgrid, fly } = world.state;
  return [
    // The digest of a token's value is the secret half of its S3 key.
    ...cloudflare.tokens.map((token) => token.secret),
    ...sendgrid.keys.map((key) => key.digest),
    ...sendgrid.senders.map((sender) => sender.token),
    ...Object.keys(fly.tokens),
    ...fly.addOns.map((addOn) => addOn.password),
    ...Object.values(fly.apps).flatMap((app) => [
      ...(app.consulUrl === null ? [] : withPassword(app.consulUrl)),
      ...Object.values(app.secrets).flatMap((secret) => withPassword(secret.value)),
      ...Object.values(app.machines).flatMap((machine) =>
        Object.values(machine.secrets).flatMap(withPassword),
      ),
      ...Object.values(app.machines).flatMap((machine) => machine.lease?.nonce ?? []),
    ]),
    ...Object.values(fly.dials.smtpServers).flat(),
  ];
}

/** The password of a URL is also a secret on its own: an error may quote it alone. */
function withPassword(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(value)?.[1];
  if (password === undefined) return [value];
  try {
    return [value, password, decodeURIComponent(password)];
  } catch {
    return [value, password];
  }
}
