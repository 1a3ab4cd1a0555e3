/**
 * What a token can be allowed.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/account_api_token_permission_groups
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/api_token_permission_groups
 */

import { atLeast } from "../checks.ts";
import { type FunctionTable, listing } from "../function.ts";
import { path } from "../path.ts";
import { type Attributes, int, list, text } from "../schema.ts";
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
  args: { account_id: text("optional"), ...filter, ...limit },
  item: group,
  path: ofAccount,
  query: ["name", "scope"],
});

export const getApiTokenPermissionGroupsList: FunctionTable = listing({
  args: { ...filter, ...limit },
  item: group,
  path: () => "user/tokens/permission_groups",
  query: ["name", "scope"],
});

/** The older form asks without its filter's limit, and names its result after what it is. */
export const getAccountApiTokenPermissionGroups: FunctionTable = listing({
  args: { account_id: text("optional"), ...filter },
  item: group,
  results: ["permission_groups"],
  path: ofAccount,
  query: ["name", "scope"],
});
