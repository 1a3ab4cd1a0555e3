/**
 * Parameters of the rules that change requests and responses.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import { lengthAtLeast, oneOf, sizeAtLeast } from "../checks.ts";
import { atLeastOneOf, conflictsWith, exactlyOneOf } from "../relations.ts";
import { type Attributes, nested, nestedMap, text } from "../schema.ts";
import { onlyWith } from "./ruleset-action.ts";

export const requestParameters: Attributes = onlyWith("rewrite", {
  headers: nestedMap(
    "optional",
    {
      operation: text("required", {
        says: "The operation to perform on the header.",
        checks: [oneOf("add", "set", "remove")],
      }),
      value: text("optional", { checks: [conflictsWith("expression"), lengthAtLeast(1)] }),
      expression: text("optional", { checks: [conflictsWith("value"), lengthAtLeast(1)] }),
    },
    { checks: [sizeAtLeast(1)] },
  ),
  uri: nested("optional", {
    path: nested(
      "optional",
      {
        value: text("optional", { checks: [exactlyOneOf("expression"), lengthAtLeast(1)] }),
        expression: text("optional", { checks: [lengthAtLeast(1)] }),
      },
      { checks: [atLeastOneOf("query")] },
    ),
    query: nested("optional", {
      value: text("optional", { checks: [exactlyOneOf("expression")] }),
      expression: text("optional", { checks: [lengthAtLeast(1)] }),
    }),
  }),
});
