/**
 * What a token can be allowed.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/account_api_token_permission_groups
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/api_token_permission_groups
 */

import { atLeast } from "../checks.ts";
import { refreshed, resultOf } from "../decode.ts";
import { type FunctionTable, listing, query } from "../function.ts";
import { path } from "../path.ts";
import { type Attributes, int, list, nestedList, text } from "../schema.ts";
import type { TerraformObject } from "../terraform.ts";

const group: Attributes = {
  id: text("computed"),
  name: text("computed"),
  scopes: list("computed", "string"),
};

const filter: Attributes = { name: text("optional"), scope: text("optional") };
const limit: Attributes = { max_items: int("optional", { checks: [atLeast(0)] }) };

const ofAccount = ({ account_id }: TerraformObject): string =>
  path`accounts/${{ account_id }}/tokens/permission_groups`;

export const getAccountApiTokenPermissionGroupsList: FunctionTable = listing({
  terraform: "cloudflare_account_api_token_permission_groups_list",
  args: { account_id: text("optional"), ...filter, ...limit },
  item: group,
  path: ofAccount,
  query: ["name", "scope"],
});

export const getApiTokenPermissionGroupsList: FunctionTable = listing({
  terraform: "cloudflare_api_token_permission_groups_list",
  args: { ...filter, ...limit },
  item: group,
  path: () => "user/tokens/permission_groups",
  query: ["name", "scope"],
});

/**
 * The older form. It looks for its result inside of an object, and the API answers a list: it finds nothing,
 * whatever there is.
 */
export const getAccountApiTokenPermissionGroups: FunctionTable = {
  terraform: "cloudflare_account_api_token_permission_groups",
  attributes: {
    account_id: text("optional", { wire: false }),
    name: text("optional", { wire: false }),
    scope: text("optional", { wire: false }),
    permission_groups: nestedList("computed", group),
  },
  async read(args, fetch) {
    const page = await fetch(() => ofAccount(args) + query(args, ["name", "scope"]));
    return refreshed(getAccountApiTokenPermissionGroups.attributes, resultOf(page), args);
  },
};
