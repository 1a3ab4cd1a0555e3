import type { ResourceTable } from "../resource-table.ts";
import { dnsRecord } from "./dns-record.ts";
import { r2Bucket } from "./r2-bucket.ts";
import { r2CustomDomain, r2ManagedDomain } from "./r2-domains.ts";
import { r2BucketCors, r2BucketLifecycle } from "./r2-rules.ts";
import { ruleset } from "./ruleset.ts";
import { accountToken } from "./tokens.ts";
import { zone } from "./zone.ts";
import { zoneSetting } from "./zone-setting.ts";

/** All served resource types by name. */
export const resourceTables: Record<string, ResourceTable> = {
  AccountToken: accountToken,
  DnsRecord: dnsRecord,
  R2Bucket: r2Bucket,
  R2BucketCors: r2BucketCors,
  R2BucketLifecycle: r2BucketLifecycle,
  R2CustomDomain: r2CustomDomain,
  R2ManagedDomain: r2ManagedDomain,
  Ruleset: ruleset,
  Zone: zone,
  ZoneSetting: zoneSetting,
};
