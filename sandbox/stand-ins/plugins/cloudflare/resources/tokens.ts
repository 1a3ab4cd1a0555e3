/**
 * API tokens of an account.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/account_token
 */

import { oneOf } from "../checks.ts";
import { path } from "../path.ts";
import type { Ask, ResourceTable } from "../resource-table.ts";
import { type Attributes, list, nested, nestedList, text } from "../schema.ts";
import { expired, settleToken, tokenBody } from "./token-policies.ts";

const attributes: Attributes = {
  id: text("computed", { keep: true }),
  account_id: text("required", { wire: false, replaces: true, says: "Account identifier tag." }),
  name: text("required", { says: "Token name." }),
  policies: nestedList(
    "required",
    {
      effect: text("required", {
        says: "Allow or deny operations against the resources.",
        checks: [oneOf("allow", "deny")],
      }),
      permission_groups: nestedList(
        "required",
        { id: text("required", { says: "Identifier of the permission group." }) },
        { pointer: true, says: "A set of permission groups that are specified to the policy." },
      ),
      resources: text("required", {
        says: "A json object representing the resources that are specified to the policy.",
      }),
    },
    { pointer: true, says: "Set of access policies assigned to the token." },
  ),
  expires_on: text("optional", { format: "time" }),
  not_before: text("optional", { format: "time" }),
  condition: nested(
    "optional",
    {
      request_ip: nested(
        "optional",
        {
          in: list("optional", "string", { pointer: true }),
          not_in: list("optional", "string", { pointer: true }),
        },
        { pointer: true },
      ),
    },
    { pointer: true },
  ),
  status: text("optional-computed", { checks: [oneOf("active", "disabled", "expired")] }),
  issued_on: text("computed", { format: "time" }),
  last_used_on: text("computed", { format: "time" }),
  modified_on: text("computed", { format: "time" }),
  value: text("computed", { refresh: false, keep: true, sensitive: true }),
};

const one =
  (method: "GET" | "PUT" | "DELETE"): Ask =>
  ({ account_id, id }) => ({ method, path: path`accounts/${{ account_id }}/tokens/${{ token_id: id }}` });

export const accountToken: ResourceTable = {
  attributes,
  schemaVersion: 501,
  id: "id",
  create: ({ account_id }) => ({ method: "POST", path: path`accounts/${{ account_id }}/tokens` }),
  read: one("GET"),
  update: one("PUT"),
  delete: one("DELETE"),
  body: (plan) => tokenBody(attributes, plan),
  settle: settleToken,
  gone: expired,
  importFormat: "<account_id>/<token_id>",
  imported: ([account_id = "", id = ""]) => ({ account_id, id }),
};
