/** The attributes that an import id contains. */

import { Diagnostic } from "./diagnostic.ts";
import type { ResourceTable } from "./resource-table.ts";
import type { TerraformObject } from "./terraform.ts";

/**
 * @throws Diagnostic when the type cannot be imported, or the id has another form.
 * @see cloudflare/terraform-provider-cloudflare v5.19.1: internal/importpath
 */
export function importedState(id: string, { importFormat, imported }: ResourceTable): TerraformObject {
  if (importFormat === undefined || imported === undefined) {
    const advice = "Please contact the provider developer for additional information.";
    throw new Diagnostic(
      "Resource Import Not Implemented",
      `This resource does not support import. ${advice}`,
    );
  }
  const segments = id.split("/");
  if (segments.length !== importFormat.split("/").length) {
    const detail = `expected urlencoded segments ${JSON.stringify(importFormat)}, got ${JSON.stringify(id)}`;
    throw new Diagnostic("invalid ID", detail);
  }
  return imported(segments.map(decodeURIComponent));
}
