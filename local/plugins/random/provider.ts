import type { Provider } from "../provider.ts";

export function randomProvider(): Provider {
  return { name: "random", version: "4.21.2", resources: {} };
}
