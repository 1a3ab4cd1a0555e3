/** Serves a Cloudflare for one question: a fresh local one, or one that answers by a script. */

import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { Faults } from "../clouds/faults.ts";
import { openFront } from "../clouds/front.ts";
import { openWorld } from "../clouds/world.ts";

/** Token of the local Cloudflare account's owner, the account, and one of its zones. */
export const token = "local-cloudflare-owner-0000000000000000000000";
export const account = "00000000000000000000000000000d09";
export const zone = "0000000000000000000000000000a001";

/** A received call, unchanged. */
export interface SeenCall {
  call: string;
  body: string;
  /** All headers except content-length and those of the connection. */
  headers: Record<string, string>;
}

/** An answer of a scripted Cloudflare. The default is 200 with the result in its envelope. */
export interface Scripted {
  status?: number;
  headers?: Record<string, string>;
  /** The whole body. Default: the result in the API's envelope. */
  text?: string;
  result?: unknown;
  /** Drops the connection instead of answering. */
  cut?: true;
}

/** @param body parsed JSON, or undefined. @param attempt 1 for the first call of this method and path. */
// biome-ignore lint/suspicious/noExplicitAny: a script knows the bodies that it gets
export type Script = (call: { method: string; path: string; body: any; attempt: number }) => Scripted;

export interface Api {
  /** Base URL of v4. */
  url: string;
  /** The calls so far, oldest first. */
  calls: SeenCall[];
  close(): Promise<void>;
}

type Answer = (request: Request, cut: () => void) => Promise<Response>;

/** A local Cloudflare in its initial state. */
export function freshApi(): Promise<Api> {
  const world = openWorld();
  const cloudflare = new Hono().route("/client/v4", serveCloudflare(world));
  return serve(openFront(world, new Faults(), { cloudflare }));
}

export function scriptedApi(script: Script): Promise<Api> {
  const attempts = new Map<string, number>();
  return serve(async (request, cut) => {
    const url = new URL(request.url);
    const path = url.pathname.replace("/client/v4", "") + url.search;
    const attempt = (attempts.get(request.method + path) ?? 0) + 1;
    attempts.set(request.method + path, attempt);
    const text = await request.text();
    const answer = script({
      method: request.method,
      path,
      body: text === "" ? undefined : JSON.parse(text),
      attempt,
    });
    if (answer.cut) cut();
    const envelope = { success: true, errors: [], messages: [], result: answer.result ?? null };
    return new Response(answer.text ?? JSON.stringify(envelope), {
      status: answer.status ?? 200,
      headers: { "content-type": "application/json", ...answer.headers },
    });
  });
}

const connectionHeaders = ["connection", "content-length", "host"];

async function serve(answer: Answer): Promise<Api> {
  const calls: SeenCall[] = [];
  const server = createAdaptorServer({
    fetch: async (request, env) => {
      const url = new URL(request.url);
      calls.push({
        call: `${request.method} ${url.pathname}${url.search}`,
        body: await request.clone().text(),
        headers: Object.fromEntries(
          [...request.headers].filter(([name]) => !connectionHeaders.includes(name)),
        ),
      });
      return answer(request, () => env.incoming.socket?.destroy());
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/client/v4`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
