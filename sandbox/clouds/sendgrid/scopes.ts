/** Scopes: what an API key may do. */

const crud = (name: string) => ["create", "delete", "read", "update"].map((verb) => `${name}.${verb}`);
const readUpdate = (name: string) => [`${name}.read`, `${name}.update`];

/**
 * Scopes that can be assigned, from docs.sendgrid.com, "API Key Permissions List". The list is limited to
 * scopes that the keys of a Mastodon community and of its operator can need.
 */
export const assignableScopes: readonly string[] = [
  ...crud("access_settings.whitelist"),
  "access_settings.activity.read",
  ...crud("alerts"),
  ...crud("api_keys"),
  ...crud("asm.groups"),
  ...["create", "delete", "read", "update"].map((verb) => `asm.groups.suppressions.${verb}`),
  "browsers.stats.read",
  ...crud("categories"),
  "clients.stats.read",
  ...crud("credentials"),
  "email_activity.read",
  "geo.stats.read",
  ...crud("ips.pools"),
  "ips.read",
  "mail.send",
  ...crud("mail.batch"),
  ...readUpdate("mail_settings.address_whitelist"),
  ...readUpdate("mail_settings.bounce_purge"),
  ...readUpdate("mail_settings.footer"),
  ...readUpdate("mail_settings.forward_bounce"),
  ...readUpdate("mail_settings.forward_spam"),
  "mail_settings.read",
  "messages.read",
  ...crud("scheduled_sends"),
  "stats.global.read",
  "stats.read",
  ...crud("subusers"),
  ...crud("suppression"),
  ...crud("suppression.blocks"),
  ...crud("suppression.bounces"),
  ...crud("suppression.spam_reports"),
  ...crud("teammates"),
  ...crud("templates"),
  "tracking_settings.read",
  ...readUpdate("tracking_settings.click"),
  ...readUpdate("tracking_settings.google_analytics"),
  ...readUpdate("tracking_settings.open"),
  ...readUpdate("tracking_settings.subscription"),
  "user.account.read",
  "user.credits.read",
  ...readUpdate("user.email"),
  ...readUpdate("user.profile"),
  ...crud("user.scheduled_sends"),
  ...readUpdate("user.settings.enforced_tls"),
  ...readUpdate("user.timezone"),
  ...readUpdate("user.username"),
  ...crud("user.webhooks.event.settings"),
  ...crud("user.webhooks.parse.settings"),
  ...crud("validations.email"),
  ...crud("whitelabel"),
];

/**
 * Scopes that SendGrid adds to every key and shows when the key is read:
 * github.com/kenzo0107/terraform-provider-sendgrid/pull/118. A caller may also ask for them.
 */
export const givenScopes: readonly string[] = ["sender_verification_eligible", "2fa_required"];
const acceptedScopes = [
  ...givenScopes,
  "sender_verification_exempt",
  "sender_verification_legacy",
  "2fa_exempt",
];

/** Whether a scope exists and can be requested. */
export function isScope(scope: string): boolean {
  return assignableScopes.includes(scope) || acceptedScopes.includes(scope);
}

/** Whether a key with these scopes (null: all) may do what `scope` allows. */
export function grants(scopes: readonly string[] | null, scope: string): boolean {
  return scopes === null || scopes.includes(scope) || acceptedScopes.includes(scope);
}
