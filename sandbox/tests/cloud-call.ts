/** A local Cloudflare and SendGrid for one test, called over HTTP at the front's paths. */
import { Hono } from "hono";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { serveR2 } from "../clouds/cloudflare/serve-r2.ts";
import { serveSendgrid } from "../clouds/sendgrid/serve.ts";
import { openWorld, type World } from "../clouds/world.ts";

/** Token of the account's owner, who has all rights. */
export const cloudflareToken = "local-cloudflare-owner-0000000000000000000000";
/** Token of the operator, who has the rights that README names. */
export const operatorToken = "local-cloudflare-token-0000000000000000000000";
export const sendgridKey = "SG.local-operator-key-0000.000000000000000000000000000000000000000000";
export const account = "/accounts/00000000000000000000000000000d09";
export const zoneId = "0000000000000000000000000000a001";
export const zone = `/zones/${zoneId}`;

/** Answer to a call. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert the shape of the body
  body: any;
}

/** Calls one cloud: method, path, body. `headers` are added to the operator's. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string | undefined>,
) => Promise<Answer>;

/** A fresh world and callers for its clouds. */
export interface Clouds {
  world: World;
  app: Hono;
  cloudflare: Call;
  sendgrid: Call;
}

export function freshClouds(): Clouds {
  const world = openWorld();
  const app = new Hono()
    .route("/client/v4", serveCloudflare(world))
    .route("/sendgrid/v3", serveSendgrid(world))
    .route("/r2", serveR2(world));
  return {
    world,
    app,
    cloudflare: caller(app, "/client/v4", cloudflareToken),
    sendgrid: caller(app, "/sendgrid/v3", sendgridKey),
  };
}

function caller(app: Hono, base: string, token: string): Call {
  return async (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers };
    const sent = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const answer = await app.request(`http://127.0.0.1${base}${path}`, {
      method,
      headers: Object.fromEntries(sent),
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Gives `status code` of a refused Cloudflare call, to assert both at once. */
export function refused(answer: Answer): string {
  return `${answer.status} ${answer.body?.errors?.[0]?.code}`;
}
