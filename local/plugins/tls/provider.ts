import type { Provider } from "../provider.ts";

export function tlsProvider(): Provider {
  return { name: "tls", version: "5.6.1", resources: {} };
}
