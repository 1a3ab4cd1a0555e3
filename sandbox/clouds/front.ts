/**
 * The one door of the local world: decides by path and Host which cloud a request is for, and does for all of
 * them what none should do for itself: the journal, the modelled latency and the dialled-in faults.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Call, FaultAction, Faults } from "./faults.ts";
import type { Cloud, OpenCall } from "./journal.ts";
import { latencyOf } from "./latency.ts";
import type { World } from "./world.ts";

/** A fault that ends the connection without an answer. */
class CutConnection extends Error {}

/** Answers a request; `cut` drops the connection that it came by. */
export type Front = (request: Request, cut: () => void) => Promise<Response>;

/** What stands behind the door; `control` are the dials and windows. What is left out answers 404. */
export type Behind = Partial<Record<Cloud | "control", Served>>;

/** A part of the world, such as a Hono application. Paths are whole: a cloud's begin with the cloud's own base. */
export interface Served {
  fetch(request: Request): Response | Promise<Response>;
}

const nobody: Served = { fetch: () => new Response(null, { status: 404 }) };

/** The door to these parts of a world, as one fetch handler. */
export function openFront(world: World, faults: Faults, behind: Behind): Front {
  return async (request, cut) => {
    const url = new URL(request.url);
    const cloud = cloudOf(url);
    if (cloud === undefined) return (behind.control ?? nobody).fetch(request);
    const body = await request.clone().text();
    const query = url.search.slice(1);
    const call = { cloud, method: request.method, path: url.pathname, query, body };
    const hits = faults.hit(call);
    const answer = async (): Promise<Response> => {
      for (const rule of hits.filter((r) => r.when === "before")) {
        const instead = await act(rule.action, faults, call);
        if (instead !== undefined) return instead;
      }
      const wait = latencyOf(cloud, call.method, call.path) * world.latencyScale;
      if (wait > 0) await sleep(wait);
      const response = await (behind[cloud] ?? nobody).fetch(request);
      for (const rule of hits.filter((r) => r.when === "after")) {
        const instead = await act(rule.action, faults, call);
        if (instead !== undefined) return instead;
      }
      return response;
    };
    const began = performance.now();
    const { method, path } = call;
    const open: OpenCall = { at: world.now().toISOString(), cloud, method, path, requestBody: parsed(body) };
    const log = (status: number, responseBody: string) =>
      world.journal.add({
        ...open,
        at: world.now().toISOString(),
        query,
        status,
        responseBody: parsed(responseBody),
        ...(hits.length > 0 && { faulty: true as const }),
        milliseconds: Math.round(performance.now() - began),
      });
    world.journal.open.add(open);
    try {
      const response = await answer();
      log(response.status, await response.clone().text());
      return response;
    } catch (error) {
      if (!(error instanceof CutConnection)) throw error;
      log(0, "");
      cut();
      return new Response(null, { status: 499 });
    } finally {
      world.journal.open.delete(open);
    }
  };
}

/** Which cloud a request is for; undefined: the world's own pages and dials. */
function cloudOf(url: URL): Cloud | undefined {
  if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost") return "internet";
  if (url.pathname.startsWith("/client/v4/")) return "cloudflare";
  if (url.pathname.startsWith("/sendgrid/v3/")) return "sendgrid";
  if (url.pathname.startsWith("/r2/")) return "r2";
  if (/^\/(graphql$|v1\/|api\/v1\/)/.test(url.pathname)) return "fly";
  return undefined;
}

/** Does what a fault says; a Response is to be answered instead of the cloud's. */
async function act(action: FaultAction, faults: Faults, call: Call): Promise<Response | undefined> {
  if ("delayMs" in action) {
    await sleep(action.delayMs);
    return undefined;
  }
  if ("hold" in action) {
    if ((await faults.hold(action.hold, call)) === "drop") throw new CutConnection();
    return undefined;
  }
  if ("cut" in action) throw new CutConnection();
  if ("malformed" in action) {
    return new Response('{"success":tr', { headers: { "content-type": "application/json" } });
  }
  const { status, headers = {}, body = {} } = action;
  // A text goes as it is: what S3 refuses with is XML, and what a proxy says is a page.
  return typeof body === "string"
    ? new Response(body, { status, headers })
    : Response.json(body, { status, headers });
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
