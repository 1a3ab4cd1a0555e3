/** A world for one test behind its front: every cloud, and the page's own routes. */
import { allClouds } from "../clouds/all-clouds.ts";
import { Faults } from "../clouds/faults.ts";
import { openFront } from "../clouds/front.ts";
import type { View } from "../clouds/view/view.ts";
import { openWorld, type World } from "../clouds/world.ts";
import { type Answer, cloudflareToken, sendgridKey } from "./cloud-call.ts";

export const flyToken = "fm2_local-operator";
const here = "http://127.0.0.1:4640";

/** An answer with its unparsed body. */
export interface TextAnswer extends Answer {
  text: string;
}

type Call = (method: string, path: string, body?: unknown, token?: string) => Promise<TextAnswer>;

/** The world and its callers. `call` sends no token by default; the other callers send the operator's. */
export interface Open {
  world: World;
  call: Call;
  fly: Call;
  cloudflare: Call;
  sendgrid: Call;
  /** Calls GET /_local/view. */
  view(): Promise<View & { now: string }>;
  /** Opens a stream of server-sent events. `end` closes it. */
  stream(): Promise<ReadableStreamDefaultReader<Uint8Array>>;
  end(): Promise<void>;
}

/** Opens a fresh world. */
export function openWorldFront(): Open {
  const world = openWorld();
  const faults = new Faults();
  const front = openFront(world, faults, allClouds(world, faults));
  const streams: ReadableStreamDefaultReader[] = [];
  const call: Call = async (method, path, body, token = "") => {
    const request = new Request(`${here}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await front(request, () => {});
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
  };
  return {
    world,
    call,
    fly: (method, path, body) => call(method, path, body, flyToken),
    cloudflare: (method, path, body) => call(method, `/client/v4${path}`, body, cloudflareToken),
    sendgrid: (method, path, body) => call(method, `/sendgrid/v3${path}`, body, sendgridKey),
    view: async () => (await call("GET", "/_local/view")).body,
    async stream() {
      const answer = await front(new Request(`${here}/_local/view/stream`), () => {});
      if (answer.headers.get("content-type") !== "text/event-stream" || answer.body === null) {
        throw new Error(`no stream: ${answer.status}`);
      }
      const reader = answer.body.getReader();
      streams.push(reader);
      return reader;
    },
    async end() {
      for (const stream of streams.splice(0)) await stream.cancel();
    },
  };
}

/** Parses JSON. Returns any other text unchanged. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
