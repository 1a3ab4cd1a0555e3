/** Inputs for the Cloudflare provider: good ones by resource, and every kind of bad one. */

import { account, zone } from "./cloudflare-api.ts";
import { type Fields, type Json, unknown } from "./plugin-client.ts";

const record = (more: Fields): Fields => ({
  zoneId: zone,
  name: "www.mastiff.party",
  type: "A",
  content: "192.0.2.1",
  ttl: 300,
  ...more,
});
const ruleset = (rules: Json | undefined, more: Fields = {}): Fields => ({
  zoneId: zone,
  kind: "zone",
  name: "headers",
  phase: "http_response_headers_transform",
  ...(rules !== undefined && { rules }),
  ...more,
});
const header = (value: string, more: Fields = {}): Fields => ({
  ref: "acao",
  action: "rewrite",
  expression: 'http.host eq "www.mastiff.party"',
  description: "CORS",
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value } } },
  ...more,
});
const bucketItemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
const bucketItemRead = "6a018a9f2fc74eb6b293b0c548f38b39";
const policy = (groups: string[], bucket: string): Fields => ({
  effect: "allow",
  permissionGroups: groups.map((id) => ({ id })),
  resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${account}_default_${bucket}`]: "*" }),
});
const tokenOf = (more: Fields): Fields => ({
  accountId: account,
  name: "media",
  policies: [policy([bucketItemWrite], "media")],
  ...more,
});
const setting = (settingId: string, value: Json): Fields => ({ zoneId: zone, settingId, value });
const cors = (rules: Json | undefined): Fields => ({
  accountId: account,
  bucketName: "media",
  ...(rules !== undefined && { rules }),
});
const corsRule = (more: Fields): Fields => ({
  id: "web",
  allowed: { methods: ["GET"], origins: ["https://mastiff.party"] },
  ...more,
});
const domain = (more: Fields): Fields => ({
  accountId: account,
  bucketName: "media",
  domain: "files.mastiff.party",
  zoneId: zone,
  enabled: true,
  minTls: "1.2",
  ...more,
});
const lifecycle = (rules: Json): Fields => ({ accountId: account, bucketName: "media", rules });
const aborting: Fields = {
  id: "abort",
  enabled: true,
  conditions: { prefix: "" },
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604800 } },
};

/** What a resource needs to be there first. */
export const needsBucket = ["R2BucketCors", "R2BucketLifecycle", "R2CustomDomain", "R2ManagedDomain"];

/** By resource: inputs that are made first, each followed by what it is changed to. */
export const changes: [string, Fields, Fields[]][] = [
  [
    "R2Bucket",
    { accountId: account, name: "media" },
    [
      { accountId: account, name: "media", storageClass: "InfrequentAccess" },
      { accountId: account, name: "other" },
      { accountId: account, name: "media", location: "apac" },
      { accountId: account, name: "media", jurisdiction: "eu" },
    ],
  ],
  [
    "R2Bucket",
    { accountId: account, name: "media", location: "weur" },
    [
      { accountId: account, name: "media" },
      { accountId: account, name: "media", location: "enam" },
      { accountId: "f".repeat(32), name: "media" },
    ],
  ],
  [
    "R2BucketCors",
    cors([corsRule({ maxAgeSeconds: 3600 })]),
    [
      cors([corsRule({ maxAgeSeconds: 60 })]),
      cors([corsRule({ exposeHeaders: ["ETag"] })]),
      cors([corsRule({}), corsRule({ id: "api" })]),
      cors([]),
      cors(undefined),
    ],
  ],
  [
    "R2BucketCors",
    cors([{ allowed: { methods: ["GET", "PUT"], origins: ["*"], headers: ["*"] } }]),
    [cors([{ allowed: { methods: ["GET"], origins: ["*"] } }])],
  ],
  [
    "R2CustomDomain",
    domain({}),
    [
      domain({ minTls: "1.3" }),
      domain({ enabled: false }),
      domain({ domain: "media.mastiff.party" }),
      domain({ ciphers: ["ECDHE-RSA-AES128-GCM-SHA256"] }),
    ],
  ],
  [
    "R2CustomDomain",
    { accountId: account, bucketName: "media", domain: "files.mastiff.party", zoneId: zone, enabled: true },
    [domain({})],
  ],
  [
    "R2ManagedDomain",
    { accountId: account, bucketName: "media", enabled: true },
    [{ accountId: account, bucketName: "media", enabled: false }],
  ],
  [
    "R2BucketLifecycle",
    lifecycle([aborting]),
    [
      lifecycle([{ ...aborting, enabled: false }]),
      lifecycle([
        aborting,
        {
          id: "old",
          enabled: true,
          conditions: { prefix: "tmp/" },
          deleteObjectsTransition: { condition: { type: "Date", date: "2027-01-01T00:00:00Z" } },
        },
      ]),
    ],
  ],
  [
    "DnsRecord",
    record({}),
    [
      record({ content: "192.0.2.2" }),
      record({ ttl: 1, proxied: true }),
      record({ comment: "by hand" }),
      record({ name: "web.mastiff.party" }),
      record({ name: "www" }),
      record({ type: "AAAA", content: "2001:db8::1" }),
      record({ settings: {} }),
      record({ zoneId: "0000000000000000000000000000a002" }),
    ],
  ],
  [
    "DnsRecord",
    record({ name: "assets", type: "CNAME", content: "Mastiff.party", ttl: 1, proxied: true }),
    [
      record({ name: "assets", type: "CNAME", content: "mastiff.party", ttl: 1, proxied: true }),
      record({
        name: "assets",
        type: "CNAME",
        content: "mastiff.party",
        ttl: 1,
        proxied: true,
        settings: { flattenCname: true },
      }),
      record({ name: "assets.mastiff.party", type: "CNAME", content: "mastiff.party", ttl: 300 }),
    ],
  ],
  [
    "DnsRecord",
    record({ name: "_dmarc.mastiff.party", type: "TXT", content: '"v=DMARC1; p=none"', comment: "mail" }),
    [
      record({ name: "_dmarc.mastiff.party", type: "TXT", content: '"v=DMARC1; p=reject"', comment: "mail" }),
      record({ name: "_dmarc.mastiff.party", type: "TXT", content: '"v=DMARC1; p=none"' }),
    ],
  ],
  [
    "DnsRecord",
    record({ name: "@", type: "MX", content: "mx.mastiff.party", priority: 10 }),
    [
      record({ name: "@", type: "MX", content: "mx.mastiff.party", priority: 20 }),
      record({ name: "mastiff.party", type: "MX", content: "mx.mastiff.party", priority: 10 }),
    ],
  ],
  [
    "ZoneSetting",
    setting("ssl", "strict"),
    [
      setting("ssl", "full"),
      setting("always_use_https", "on"),
      setting("ssl", 5),
      setting("ssl", ["strict"]),
    ],
  ],
  ["ZoneSetting", setting("min_tls_version", "1.2"), [setting("min_tls_version", "1.3")]],
  [
    "Ruleset",
    ruleset([header("*")]),
    [
      ruleset([header("https://mastiff.party")]),
      ruleset([header("*"), header("x", { ref: "second", enabled: false })]),
      ruleset([]),
      ruleset(undefined),
      ruleset([header("*")], { name: "other" }),
      ruleset([header("*", { ref: "renamed" })]),
      ruleset([header("*", { description: "new" })], { description: "of the zone" }),
    ],
  ],
  [
    "Ruleset",
    ruleset(
      [
        {
          action: "set_config",
          expression: "true",
          actionParameters: { ssl: "strict", automaticHttpsRewrites: true },
        },
      ],
      { phase: "http_config_settings" },
    ),
    [
      ruleset([{ action: "set_config", expression: "true", actionParameters: { ssl: "full" } }], {
        phase: "http_config_settings",
      }),
    ],
  ],
  [
    "Ruleset",
    ruleset(
      [
        {
          ref: "c",
          action: "set_cache_settings",
          expression: "true",
          actionParameters: {
            cache: true,
            edgeTtl: { mode: "override_origin", default: 7200 },
            browserTtl: { mode: "respect_origin" },
          },
        },
      ],
      { phase: "http_request_cache_settings" },
    ),
    [
      ruleset(
        [{ ref: "c", action: "set_cache_settings", expression: "true", actionParameters: { cache: false } }],
        { phase: "http_request_cache_settings" },
      ),
    ],
  ],
  [
    "AccountToken",
    tokenOf({}),
    [
      tokenOf({ name: "renamed" }),
      tokenOf({ policies: [policy([bucketItemWrite, bucketItemRead], "media")] }),
      tokenOf({ policies: [policy([bucketItemWrite], "other")] }),
      tokenOf({ expiresOn: "2030-01-01T00:00:00Z" }),
      tokenOf({ condition: { requestIp: { ins: ["192.0.2.0/24"] } } }),
      tokenOf({ accountId: "f".repeat(32) }),
    ],
  ],
  [
    "AccountToken",
    tokenOf({
      policies: [policy([bucketItemWrite, bucketItemRead], "media"), policy([bucketItemRead], "backup")],
      expiresOn: "2030-01-01T00:00:00Z",
    }),
    [
      tokenOf({
        policies: [policy([bucketItemRead], "backup"), policy([bucketItemRead, bucketItemWrite], "media")],
      }),
    ],
  ],
  [
    "ApiToken",
    { name: "mine", policies: [policy([bucketItemRead], "media")] },
    [{ name: "mine still", policies: [policy([bucketItemRead], "media")] }],
  ],
  [
    "Zone",
    { name: "fresh.example", account: { id: account } },
    [
      { name: "fresh.example", account: { id: account }, paused: true },
      { name: "fresher.example", account: { id: account } },
    ],
  ],
];

/** Inputs that only `up` will know. */
export const unknowns: [string, Fields][] = [
  ["R2Bucket", { accountId: account, name: unknown }],
  [
    "R2BucketCors",
    {
      accountId: account,
      bucketName: unknown,
      rules: [{ id: "web", allowed: { methods: ["GET"], origins: [unknown] } }],
    },
  ],
  ["R2BucketCors", { accountId: account, bucketName: "media", rules: unknown }],
  ["R2CustomDomain", domain({ bucketName: unknown, zoneId: unknown })],
  ["DnsRecord", record({ content: unknown, zoneId: unknown })],
  ["DnsRecord", record({ proxied: unknown, ttl: 1 })],
  ["DnsRecord", record({ type: "CNAME", content: unknown, settings: { flattenCname: unknown } })],
  ["ZoneSetting", setting("ssl", unknown)],
  ["Ruleset", ruleset([header(unknown), header("*", { ref: unknown, expression: unknown })])],
  ["Ruleset", ruleset(unknown)],
  [
    "AccountToken",
    tokenOf({ policies: [{ effect: "allow", permissionGroups: [{ id: unknown }], resources: unknown }] }),
  ],
  ["AccountToken", tokenOf({ policies: unknown })],
  ["Zone", { name: "fresh.example", account: { id: unknown } }],
];

/** Inputs that the provider refuses, or takes although they look odd. */
export const odd: [string, Fields][] = [
  ...[
    "R2Bucket",
    "R2BucketCors",
    "R2BucketLifecycle",
    "R2CustomDomain",
    "R2ManagedDomain",
    "DnsRecord",
    "ZoneSetting",
    "Ruleset",
    "AccountToken",
    "ApiToken",
    "Zone",
    "OriginCaCertificate",
  ].map((name): [string, Fields] => [name, {}]),
  ["R2Bucket", { accountId: account, name: "media", location: "mars" }],
  ["R2Bucket", { accountId: account, name: 5, colour: "red" }],
  ["R2Bucket", { accountId: account, name: ["media"] }],
  ["R2Bucket", { accountId: account, name: { a: 1 } }],
  ["R2Bucket", { accountId: account, name: null }],
  ["R2Bucket", { accountId: account, name: "media", storageClass: "standard", jurisdiction: "EU" }],
  ["DnsRecord", record({ type: "ZZ" })],
  ["DnsRecord", record({ ttl: "soon" })],
  ["DnsRecord", record({ ttl: "300" })],
  ["DnsRecord", record({ data: { tag: "issue" } })],
  ["DnsRecord", record({ proxied: "yes" })],
  ["DnsRecord", record({ proxied: 1 })],
  ["DnsRecord", record({ priority: 70000 })],
  ["DnsRecord", record({ tags: "a" })],
  ["DnsRecord", record({ tags: ["a:b", "a:b"] })],
  ["DnsRecord", record({ settings: [] })],
  [
    "DnsRecord",
    { zoneId: zone, name: "x", type: "CAA", ttl: 1, data: { flags: true, tag: "issue", algorithm: 300 } },
  ],
  ["R2BucketCors", cors([{}])],
  ["R2BucketCors", cors([corsRule({ allowed: { methods: ["OPTIONS", "GET"], origins: [] } })])],
  ["R2BucketCors", cors("none")],
  ["R2BucketCors", cors([corsRule({ maxAgeSeconds: "a while" })])],
  [
    "R2BucketLifecycle",
    lifecycle([
      {
        storageClassTransitions: [{ condition: {} }],
        deleteObjectsTransition: { condition: { type: "Never" } },
      },
    ]),
  ],
  ["R2CustomDomain", domain({ minTls: "1.4" })],
  ["R2CustomDomain", domain({ minTls: 1.2 })],
  ["ZoneSetting", setting("ssl", { a: [1, "b"] })],
  ["ZoneSetting", setting("ssl", [])],
  ["Ruleset", ruleset([header("*")], { zoneId: "short" })],
  ["Ruleset", ruleset([header("*")], { accountId: account })],
  ["Ruleset", { kind: "zone", name: "", phase: "none" }],
  ["Ruleset", ruleset([{ action: "REWRITE", actionParameters: { headers: { a: {} } } }])],
  ["Ruleset", ruleset([header("", { expression: "", actionParameters: { ssl: "strict", statusCode: 5 } })])],
  ["Ruleset", ruleset([header("*", { actionParameters: { headers: {}, uri: {} }, logging: {} })])],
  [
    "Ruleset",
    ruleset([
      header("*", {
        actionParameters: {
          headers: { a: { operation: "put" }, b: { operation: "set", value: "x", expression: "y" } },
        },
      }),
    ]),
  ],
  [
    "Ruleset",
    ruleset([
      {
        action: "set_config",
        expression: "true",
        actionParameters: { ssl: "x", disableApps: false, polish: "much" },
      },
    ]),
  ],
  [
    "Ruleset",
    ruleset([
      {
        action: "redirect",
        expression: "true",
        actionParameters: { fromValue: { statusCode: 5, targetUrl: {} }, fromList: {} },
      },
    ]),
  ],
  ["AccountToken", tokenOf({ policies: [] })],
  ["AccountToken", tokenOf({ policies: [{}] })],
  ["AccountToken", tokenOf({ policies: [{ effect: "maybe", permissionGroups: [{}], resources: "none" }] })],
  ["AccountToken", tokenOf({ policies: [{ effect: "allow", permissionGroups: [], resources: { a: "*" } }] })],
  ["AccountToken", tokenOf({ expiresOn: "tomorrow", status: "asleep" })],
  ["Zone", { name: "fresh.example", account: {}, type: "half" }],
  ["OriginCaCertificate", { csr: "", hostnames: [], requestType: "none", requestedValidity: 5 }],
];
