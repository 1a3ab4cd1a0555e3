/**
 * Serves the page that shows the clouds: its files, and the data that it asks for.
 *
 * The page has no build step and loads nothing from other servers: the browser runs the files in this folder
 * as they are.
 */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { settle } from "../fly/lifecycle.ts";
import { serveInternet } from "../internet.ts";
import { logsOf } from "../view/fly-machine.ts";
import { redactorOf } from "../view/redact.ts";
import { viewOf } from "../view/view.ts";
import type { World } from "../world.ts";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const folder = new URL("./", import.meta.url);
const files = new Set(readdirSync(folder).filter((file) => extname(file) in types));

/** How often a stream compares the world with its last view, in milliseconds. */
const lookEvery = 250;
/**
 * A stream without news sends the time this often (milliseconds), so that a browser notices a dead
 * connection.
 */
const beatEvery = 2000;
/** How many bytes of an answer's body a visit shows. */
const bodyShown = 64 * 1024;

/** Serves `/`, `/_local/page/*`, `/_local/view*` and `/_local/visit`. */
export function servePage(world: World): Hono {
  const app = new Hono();
  app.get("/", (c) => file(c, "index.html"));
  app.get("/_local/page/:file", (c) => file(c, c.req.param("file")));
  app.get("/_local/view", (c) => c.json(look(world, after(c))));
  app.get("/_local/view/stream", (c) => follow(world, c));
  app.get("/_local/view/logs/:app/:machine", (c) => {
    const { app: name, machine } = c.req.param();
    const found = world.state.fly.apps[name];
    if (found === undefined) return c.json({ error: `no app ${name}` }, 404);
    return c.json({ lines: logsOf(found, machine, redactorOf(world)) });
  });
  app.get("/_local/visit", (c) => visit(world, c));
  return app;
}

async function file(c: Context, name: string): Promise<Response> {
  // Only names from the listing are served, so no path leads out of the folder.
  if (!files.has(name)) return c.json({ error: `the page has no file ${name}` }, 404);
  return c.body(await readFile(new URL(name, folder), "utf8"), 200, {
    "content-type": types[extname(name)] ?? "text/plain",
    "cache-control": "no-store",
    // The policy also covers the preview frame: addresses in a community's page are not fetched from the real
    // internet.
    "content-security-policy": "default-src 'self'; frame-src 'self'; style-src 'self'; base-uri 'none'",
  });
}

function after(c: Context): number {
  return Math.max(0, Number(c.req.query("after") ?? 0) || 0);
}

function look(world: World, seen: number) {
  // An emptied journal counts from 1 again.
  const from = seen > world.journal.entries.length ? 0 : seen;
  // Steps of Fly that are due happen when somebody looks.
  settle(world);
  return { now: world.now().toISOString(), ...viewOf(world, from) };
}

/** Server-sent events: `view` for each change, `beat` with the time in between. */
function follow(world: World, c: Context): Response {
  let from = after(c);
  return streamSSE(c, async (stream) => {
    let last = "";
    let lastAt = 0;
    while (!stream.aborted && !stream.closed) {
      const { now, ...view } = look(world, from);
      const text = JSON.stringify(view);
      if (text !== last) {
        await stream.writeSSE({ event: "view", data: JSON.stringify({ now, ...view }) });
        from = view.calls.total;
        last = JSON.stringify({ ...view, calls: { ...view.calls, newest: [] } });
        lastAt = Date.now();
      } else if (Date.now() - lastAt >= beatEvery) {
        await stream.writeSSE({ event: "beat", data: now });
        lastAt = Date.now();
      }
      await stream.sleep(lookEvery);
    }
  });
}

/**
 * Asks the local internet as a visitor's browser would: by Host header, with the scheme in X-Forwarded-Proto.
 */
async function visit(world: World, c: Context): Promise<Response> {
  const wanted = c.req.query("url") ?? "";
  if (!URL.canParse(wanted) || !/^https?:$/.test(new URL(wanted).protocol)) {
    return c.json({ error: `${JSON.stringify(wanted)} is not an http or https URL` }, 400);
  }
  const url = new URL(wanted);
  const scheme = url.protocol === "https:" ? "https" : "http";
  const began = performance.now();
  const answer = await serveInternet(
    world,
    // There is no TLS inside the local world, so a header carries the scheme.
    new Request(`http://${url.host}${url.pathname}${url.search}`, {
      headers: { "x-forwarded-proto": scheme, accept: c.req.query("accept") ?? "text/html, */*;q=0.8" },
    }),
  );
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = !bytes.includes(0);
  return c.json({
    status: answer.status,
    milliseconds: Math.round(performance.now() - began),
    headers: [...answer.headers],
    size: bytes.length,
    // Null: the body is not text.
    body: text ? bytes.subarray(0, bodyShown).toString("utf8") : null,
  });
}
