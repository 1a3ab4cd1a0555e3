/**
 * A stand-in for the Cloudflare provider plugin. It makes the same calls, states and diffs for the resources
 * and functions that it serves.
 */

import type { Provider } from "../provider.ts";
import { configuration } from "./configuration.ts";
import { invoke } from "./function.ts";
import { functionTables } from "./functions/tables.ts";
import { resource } from "./resource.ts";
import { resourceTables } from "./resources/tables.ts";

const token = (name: string): string =>
  `cloudflare:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

/** The provider. resources/tables.ts and functions/tables.ts list what it serves. */
export function cloudflareProvider(): Provider {
  return {
    name: "cloudflare",
    version: "6.22.1",
    // The bridge for Terraform's plugin framework accepts no secrets. The engine marks them in the answers.
    features: { acceptSecrets: false, acceptOutputs: false },
    configuration,
    resources: Object.fromEntries(
      Object.entries(resourceTables).map(([name, table]) => [token(name), resource(table)]),
    ),
    functions: Object.fromEntries(
      Object.entries(functionTables).map(([name, table]) => [token(name), invoke(table)]),
    ),
    unknown: (kind, unserved) => {
      const what = kind === "resource" ? "unknown resource token" : "unknown datasource token";
      const served = Object.keys(kind === "resource" ? resourceTables : functionTables).join(", ");
      return new Error(`[pf/tfbridge] ${what}: ${unserved} (the local provider serves ${served})`);
    },
  };
}
