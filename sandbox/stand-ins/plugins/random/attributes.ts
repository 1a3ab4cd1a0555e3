import type { Attribute } from "../bridge/attributes.ts";
import { keepersReplace } from "../bridge/plan.ts";

/** Any values; when one of them changes, the resource is made anew. */
export const keepers: Attribute = { type: "map", input: "optional", replaces: keepersReplace };

/** What the official provider adds to errors that nobody can do anything about. */
export const retry =
  "Retry the Terraform operation. If the error still occurs or happens regularly, please contact the provider " +
  "developer with hardware and operating system information.\n\n";
