import type { World } from "../world.ts";
import type { Bucket } from "./state.ts";

/** A call that passed the door. */
export interface S3Call {
  world: World;
  bucket: Bucket;
  key: string;
  query: URLSearchParams;
  headers: Headers;
  body: Buffer;
}
