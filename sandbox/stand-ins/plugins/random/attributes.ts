import type { Attribute } from "../bridge/attributes.ts";
import { keepersReplace } from "../bridge/plan.ts";

/** Arbitrary values. When one of them changes, the resource is replaced. */
export const keepers: Attribute = { type: "map", input: "optional", replaces: keepersReplace };

/** Text that the official provider adds to internal errors. */
export const retry =
  "Retry the Terraform operation. If the error still occurs or happens regularly, please contact the provider " +
  "developer with hardware and operating system information.\n\n";
