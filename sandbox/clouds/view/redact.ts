/**
 * Keeps secret values out of free text: log lines, paths, error messages, arguments. Everything else in the view
 * is chosen field by field and holds no secret to begin with.
 */
import type { World } from "../world.ts";

/** What stands in place of a secret value. */
export const hidden = "•••";

/** A shorter value is found everywhere by chance: leaving it out of a text would tell more than it hides. */
const shortest = 8;

/** Takes secret values out of a text. */
export type Redact = (text: string) => string;

/** Takes every secret value that the world knows now, in clear, percent-encoded or in JSON, out of texts. */
export function redactorOf(world: World): Redact {
  const values = new Set<string>();
  for (const value of secretValues(world)) {
    if (value.length < shortest) continue;
    for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
      values.add(form);
  }
  if (values.size === 0) return (text) => text;
  // The longest first: a URL with a password in it goes as a whole.
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map(literally).join("|"), "g");
  return (text) => text.replace(any, hidden);
}

/** A pattern for the text itself. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Every secret value in the state of any cloud. */
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

/** A URL's password is a secret on its own too: an error may quote it alone. */
function withPassword(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(value)?.[1];
  if (password === undefined) return [value];
  try {
    return [value, password, decodeURIComponent(password)];
  } catch {
    return [value, password];
  }
}
