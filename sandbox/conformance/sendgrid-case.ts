/** One question to the local SendGrid, and what it takes to arrange it. */
import type { World } from "../clouds/world.ts";

// biome-ignore lint/suspicious/noExplicitAny: a case knows what it asked for
export type Answer = { status: number; headers: Headers; body: any };

/** A SendGrid that nobody else uses. */
export interface Sendgrid {
  world: World;
  /** @param key the operator's by default; `none` sends none. */
  call(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Publishes a record in the zone of mastiff.party. */
  dns(record: { type: string; name: string; content: string }): Promise<void>;
}

export interface Case {
  /** The call that is compared, such as `GET /api_keys/:id`. */
  call: string;
  what: string;
  /** The described status. */
  status: number;
  /** The described text of the refusal, where there is one. */
  says?: string;
  also?: { limits: string[] };
  /** Arranges what is needed, and ends with the call. */
  ask(sendgrid: Sendgrid): Promise<Answer>;
}

/** Bodies that are taken. */
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
