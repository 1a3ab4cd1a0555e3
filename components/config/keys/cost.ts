/** Keys for what the community may cost. */
import { z } from "zod";
import { dollars } from "../forms.ts";
import { described } from "../key-words.ts";

export const costKeys = {
  budget: described(dollars.optional(), {
    description:
      "The most that the community may cost a month, in USD. The budget covers what config fixes: machines, volumes, addresses and plans. It does not cover what depends on use.",
    unset: "no limit",
    example: "30",
    see: ["cost.md#budget"],
  }),
  budgetAction: described(z.enum(["warn", "refuse"]).default("warn"), {
    description:
      "What a preview and an `up` do when the community costs more than `budget`. `warn`: they say by how much, and how to spend less. `refuse`: they say the same and stop.",
    example: "refuse",
    see: ["cost.md#budget"],
  }),
};
