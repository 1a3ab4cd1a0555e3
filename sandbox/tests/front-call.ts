/** A world of a test's own behind its front door: every cloud, and the page's own routes. */
import { allClouds } from "../clouds/all-clouds.ts";
import { Faults } from "../clouds/faults.ts";
import { openFront } from "../clouds/front.ts";
import type { View } from "../clouds/view/view.ts";
import { openWorld, type World } from "../clouds/world.ts";
import { type Answer, cloudflareToken, sendgridKey } from "./cloud-call.ts";

export const flyToken = "fm2_local-operator";
const here = "http://127.0.0.1:4640";

/** An answer, and its body as it came. */
export interface TextAnswer extends Answer {
  text: string;
}

type Call = (method: string, path: string, body?: unknown, token?: string) => Promise<TextAnswer>;

/** The world and callers: `call` as anybody, the others as the operator. */
export interface Open {
  world: World;
  call: Call;
  fly: Call;
  cloudflare: Call;
  sendgrid: Call;
  /** GET /_local/view. */
  view(): Promise<View & { now: string }>;
  /** A stream of server-sent events; ended by `end`. */
  stream(): Promise<ReadableStreamDefaultReader<Uint8Array>>;
  end(): Promise<void>;
}

/** Opens a fresh one. */
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

/** JSON as what it says, anything else as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
