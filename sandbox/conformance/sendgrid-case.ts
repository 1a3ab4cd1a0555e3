/** One question to the local SendGrid, with its preparation. */
import type { World } from "../clouds/world.ts";

// biome-ignore lint/suspicious/noExplicitAny: a case knows the body that it gets
export type Answer = { status: number; headers: Headers; body: any };

/** A SendGrid for one case. */
export interface Sendgrid {
  world: World;
  /** @param key API key. Default: the operator's. `none` sends no key. */
  call(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Publishes a record in the zone of mastiff.party. */
  dns(record: { type: string; name: string; content: string }): Promise<void>;
}

export interface Case {
  /** The compared call, such as `GET /api_keys/:id`. */
  call: string;
  what: string;
  /** The described status. */
  status: number;
  /** The described text of a refusal. */
  says?: string;
  also?: { limits: string[] };
  /** Prepares the account and makes the call last. */
  ask(sendgrid: Sendgrid): Promise<Answer>;
}

/** Valid bodies. */
export const domain = { domain: "mastiff.party", subdomain: "em", automatic_security: true };
export const sender = {
  nickname: "admin",
  from_email: "admin@mastiff.party",
  reply_to: "admin@mastiff.party",
};
export const key = { name: "mastiff", scopes: ["mail.send"] };
export const madeDomain = async ({ call }: Sendgrid) =>
  (await call("POST", "/whitelabel/domains", domain)).body;
export const madeSender = async ({ call }: Sendgrid) =>
  (await call("POST", "/verified_senders", sender)).body;
export const madeKey = async ({ call }: Sendgrid) => (await call("POST", "/api_keys", key)).body;
