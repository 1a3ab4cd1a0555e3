import { z } from "zod";
import { type CloudClient, orGone, postAfterLook } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import * as form from "./inputs.ts";

const inputs = z.object({
  nickname: form.text(100),
  email: form.email,
  name: form.text(256),
  replyTo: form.email,
  address: form.text(100),
  city: form.text(150),
  // Lengths: sendgrid-oai, spec/json/tsg_verified_senders_v3.json
  state: z.string().max(2, { error: "it is a two-letter code" }).optional(),
  zip: z.string().max(10, { error: "it is longer than 10 characters" }).optional(),
  country: form.text(100),
  baseUrl: form.baseUrl,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  senderId: number;
  verified: boolean;
  adopted: boolean;
}

/** An entry of `/verified_senders`, as far as it is read here. */
export interface SenderEntry {
  id: number;
  nickname: string;
  from_email: string;
  from_name: string;
  reply_to: string;
  address: string;
  city: string;
  state?: string;
  zip?: string;
  country: string;
  verified: boolean;
}

const PAGE = 100;

/** All senders with this address. */
export async function sendersOf(cloud: CloudClient, email: string): Promise<SenderEntry[]> {
  const senders: SenderEntry[] = [];
  let last: number | undefined;
  for (;;) {
    const query: Record<string, number> = {
      limit: PAGE,
      ...(last === undefined ? {} : { lastSeenID: last }),
    };
    const { results } = await cloud.get<{ results: SenderEntry[] }>("/verified_senders", query);
    senders.push(...results.filter((sender) => sender.from_email.toLowerCase() === email.toLowerCase()));
    last = results.at(-1)?.id;
    if (results.length < PAGE) return senders;
  }
}

/** The sender to use: ours, recognised by its nickname, then a verified one, then the oldest. */
export function chooseSender(senders: SenderEntry[], nickname: string): SenderEntry | undefined {
  const rank = (sender: SenderEntry) => (sender.nickname === nickname ? 2 : 0) + (sender.verified ? 1 : 0);
  return [...senders].sort((a, b) => rank(b) - rank(a) || a.id - b.id)[0];
}

const outputs = (sender: SenderEntry, adopted: boolean): Outputs => ({
  senderId: sender.id,
  verified: sender.verified,
  adopted,
});

export const singleSender: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: ["email"],
  // Nicknames are unique in an account, and the replacement has the same one.
  deleteBeforeReplace: true,

  async create(cloud, wanted) {
    const look = async () => chooseSender(await sendersOf(cloud, wanted.email), wanted.nickname);
    const found = await look();
    const body = postalForm(wanted);
    const sender =
      found ??
      (await postAfterLook(() => cloud.request<SenderEntry>("POST", "/verified_senders", { body }), look));
    return { id: String(sender.id), outs: outputs(sender, sender.nickname !== wanted.nickname) };
  },

  async read(cloud, id, state) {
    const found = (await sendersOf(cloud, state.email)).find((sender) => String(sender.id) === id);
    if (found === undefined) return undefined;
    // An adopted sender may differ; in our own sender, a change by hand is drift.
    return { ...(state.adopted ? {} : drifted(found, state)), ...outputs(found, state.adopted) };
  },

  async update(cloud, id, state, news) {
    if (state.adopted) return { senderId: state.senderId, verified: state.verified, adopted: true };
    const sender = await cloud.request<SenderEntry>("PATCH", `/verified_senders/${id}`, {
      body: postalForm(news),
    });
    return outputs(sender, false);
  },

  async remove(cloud, id, state) {
    if (!state.adopted) await orGone(cloud.request("DELETE", `/verified_senders/${id}`));
  },
};

function postalForm(wanted: Inputs) {
  const { nickname, address, city, state, zip, country } = wanted;
  const postal = { address, city, state, zip, country };
  return { nickname, from_email: wanted.email, from_name: wanted.name, reply_to: wanted.replyTo, ...postal };
}

function drifted(sender: SenderEntry, state: Inputs): Partial<Inputs> {
  const { nickname, from_name: name, reply_to: replyTo, address, city, country } = sender;
  const live: Partial<Inputs> = { nickname, name, replyTo, address, city, country };
  // Inputs that config does not set may have any value.
  if (state.state !== undefined) live.state = sender.state ?? "";
  if (state.zip !== undefined) live.zip = sender.zip ?? "";
  return live;
}
