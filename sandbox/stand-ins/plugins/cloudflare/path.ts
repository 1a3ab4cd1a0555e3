/** Paths of the API that contain values of attributes. */

import { type Terraform, textOf } from "./terraform.ts";

type Parameter = Record<string, Terraform | undefined>;

/**
 * A path: path`zones/${{ zone_id }}/dns_records`.
 *
 * @throws when a value is missing, with the client's message (cloudflare-go: `missing required zone_id
 * parameter`).
 */
export function path(parts: TemplateStringsArray, ...parameters: Parameter[]): string {
  return parts.reduce((text, part, index) => {
    const [name, value] = Object.entries(parameters[index - 1] ?? {})[0] ?? [];
    if (name === undefined) throw new Error("a path without a parameter needs no template");
    const segment = textOf(value);
    if (segment === "") throw new Error(`missing required ${name} parameter`);
    return text + segment + part;
  });
}
