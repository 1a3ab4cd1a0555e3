/**
 * The classes of @pulumi/cloudflare that are used, each from its own file. The package loads a class on first
 * access, but when an ES module imports a CommonJS module, Node accesses every export: all of the 700 files,
 * in every preview.
 */
export { AccountToken } from "@pulumi/cloudflare/accountToken.js";
export { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
export { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
export { R2BucketCors } from "@pulumi/cloudflare/r2bucketCors.js";
export { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
export { R2CustomDomain } from "@pulumi/cloudflare/r2customDomain.js";
export { Zone } from "@pulumi/cloudflare/zone.js";
export { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
