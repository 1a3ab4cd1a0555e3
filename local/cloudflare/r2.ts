import type { World } from "../world.ts";

/** An object of a bucket. */
export interface StoredObject {
  body: string;
  contentType: string;
}

/** The bucket that a custom domain shows, when the domain is active. */
export function bucketForHost(_world: World, _host: string): string | undefined {
  return undefined;
}

/** An object, or undefined. */
export function getObject(_world: World, _bucket: string, _key: string): StoredObject | undefined {
  return undefined;
}
