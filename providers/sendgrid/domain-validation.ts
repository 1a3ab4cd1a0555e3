import { z } from "zod";
import type { CloudClient } from "../shared/cloud-client.ts";
import { CloudError } from "../shared/cloud-error.ts";
import type { Kind } from "../shared/kind.ts";
import { askUntil } from "../shared/waiting.ts";
import { knownEntry } from "./authenticated-domain.ts";
import * as form from "./inputs.ts";

const inputs = z.object({
  domainId: z.number().int({ error: "the id of a domain is a whole number" }),
  // Not sorted here: a preview that does not know one of the ids yet would plan another order.
  recordIds: z.array(z.string()),
  timeoutSeconds: form.timeoutSeconds,
  baseUrl: form.baseUrl,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  valid: boolean;
  reasons: string[];
}

type Results = Record<string, { valid: boolean; reason: string | null }>;

/** The answer of a validation. Twilio's own specification spells the field `validation_resuts`. */
export interface Validation {
  valid: boolean;
  validation_results?: Results;
  validation_resuts?: Results;
}

/** The result of a validation: SendGrid answers 200 for a failed one, too. */
export function verdict(answer: Validation): Outputs {
  if (answer.valid) return { valid: true, reasons: [] };
  const results = answer.validation_results ?? answer.validation_resuts ?? {};
  const missed = Object.entries(results).filter(([, result]) => !result.valid);
  const reasons = missed.map(([record, result]) => `${record}: ${result.reason ?? "not found"}`);
  return { valid: false, reasons: reasons.length > 0 ? reasons : ["SendGrid gave no reason"] };
}

async function validate(cloud: CloudClient, wanted: Inputs): Promise<Outputs> {
  const path = `/whitelabel/domains/${wanted.domainId}/validate`;
  try {
    return verdict(await cloud.request<Validation>("POST", path, { repeatable: true }));
  } catch (error) {
    // "internal error getting TXT": SendGrid's resolver failed, not the domain. That is no reason to fail.
    if (error instanceof CloudError && error.mayHaveHappened)
      return { valid: false, reasons: error.messages };
    throw error;
  }
}

const look = (cloud: CloudClient, wanted: Inputs) =>
  askUntil(
    () => validate(cloud, wanted),
    (answer) => answer.valid,
    wanted.timeoutSeconds,
  );

export const domainValidation: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: ["domainId"],

  unsettled: (state) => (state.valid ? undefined : "the domain was not valid yet at the last look"),

  async create(cloud, wanted) {
    return { id: String(wanted.domainId), outs: await look(cloud, wanted) };
  },

  async read(cloud, id, state, known) {
    const entry = await knownEntry(cloud, id, state, known);
    if (entry === undefined) return undefined;
    if (entry.valid) return { valid: true, reasons: [] };
    return {
      valid: false,
      reasons: state.valid ? ["the domain is no longer valid"] : state.reasons,
    };
  },

  update: (cloud, _id, _state, news) => look(cloud, news),

  // A validation leaves nothing behind.
  async remove() {},
};
