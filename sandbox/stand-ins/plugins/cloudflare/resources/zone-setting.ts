/**
 * A setting of a zone. A deletion does not change the setting.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/zone_setting
 */

import { path } from "../path.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, bool, dynamic, float, text } from "../schema.ts";

const attributes: Attributes = {
  id: text("computed", { wire: false, keep: true, replaces: true }),
  setting_id: text("required", { wire: false, keep: true, replaces: true, says: "Setting name" }),
  zone_id: text("optional", { wire: false, replaces: true }),
  value: dynamic("required", { says: "Current value of the zone setting." }),
  enabled: bool("optional-computed"),
  editable: bool("computed"),
  modified_on: text("computed", { format: "time" }),
  time_remaining: float("computed"),
};

const setting =
  (method: "GET" | "PATCH"): Ask =>
  ({ zone_id, setting_id }) => ({ method, path: path`zones/${{ zone_id }}/settings/${{ setting_id }}` });

export const zoneSetting: ResourceTable = {
  attributes,
  schemaVersion: 500,
  id: "setting_id",
  create: setting("PATCH"),
  read: setting("GET"),
  update: setting("PATCH"),
  extent: "changes",
  settle: ({ after }) => ({ ...after, id: after.setting_id ?? null }),
  importFormat: "<zone_id>/<setting_id>",
  imported: ([zone_id = "", setting_id = ""]) => ({ zone_id, setting_id }),
  lasting: true,
};
