/** Keys for stacks that are run together with others. */
import { z } from "zod";
import { jsonOf } from "../forms.ts";
import { described } from "../key-words.ts";

const tag = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "a tag is lower-case letters, digits and dashes")
  .max(40, "a tag has at most 40 characters");

export const fleetKeys = {
  tags: described(jsonOf(z.array(tag), '["eu","small"]').default([]), {
    description:
      "Words by which `npx mastiff fleet up --tag <word>` finds the stack. They are read from the stack's file, and change nothing of the community.",
    example: '["eu","small"]',
    see: ["fleet.md#which-stacks"],
  }),
};
