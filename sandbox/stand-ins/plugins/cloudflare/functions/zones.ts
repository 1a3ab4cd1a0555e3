/**
 * Look-up of zones.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/zone
 */

import { atLeast, oneOf } from "../checks.ts";
import { isJsonObject, refreshed, resultOf } from "../decode.ts";
import { Diagnostic } from "../diagnostic.ts";
import { type FunctionTable, itemsOf, listing, query } from "../function.ts";
import { path } from "../path.ts";
import { zoneAttributes } from "../resources/zone.ts";
import { type Attributes, int, nested, text } from "../schema.ts";
import { isObject, type Terraform, textOf } from "../terraform.ts";

/** The filters for zones. */
const filter: Attributes = {
  account: nested("optional", { id: text("optional"), name: text("optional") }),
  direction: text("optional", { checks: [oneOf("asc", "desc")] }),
  match: text("optional-computed", { checks: [oneOf("any", "all")] }),
  name: text("optional"),
  order: text("optional", { checks: [oneOf("name", "status", "account.id", "account.name", "plan.id")] }),
  status: text("optional", { checks: [oneOf("initializing", "pending", "active", "moved")] }),
};
const filterNames = Object.keys(filter);

export const getZones: FunctionTable = listing({
  terraform: "cloudflare_zones",
  args: { ...filter, max_items: int("optional", { checks: [atLeast(0)] }) },
  item: zoneAttributes,
  path: () => "zones",
  query: filterNames,
  paged: true,
});

/** One zone, by its id or by a filter that only this zone passes. */
export const getZone: FunctionTable = {
  terraform: "cloudflare_zone",
  oneOf: ["zone_id", "filter"],
  attributes: {
    ...zoneAttributes,
    zone_id: text("optional-computed", { wire: false }),
    filter: nested("optional", filter, { wire: false }),
  },
  async read(args, fetch) {
    const zoneId = isObject(args.filter ?? null)
      ? await onlyZone(args.filter ?? null)
      : (args.zone_id ?? null);
    if (textOf(zoneId) === "")
      throw new Diagnostic("Invalid zone configuration: empty or null zone ID", noZone);
    const page = await fetch(() => path`zones/${{ zone_id: zoneId }}`);
    const zone = refreshed(getZone.attributes, resultOf(page), args);
    return { ...zone, id: zoneId, zone_id: zoneId };

    async function onlyZone(wanted: Terraform): Promise<Terraform> {
      const found = itemsOf(
        await fetch(() => `zones${query(isObject(wanted) ? wanted : {}, filterNames)}`, true),
      );
      if (found.length !== 1)
        throw new Diagnostic("failed to find exactly one result", `${found.length} found`);
      const id = isJsonObject(found[0]) ? found[0].id : undefined;
      return typeof id === "string" ? id : null;
    }
  },
};

const noZone =
  "zone_id resolved to an empty or null value. " +
  "This can occur when zone_id references a cloudflare_zone resource whose ID is empty or null in state.\n\n" +
  "If specifying zone_id directly, ensure it is not empty or null.\n" +
  "If zone_id references a cloudflare_zone resource, re-import that zone:\n" +
  "  terraform import cloudflare_zone.<name> <zone_id>\n" +
  "then run terraform plan again.";
