import { z } from "zod";

/** Forms of the inputs that say how a resource reaches Cloudflare. */
export const reachInputs = {
  baseUrl: z
    .url({ protocol: /^https?$/, error: (issue) => `"${issue.input}" is not a URL of an API` })
    .optional(),
  apiToken: z.string().min(1, { error: "it is empty" }).optional(),
};
