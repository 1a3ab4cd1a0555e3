/**
 * Look-up of the permissions that a token can get.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/account_api_token_permission_groups
 */

import { atLeast } from "../checks.ts";
import { type FunctionTable, listing } from "../function.ts";
import { path } from "../path.ts";
import { type Attributes, int, list, text } from "../schema.ts";

const group: Attributes = {
  id: text("computed"),
  name: text("computed"),
  scopes: list("computed", "string"),
};

export const getAccountApiTokenPermissionGroupsList: FunctionTable = listing({
  terraform: "cloudflare_account_api_token_permission_groups_list",
  args: {
    account_id: text("optional"),
    name: text("optional"),
    scope: text("optional"),
    max_items: int("optional", { checks: [atLeast(0)] }),
  },
  item: group,
  path: ({ account_id }) => path`accounts/${{ account_id }}/tokens/permission_groups`,
  query: ["name", "scope"],
});
