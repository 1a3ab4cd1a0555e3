import { describe, expect, test } from "vitest";
import {
  type Reservation,
  reservation,
  reservedNames,
  reservedReason,
} from "../../components/config/reserved-names.ts";
import { configKeys } from "../../components/config/schema.ts";
import { planFly } from "../../components/fly/plan.ts";
import { mailServerOf, railsEnvironment } from "../../components/mastodon/environment.ts";
import { fixes, parse, problems } from "../support/config.ts";

describe("a value of mastiff:env", () => {
  test.each<[string, string, string]>([
    ["a text", '"de"', "de"],
    ["a text of digits", '"123456789012345678"', "123456789012345678"],
    ["nothing", '""', ""],
    ["true", "true", "true"],
    ["false", "false", "false"],
    ["a number", "42", "42"],
    ["a fraction", "1.1", "1.1"],
    ["a text with lines", '"one\\ntwo"', "one\ntwo"],
  ])("%s arrives as it is", (_what, json, value) => {
    expect(parse({ env: `{"A":${json}}` }).env).toEqual({ A: value });
  });

  test.each<[string, string, string]>([
    ["a long id", "123456789012345678", "is a number that loses digits when it is read: quote it"],
    ["a number that lost its digits", "1.2345678901234567e+31", "is a number that loses digits"],
    ["null", "null", 'is null: write ""'],
    ["an object", '{"b":1}', "is not a single value"],
    ["a list", "[1]", "is not a single value"],
    ["a NUL", '"\\u0000"', "contains a NUL character"],
    ["half a character", '"\\ud800"', "contains half of a character"],
  ])("%s is refused", (_what, json, reason) => {
    expect(problems({ env: `{"ID":${json}}` })).toEqual([expect.stringContaining(`env: ID: ${reason}`)]);
    expect(fixes({ env: `{"ID":${json}}` })).toEqual([
      "pulumi config set --path mastiff:env.ID '<value>' --type string --stack dev",
    ]);
  });

  test("lower-case names are Mastodon's too, others are none", () => {
    expect(parse({ env: '{"http_proxy":"http://proxy.internal:8080"}' }).env).toHaveProperty("http_proxy");
    expect(problems({ env: '{"A-B":"x"}' })).toEqual([
      "env: a variable's name consists of letters, digits and _",
    ]);
  });
});

const addresses = { v4: "66.241.124.10", v6: "2a09:8280:1::7" };
const server = { smtpServer: "smtp.example.org", smtpLogin: "rex", smtpPassword: "x" };

function environmentOf(extra: Record<string, string>, encrypted: string[] = []): Record<string, string> {
  const community = parse(extra, encrypted);
  return railsEnvironment(community, addresses, mailServerOf(community));
}

function secretsOf(extra: Record<string, string>, encrypted: string[] = []): readonly string[] {
  const community = parse(extra, encrypted);
  return planFly(community, mailServerOf(community)).web.release.secretNames;
}

const set = environmentOf({ smtpPort: "465" });
const secret = secretsOf({});
const of = (kind: Reservation["kind"]) =>
  Object.entries(reservedNames).filter(([, found]) => found.kind === kind);

/** Another value for each key that a reason names. The variable has to change with the key. */
const others: Record<string, Record<string, string>> = {
  domain: { domain: "dogs.party" },
  alternateDomains: { alternateDomains: '["old.mastiff.party"]' },
  assetsHost: { assetsHost: "cdn.mastiff.party" },
  filesHost: { filesHost: "media.mastiff.party" },
  streamingHost: { streamingHost: "live.mastiff.party" },
  app: { app: "other" },
  bucket: { bucket: "other" },
  cloudflareAccountId: { cloudflareAccountId: "f".repeat(32) },
  bucketJurisdiction: { bucketJurisdiction: "eu" },
  smtpServer: server,
  smtpPort: { smtpPort: "2525" },
  smtpLogin: server,
  smtpAuth: { ...server, smtpAuth: "login" },
  smtpEncryption: { ...server, smtpEncryption: "tls" },
  fromAddress: { fromAddress: "hello@mastiff.party" },
  fromName: { fromName: "Rex" },
  "web.workers": { web: '{"workers":2}' },
  "web.threads": { web: '{"threads":3}' },
  "sidekiq.threads": { sidekiq: '{"threads":7}' },
};
/** Variables whose value is secret. The key decides whether the variable exists and where its value comes from. */
const secretKeyed = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SMTP_PASSWORD", "OTP_SECRET"];

describe("the reason why a variable is reserved is true", () => {
  test("each that Mastiff sets is reserved, but for a tuning that an operator may change", () => {
    const free = [...Object.keys(set), ...secret].filter((name) => reservation(name) === undefined);
    expect(free).toEqual(["MALLOC_ARENA_MAX"]);
  });

  test.each(
    of("key").flatMap(([name, found]) =>
      found.kind === "key" && !secretKeyed.includes(name)
        ? found.keys.map((key) => [name, key] as const)
        : [],
    ),
  )("%s follows from mastiff:%s", (name, key) => {
    const change = others[key] ?? {};
    expect(change).not.toEqual({});
    const [was, is] = [environmentOf({}), environmentOf(change, ["smtpPassword"])];
    if (name === "SMTP_TLS" && key === "smtpPort") expect(set.SMTP_TLS).toBe("true");
    else if (name === "SMTP_ENABLE_STARTTLS" && key === "smtpPort") expect(set[name]).toBe("never");
    else expect(is[name]).not.toBe(was[name]);
    expect(configKeys).toContain(key.split(".")[0]);
  });

  test("secrets that follow from a key are handed over as such", () => {
    expect(secret).toEqual(expect.arrayContaining(secretKeyed.filter((name) => name !== "OTP_SECRET")));
    expect(secret).not.toContain("OTP_SECRET");
    expect(secretsOf({ otpSecret: "true" })).toContain("OTP_SECRET");
    expect(secretsOf({ smtpServer: "relay.example.org", smtpAuth: "none" })).not.toContain("SMTP_PASSWORD");
  });

  test.each(of("generated"))("%s is generated", (name) => {
    expect(secret).toContain(name);
    expect(set).not.toHaveProperty(name);
  });

  test.each(of("fixed"))("%s is always the same", (name) => {
    const elsewhere = environmentOf(
      { ...server, domain: "dogs.party", preset: "medium", bucketJurisdiction: "eu" },
      ["smtpPassword"],
    );
    expect(set).toHaveProperty(name);
    expect(elsewhere[name]).toBe(set[name]);
  });

  test.each(of("idle"))("%s stands beside one that is always set", (_name, found) => {
    const beside = found.kind === "idle" ? found.beside : "";
    expect([...Object.keys(set), ...secret]).toContain(beside);
  });

  test.each(of("breaks"))("%s is set by nobody here, or by more than config", (name) => {
    const perApp = ["TRUSTED_PROXY_IP"];
    expect(Object.keys(set).includes(name)).toBe(perApp.includes(name));
  });
});

/** The variables of docs.joinmastodon.org/admin/config of 2026-07 (commit 2903485), in the page's order. */
const documented =
  `LOCAL_DOMAIN WEB_DOMAIN ALTERNATE_DOMAINS ALLOWED_PRIVATE_ADDRESSES AUTHORIZED_FETCH LIMITED_FEDERATION_MODE
DISALLOW_UNAUTHENTICATED_API_ACCESS SINGLE_USER_MODE DISABLE_AUTOMATIC_SWITCHING_TO_APPROVED_REGISTRATIONS
DEFAULT_LOCALE FORCE_DEFAULT_LOCALE SECRET_KEY_BASE OTP_SECRET VAPID_PRIVATE_KEY VAPID_PUBLIC_KEY RAILS_ENV
RAILS_SERVE_STATIC_FILES RAILS_LOG_LEVEL LOG_LEVEL TRUSTED_PROXY_IP SOCKET PORT NODE_ENV BIND MASTODON_USE_LIBVIPS
SIDEKIQ_CONCURRENCY WEB_CONCURRENCY MAX_THREADS PERSISTENT_TIMEOUT PREPARED_STATEMENTS STREAMING_API_BASE_URL
STREAMING_CLUSTER_NUM DB_HOST DB_USER DB_NAME DB_PASS DB_PORT DB_POOL DB_SSLMODE DATABASE_URL
QUERY_LOG_TAGS_ENABLED REPLICA_DB_HOST REPLICA_DB_PORT REPLICA_DB_NAME REPLICA_DB_USER REPLICA_DB_PASS
REPLICA_DATABASE_URL REDIS_HOST REDIS_PORT REDIS_USER REDIS_PASSWORD REDIS_URL REDIS_DRIVER REDIS_NAMESPACE
REDIS_SENTINELS REDIS_SENTINEL_MASTER REDIS_SENTINEL_PORT REDIS_SENTINEL_USERNAME REDIS_SENTINEL_PASSWORD
CACHE_REDIS_HOST CACHE_REDIS_PORT CACHE_REDIS_USER CACHE_REDIS_PASSWORD CACHE_REDIS_URL CACHE_REDIS_NAMESPACE
CACHE_REDIS_SENTINELS CACHE_REDIS_SENTINEL_MASTER CACHE_REDIS_SENTINEL_PORT CACHE_REDIS_SENTINEL_USERNAME
CACHE_REDIS_SENTINEL_PASSWORD SIDEKIQ_REDIS_HOST SIDEKIQ_REDIS_PORT SIDEKIQ_REDIS_USER SIDEKIQ_REDIS_PASSWORD
SIDEKIQ_REDIS_URL SIDEKIQ_REDIS_NAMESPACE SIDEKIQ_REDIS_SENTINELS SIDEKIQ_REDIS_SENTINEL_MASTER
SIDEKIQ_REDIS_SENTINEL_PORT SIDEKIQ_REDIS_SENTINEL_USERNAME SIDEKIQ_REDIS_SENTINEL_PASSWORD ES_ENABLED ES_PRESET
ES_HOST ES_PORT ES_USER ES_PASS ES_PREFIX ES_CA_FILE SMTP_SERVER SMTP_PORT SMTP_LOGIN SMTP_PASSWORD
SMTP_FROM_ADDRESS SMTP_DOMAIN SMTP_DELIVERY_METHOD SMTP_AUTH_METHOD SMTP_CA_FILE SMTP_OPENSSL_VERIFY_MODE
SMTP_ENABLE_STARTTLS_AUTO SMTP_ENABLE_STARTTLS SMTP_TLS SMTP_SSL MASTODON_PROMETHEUS_EXPORTER_ENABLED
MASTODON_PROMETHEUS_EXPORTER_WEB_DETAILED_METRICS MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS
MASTODON_PROMETHEUS_EXPORTER_LOCAL PROMETHEUS_EXPORTER_HOST PROMETHEUS_EXPORTER_PORT
MASTODON_PROMETHEUS_EXPORTER_HOST MASTODON_PROMETHEUS_EXPORTER_PORT OTEL_SERVICE_NAME_PREFIX
OTEL_SERVICE_NAME_SEPARATOR OTEL_EXPORTER_OTLP_ENDPOINT CDN_HOST PAPERCLIP_ROOT_PATH PAPERCLIP_ROOT_URL S3_ENABLED
S3_REGION S3_ENDPOINT S3_BUCKET AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY S3_SIGNATURE_VERSION S3_OVERRIDE_PATH_STYLE
S3_PROTOCOL S3_HOSTNAME S3_ALIAS_HOST EXTRA_MEDIA_HOSTS S3_OPEN_TIMEOUT S3_READ_TIMEOUT S3_RETRY_LIMIT
S3_FORCE_SINGLE_REQUEST S3_ENABLE_CHECKSUM_MODE S3_STORAGE_CLASS S3_MULTIPART_THRESHOLD S3_PERMISSION
S3_BATCH_DELETE_LIMIT S3_BATCH_DELETE_RETRY SWIFT_ENABLED SWIFT_USERNAME SWIFT_TENANT SWIFT_PASSWORD
SWIFT_PROJECT_ID SWIFT_AUTH_URL SWIFT_CONTAINER SWIFT_OBJECT_URL SWIFT_REGION SWIFT_DOMAIN_NAME SWIFT_CACHE_TTL
CACHE_BUSTER_ENABLED CACHE_BUSTER_HTTP_METHOD CACHE_BUSTER_SECRET_HEADER CACHE_BUSTER_SECRET
ALLOW_UNSAFE_AUTH_PROVIDER_REATTACH OMNIAUTH_ONLY ONE_CLICK_SSO_LOGIN LDAP_ENABLED LDAP_HOST LDAP_PORT LDAP_METHOD
LDAP_BASE LDAP_BIND_DN LDAP_PASSWORD LDAP_UID LDAP_SEARCH_FILTER LDAP_MAIL LDAP_UID_CONVERSION_ENABLED PAM_ENABLED
PAM_EMAIL_DOMAIN PAM_DEFAULT_SERVICE PAM_CONTROLLED_SERVICE CAS_ENABLED CAS_DISPLAY_NAME CAS_URL CAS_HOST CAS_PORT
CAS_SSL CAS_VALIDATE_URL CAS_CALLBACK_URL CAS_LOGOUT_URL CAS_LOGIN_URL CAS_UID_FIELD CAS_CA_PATH
CAS_DISABLE_SSL_VERIFICATION CAS_UID_KEY CAS_NAME_KEY CAS_EMAIL_KEY CAS_NICKNAME_KEY CAS_FIRST_NAME_KEY
CAS_LAST_NAME_KEY CAS_LOCATION_KEY CAS_IMAGE_KEY CAS_PHONE_KEY CAS_SECURITY_ASSUME_EMAIL_IS_VERIFIED SAML_ENABLED
SAML_ACS_URL SAML_ISSUER SAML_IDP_SSO_TARGET_URL SAML_IDP_CERT SAML_IDP_CERT_FINGERPRINT
SAML_NAME_IDENTIFIER_FORMAT SAML_CERT SAML_PRIVATE_KEY SAML_SECURITY_WANT_ASSERTION_SIGNED
SAML_SECURITY_WANT_ASSERTION_ENCRYPTED SAML_SECURITY_ASSUME_EMAIL_IS_VERIFIED SAML_ATTRIBUTES_STATEMENTS_UID
SAML_ATTRIBUTES_STATEMENTS_EMAIL SAML_ATTRIBUTES_STATEMENTS_FULL_NAME SAML_ATTRIBUTES_STATEMENTS_FIRST_NAME
SAML_ATTRIBUTES_STATEMENTS_LAST_NAME SAML_UID_ATTRIBUTE SAML_ATTRIBUTES_STATEMENTS_VERIFIED
SAML_ATTRIBUTES_STATEMENTS_VERIFIED_EMAIL http_proxy http_hidden_proxy ALLOW_ACCESS_TO_HIDDEN_SERVICE
HCAPTCHA_SITE_KEY HCAPTCHA_SECRET_KEY EMAIL_DOMAIN_ALLOWLIST EMAIL_DOMAIN_DENYLIST MAX_SESSION_ACTIVATIONS
USER_ACTIVE_DAYS SKIP_POST_DEPLOYMENT_MIGRATIONS BUNDLE_GEMFILE DEEPL_API_KEY DEEPL_PLAN LIBRE_TRANSLATE_ENDPOINT
LIBRE_TRANSLATE_API_KEY GITHUB_REPOSITORY SOURCE_BASE_URL FFMPEG_BINARY LOCAL_HTTPS PATH MAX_FOLLOWS_THRESHOLD
MAX_FOLLOWS_RATIO IP_RETENTION_PERIOD SESSION_RETENTION_PERIOD BACKTRACE EMAIL_DOMAIN_LISTS_APPLY_AFTER_CONFIRMATION
DISABLE_FOLLOWERS_SYNCHRONIZATION MAX_REQUEST_POOL_SIZE GITHUB_API_TOKEN`.split(/\s+/);
/** Variables, by prefix, that Mastodon offers and Mastiff does not set. */
const choices =
  /^(ALLOW|AUTHORIZED|BACKTRACE|CACHE_|CAS_|DEEPL_|DEFAULT_|DISABLE_|DISALLOW_|EMAIL_|ES_|EXTRA_|FFMPEG|FORCE_|GITHUB_|HCAPTCHA_|IP_|LDAP_|LIBRE_|LIMITED_|LOCAL_HTTPS|LOG_LEVEL|MASTODON_PROMETHEUS|MAX_FOLLOWS|MAX_REQUEST|MAX_SESSION|OMNIAUTH|ONE_CLICK|OTEL_|PAM_|PERSISTENT|PREPARED|PROMETHEUS|QUERY_|RAILS_LOG|REDIS_DRIVER|REPLICA_|S3_(OPEN|READ|RETRY|FORCE|ENABLE_CHECKSUM|STORAGE|MULTIPART|BATCH)|SAML_|SESSION_|SINGLE_|SMTP_(DOMAIN|CA_FILE|OPENSSL)|SOURCE_|STREAMING_CLUSTER|USER_|http_)/;

test("every variable of Mastodon's documentation is decided: reserved, or left to the operator", () => {
  const undecided = documented.filter((name) => (reservation(name) === undefined) !== choices.test(name));
  expect(undecided).toEqual([]);
});

test.each([
  ["SMTP_SSL", "use mastiff:smtpEncryption"],
  ["SIDEKIQ_REDIS_URL", "would put jobs into a Redis other than"],
  ["S3_OVERRIDE_PATH_STYLE", "would put the bucket's name into the host"],
  ["SWIFT_ENABLED", "configures another storage for uploads"],
  ["SMTP_AUTH_METHOD", "is set by Mastiff from mastiff:smtpAuth"],
  ["REDIS_SENTINELS", "has no effect together with REDIS_URL"],
  ["MASTIFF_ANYTHING", "is Mastiff's own mark"],
])("%s is refused in both places", (name, reason) => {
  expect(reservedReason(name)).toContain(reason);
  for (const [key, encrypted] of [
    ["env", []],
    ["secretEnv", ["secretEnv"]],
  ] as const) {
    expect(problems({ [key]: `{"${name}":"x"}` }, [...encrypted])).toEqual([
      `${key}: ${reservedReason(name)}`,
    ]);
    expect(fixes({ [key]: `{"${name}":"x"}` }, [...encrypted])[0]).toBe(
      `pulumi config rm mastiff:${key} --stack dev`,
    );
  }
});

test("names that every object has are variables like others", () => {
  expect(reservation("constructor")).toBeUndefined();
});
