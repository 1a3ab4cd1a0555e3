/**
 * The single entry to the local world. It decides by path and Host which cloud a request is for. It also does
 * what all clouds need: the journal, the modelled latency and the faults.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { placeOf } from "./cloudflare/r2-place.ts";
import type { Call, FaultAction, Faults } from "./faults.ts";
import type { Cloud, OpenCall } from "./journal.ts";
import { latencyOf } from "./latency.ts";
import type { World } from "./world.ts";

/** Thrown for a fault that ends the connection without an answer. */
class CutConnection extends Error {}

/** Answers a request; `cut` drops the request's connection. */
export type Front = (request: Request, cut: () => void) => Promise<Response>;

/** The parts of the world by cloud; `control` is the control API. A part that is missing answers 404. */
export type Behind = Partial<Record<Cloud | "control", Served>>;

/**
 * A part of the world, such as a Hono application. It receives whole paths, which begin with the cloud's base
 * path.
 */
export interface Served {
  fetch(request: Request): Response | Promise<Response>;
}

const nobody: Served = { fetch: () => new Response(null, { status: 404 }) };

/** One fetch handler for these parts of a world. */
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

/** The cloud that a request is for; undefined: the control API or the page. */
function cloudOf(url: URL): Cloud | undefined {
  if (placeOf(url) !== undefined) return "r2";
  if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost") return "internet";
  if (url.pathname.startsWith("/client/v4/")) return "cloudflare";
  if (url.pathname.startsWith("/sendgrid/v3/")) return "sendgrid";
  if (url.pathname.startsWith("/r2/")) return "r2";
  if (/^\/(graphql$|v1\/|api\/v1\/)/.test(url.pathname)) return "fly";
  return undefined;
}

/** Carries out a fault. A Response that it returns replaces the cloud's answer. */
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
  // A string is sent as it is: S3's errors are XML, and a proxy's errors are HTML.
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
