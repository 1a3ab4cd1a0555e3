/**
 * The object storage as Paperclip and the AWS SDK see it: credentials, endpoint, ACL header.
 *
 * R2 has no ACLs, and refuses a request that contains one. Mastodon sends an ACL unless S3_PERMISSION is
 * present and empty (mastodon/mastodon config/initializers/paperclip.rb, mastodon/documentation
 * admin/optional/object-storage.md).
 */
import { authenticate, deleteObject, findBucket, getObject, putObject } from "../cloudflare/r2.ts";
import type { Situation } from "./behaviour.ts";

/** Why objects cannot be written, in the SDK's words; undefined: they can. */
export function bucketFault(seen: Situation): string | undefined {
  const { env, world } = seen;
  const missing = ["S3_ENDPOINT", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].find(
    (n) => !env[n],
  );
  if (missing === "S3_ENDPOINT") {
    return "Seahorse::Client::NetworkingError: Failed to open TCP connection to s3.auto.amazonaws.com:443 (getaddrinfo: Name or service not known)";
  }
  if (missing !== undefined)
    return `Aws::Errors::MissingCredentialsError: unable to sign request without credentials set (${missing})`;
  const endpoint = /^https:\/\/([0-9a-f]{32})(?:\.(eu|fedramp))?\.r2\.cloudflarestorage\.com\/?$/.exec(
    env.S3_ENDPOINT ?? "",
  );
  if (endpoint === null) {
    return `Aws::S3::Errors::NoSuchBucket: The specified bucket does not exist. (endpoint ${env.S3_ENDPOINT})`;
  }
  const known = authenticate(world, env.AWS_ACCESS_KEY_ID ?? "", env.AWS_SECRET_ACCESS_KEY ?? "");
  if (known === undefined) return "Aws::S3::Errors::Unauthorized: Unauthorized";
  const [, accountId = "", jurisdiction = "default"] = endpoint;
  const bucket = findBucket(world, env.S3_BUCKET ?? "", { accountId, jurisdiction });
  if (bucket === undefined) {
    return "Aws::S3::Errors::NoSuchBucket: The specified bucket does not exist.";
  }
  if (!known.buckets.includes(bucket.name)) return "Aws::S3::Errors::AccessDenied: Access Denied";
  return undefined;
}

/** What else fails for Paperclip: the ACL header. */
export function paperclipFault(seen: Situation): string | undefined {
  const permission = seen.env.S3_PERMISSION ?? "public-read";
  const fault = bucketFault(seen);
  if (fault !== undefined) return fault;
  if (permission !== "") {
    return `Aws::S3::Errors::NotImplemented: Header 'x-amz-acl' with value '${permission}' not implemented`;
  }
  return undefined;
}

/** Writes, reads and deletes an object. */
export function roundTrip(seen: Situation, key: string): string | undefined {
  const fault = bucketFault(seen);
  if (fault !== undefined) return fault;
  const bucket = seen.env.S3_BUCKET ?? "";
  putObject(seen.world, bucket, key, "smoke", "text/plain");
  const read = getObject(seen.world, bucket, key)?.body;
  deleteObject(seen.world, bucket, key);
  return read === "smoke" ? undefined : "the object came back changed";
}

/**
 * Writes the pictures that a community has from its first day. The first process that serves it writes them.
 */
export function writeFirstObjects(seen: Situation): string[] {
  if (seen.env.S3_ENABLED !== "true") return [];
  const fault = paperclipFault(seen);
  if (fault !== undefined) return [`[paperclip] ${fault}`];
  const bucket = seen.env.S3_BUCKET ?? "";
  const pixel = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
  for (const key of [
    "accounts/avatars/000/000/001/original/missing.svg",
    "accounts/headers/000/000/001/original/missing.svg",
    "site_uploads/files/000/000/001/original/thumbnail.svg",
  ]) {
    if (getObject(seen.world, bucket, key) === undefined)
      putObject(seen.world, bucket, key, pixel, "image/svg+xml");
  }
  return [];
}
