/**
 * What is used of @pulumi/cloudflare, each from its own file. The package loads a resource when it is first asked for,
 * but Node asks a CommonJS module for every export as soon as an ES module imports it: all of the 700 files, in every
 * preview.
 */
export { AccountToken } from "@pulumi/cloudflare/accountToken.js";
export { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
export { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
export { R2BucketCors } from "@pulumi/cloudflare/r2bucketCors.js";
export { R2CustomDomain } from "@pulumi/cloudflare/r2customDomain.js";
export { Zone } from "@pulumi/cloudflare/zone.js";
export { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
