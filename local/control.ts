/** The dials and windows of the local world: what no real cloud has. */
import { readFile } from "node:fs/promises";
import { Hono } from "hono";
import { z } from "zod";
import { type Faults, faultRule } from "./faults.ts";
import type { World } from "./world.ts";

const flyctlRun = z.strictObject({ argv: z.array(z.string()), stdin: z.string() });

/** `/_local/*` and the page at `/`. */
export function serveControl(world: World, faults: Faults): Hono {
  const app = new Hono();
  app.get("/_local/state", (c) => c.json(world.state));
  // A test makes a change behind everybody's back by writing the state that it wants to be met.
  app.put("/_local/state", async (c) => {
    Object.assign(world.state, await c.req.json());
    world.changed();
    return c.body(null, 204);
  });
  app.get("/_local/journal", (c) => {
    const after = Number(c.req.query("after") ?? 0);
    return c.json({ entries: world.journal.after(after), flyctl: world.journal.flyctl });
  });
  app.delete("/_local/journal", (c) => {
    world.journal.clear();
    return c.body(null, 204);
  });
  app.post("/_local/flyctl", async (c) => {
    const run = flyctlRun.parse(await c.req.json());
    world.journal.addFlyctl({ at: world.now().toISOString(), ...run });
    return c.body(null, 204);
  });
  app.post("/_local/faults", async (c) => {
    const rules = z.array(faultRule).safeParse(await c.req.json());
    if (!rules.success) return c.json({ error: z.prettifyError(rules.error) }, 400);
    faults.set(rules.data);
    return c.body(null, 204);
  });
  app.get("/_local/held/:name", (c) => c.json({ held: faults.held(c.req.param("name")) }));
  app.post("/_local/release/:name", (c) => {
    faults.release(c.req.param("name"));
    return c.body(null, 204);
  });
  app.post("/_local/advance/:milliseconds", (c) => {
    world.advance(Number(c.req.param("milliseconds")));
    return c.json({ now: world.now().toISOString() });
  });
  app.post("/_local/reset", (c) => {
    world.reset();
    world.journal.clear();
    faults.set([]);
    return c.body(null, 204);
  });
  app.get("/", async (c) => c.html(await readFile(new URL("./page/index.html", import.meta.url), "utf8")));
  app.notFound((c) => c.json({ error: `the local world has no ${c.req.method} ${c.req.path}` }, 404));
  return app;
}
