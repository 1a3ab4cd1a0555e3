/**
 * Terraform's names in Pulumi: camel case, and plural for lists and sets.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/tfbridge/names.go (TerraformToPulumiNameV2)
 */

import type { Attribute } from "./schema.ts";

/** The Pulumi name of an attribute: `name_servers` → `nameServers`, `not_in` (a list) → `notIns`. */
export function pulumiName(name: string, { type }: Pick<Attribute, "type">): string {
  const plural = type.kind === "list" || type.kind === "set" ? pluralOf(name) : name;
  return camelCase(plural);
}

function camelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** By default the bridge derives Terraform's name from the capitals alone: `ipv4Only` → `ipv4_only`. */
export function guessedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The plural, as far as these tables need it: `tags` → `tags`, `in` → `ins`, `status_code_ttl` → `…_ttls`. */
function pluralOf(name: string): string {
  return name.endsWith("s") ? name : `${name}s`;
}
