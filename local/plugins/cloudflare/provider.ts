import type { Provider } from "../provider.ts";

/** The Cloudflare provider: no resource types yet. */
export function cloudflareProvider(): Provider {
  return { name: "cloudflare", version: "6.22.1", resources: {} };
}
