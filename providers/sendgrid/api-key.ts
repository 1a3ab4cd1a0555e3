import { z } from "zod";
import { type CloudClient, orGone, postAfterLook } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import * as form from "./inputs.ts";

const inputs = z.object({
  name: form.text(100),
  scopes: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/, { error: (issue) => `"${issue.input}" is not a scope` }),
    )
    .min(1, { error: "a key without scopes may do everything: name the scopes, e.g. mail.send" })
    .transform((scopes) => [...new Set(scopes)].sort()),
  baseUrl: form.baseUrl,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  apiKeyId: string;
  apiKey: string;
}

interface KeyEntry {
  api_key_id: string;
  name: string;
}

interface KeyDetails extends KeyEntry {
  scopes?: string[];
}

/**
 * The rights among the scopes that SendGrid returns, which have a dot in their names, and the scopes that
 * were asked for. Scopes that SendGrid adds by itself (`sender_verification_eligible`, `2fa_required`)
 * describe the account.
 */
export function rights(scopes: string[], asked: string[]): string[] {
  return [...new Set(scopes)].filter((scope) => scope.includes(".") || asked.includes(scope)).sort();
}

/**
 * Deletes the keys of exactly this name. SendGrid returns a key only once, so a key that a crash kept out of
 * the state is useless. Since the name contains the stack, the key is ours.
 */
async function endLeftovers(cloud: CloudClient, name: string): Promise<undefined> {
  const { result } = await cloud.get<{ result: KeyEntry[] }>("/api_keys", { limit: 100 });
  for (const key of result.filter((entry) => entry.name === name)) {
    await orGone(cloud.request("DELETE", `/api_keys/${key.api_key_id}`));
  }
}

export const apiKey: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: [],

  async create(cloud, { name, scopes }) {
    const look = () => endLeftovers(cloud, name);
    await look();
    const body = { name, scopes };
    const made = await postAfterLook(
      () => cloud.request<KeyEntry & { api_key: string }>("POST", "/api_keys", { body }),
      look,
    );
    return { id: made.api_key_id, outs: { apiKeyId: made.api_key_id, apiKey: made.api_key } };
  },

  async read(cloud, id, state) {
    type Answer = KeyDetails | { result: KeyDetails[] };
    const answer = await orGone(cloud.get<Answer>(`/api_keys/${id}`));
    // Documented inside a list, returned without one:
    // https://www.twilio.com/docs/sendgrid/api-reference/api-keys
    const key = answer && "result" in answer ? answer.result[0] : answer;
    if (key === undefined) return undefined;
    return {
      name: key.name,
      scopes: rights(key.scopes ?? [], state.scopes),
      apiKeyId: id,
      apiKey: state.apiKey,
    };
  },

  async update(cloud, id, state, { name, scopes }) {
    await cloud.request("PUT", `/api_keys/${id}`, { body: { name, scopes } });
    return { apiKeyId: id, apiKey: state.apiKey };
  },

  async remove(cloud, id) {
    await orGone(cloud.request("DELETE", `/api_keys/${id}`));
  },
};
