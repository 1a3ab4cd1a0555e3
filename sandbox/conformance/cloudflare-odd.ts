/** Inputs that are unknown, unusual or wrong. */

import { account, zone } from "./cloudflare-api.ts";
import {
  cors,
  corsRule,
  domain,
  expiring,
  header,
  lifecycle,
  record,
  ruleset,
  setting,
  tokenOf,
} from "./cloudflare-builders.ts";
import { type Fields, unknown } from "./plugin-client.ts";

/** Inputs that become known only during `up`. */
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
  ["R2BucketLifecycle", { ...lifecycle([expiring("daily", unknown)]), bucketName: unknown }],
  ["R2BucketLifecycle", lifecycle(unknown)],
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

/** Inputs that the provider refuses, and unusual inputs that it accepts. */
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
    "Zone",
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
  ["R2BucketLifecycle", lifecycle("none")],
  ["R2BucketLifecycle", lifecycle([expiring("daily", "two weeks")])],
  ["R2BucketLifecycle", lifecycle([expiring("daily", 1.5)])],
  ["R2BucketLifecycle", lifecycle([expiring("daily", 14, { conditions: {} })])],
  ["R2CustomDomain", domain({ minTls: "1.4" })],
  ["R2CustomDomain", domain({ minTls: 1.2 })],
  ["ZoneSetting", setting("ssl", { a: [1, "b"] })],
  ["ZoneSetting", setting("ssl", [])],
  ["Ruleset", ruleset([header("*")], { zoneId: "short" })],
  ["Ruleset", ruleset([header("*")], { accountId: account })],
  ["Ruleset", { kind: "zone", name: "", phase: "none" }],
  ["Ruleset", ruleset([{ action: "REWRITE", actionParameters: { headers: { a: {} } } }])],
  [
    "Ruleset",
    ruleset([header("", { expression: "", actionParameters: { ssl: "strict", statusCode: 404 } })]),
  ],
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
  ["AccountToken", tokenOf({ policies: [] })],
  ["AccountToken", tokenOf({ policies: [{}] })],
  ["AccountToken", tokenOf({ policies: [{ effect: "maybe", permissionGroups: [{}], resources: "none" }] })],
  ["AccountToken", tokenOf({ policies: [{ effect: "allow", permissionGroups: [], resources: { a: "*" } }] })],
  ["AccountToken", tokenOf({ expiresOn: "tomorrow", status: "asleep" })],
  ["Zone", { name: "fresh.example", account: {}, type: "half" }],
];
