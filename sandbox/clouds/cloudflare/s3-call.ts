import type { World } from "../world.ts";
import type { Bucket } from "./state.ts";

/** An authenticated and authorised call of the S3 API. */
export interface S3Call {
  world: World;
  bucket: Bucket;
  key: string;
  query: URLSearchParams;
  headers: Headers;
  body: Buffer;
}
