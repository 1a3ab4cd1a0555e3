/** Inputs for each resource, and the inputs that replace them. */

import { account, zone } from "./cloudflare-api.ts";
import {
  aborting,
  bucketItemRead,
  bucketItemWrite,
  cors,
  corsRule,
  domain,
  expiring,
  header,
  lifecycle,
  policy,
  record,
  ruleset,
  setting,
  tokenOf,
} from "./cloudflare-builders.ts";
import type { Fields } from "./plugin-client.ts";

/** Resources that need an existing bucket. */
export const needsBucket = ["R2BucketCors", "R2BucketLifecycle", "R2CustomDomain", "R2ManagedDomain"];

/** By resource: the first inputs, and the inputs that each replace them. */
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
    "R2BucketLifecycle",
    lifecycle([aborting, expiring("daily", 14), expiring("hourly", 3), expiring("monthly", 366)]),
    [
      lifecycle([aborting, expiring("daily", 7), expiring("hourly", 3), expiring("monthly", 366)]),
      lifecycle([aborting, expiring("daily", 14), expiring("monthly", 366)]),
      // R2 answers the rules in the order of their ids.
      lifecycle([expiring("monthly", 366), expiring("hourly", 3), expiring("daily", 14), aborting]),
      lifecycle([expiring("daily", 14), expiring("daily", 7)]),
      lifecycle([
        expiring("daily", 14, {
          abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 86_400 } },
        }),
      ]),
      lifecycle([]),
      { accountId: account, bucketName: "media" },
      { ...lifecycle([aborting]), jurisdiction: "eu" },
      { ...lifecycle([aborting]), bucketName: "other" },
    ],
  ],
  // An order that never settles.
  ["R2BucketLifecycle", lifecycle([expiring("weekly", 56), expiring("daily", 14)]), []],
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
    "Zone",
    { name: "fresh.example", account: { id: account } },
    [
      { name: "fresh.example", account: { id: account }, paused: true },
      { name: "fresher.example", account: { id: account } },
    ],
  ],
];
