/** What the local Cloudflare remembers. */
export interface CloudflareState {
  [part: string]: unknown;
}

/** The Cloudflare of a fresh local world. */
export function initialCloudflare(): CloudflareState {
  return {};
}
