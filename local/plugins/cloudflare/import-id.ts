/** What an import id says: the attributes that lead to the resource. */

import type { TerraformObject } from "./terraform.ts";

/**
 * @param format segments, such as `<zone_id>/<dns_record_id>`; undefined for what cannot be imported.
 * @throws when the id has another shape.
 * @see cloudflare/terraform-provider-cloudflare v5.19.1: internal/importpath
 */
export function importedState(
  id: string,
  format: string | undefined,
  imported: ((segments: string[]) => TerraformObject) | undefined,
): TerraformObject {
  if (format === undefined || imported === undefined) {
    throw new Error(
      "Resource Import Not Implemented: This resource does not support import. Please contact the provider developer for additional information.",
    );
  }
  const segments = id.split("/");
  if (segments.length !== format.split("/").length) {
    throw new Error(
      `invalid ID: expected urlencoded segments ${JSON.stringify(format)}, got ${JSON.stringify(id)}`,
    );
  }
  return imported(segments.map(decodeURIComponent));
}
