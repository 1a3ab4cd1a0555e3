/**
 * The control API of the local world, and the page that shows the clouds. No real cloud has them.
 *
 *     GET    /                                 the page that shows the clouds
 *     GET    /_local/page/:file                a file of the page
 *     GET    /_local/view?after=N              the world without secrets, with the calls after number N
 *     GET    /_local/view/stream?after=N       the same as server-sent events, one for each change
 *     GET    /_local/view/logs/:app/:machine   last lines of a machine's log, even after it was destroyed
 *     GET    /_local/visit?url=…&accept=…      what the local internet answers to a visitor
 *
 *     GET    /_local/state                     the clouds' whole state, secrets included
 *     PUT    /_local/state                     replaces the slots that the body names; machines that really run end
 *     POST   /_local/reset                     back to the first start: state, clock, journal, faults
 *     POST   /_local/advance/:milliseconds     moves the clock forward
 *
 *     GET    /_local/journal?after=N           calls after number N, with bodies; starts of the stand-in flyctl
 *     DELETE /_local/journal                   empties the journal
 *     POST   /_local/flyctl                    the stand-in flyctl reports its start: {argv, stdin}
 *
 *     POST   /_local/faults                    replaces all faults: [{cloud, method, path, …, when, action}], faults.ts
 *     GET    /_local/faults                    the rules with what is left of their counts; a used-up rule has times 0
 *     GET    /_local/held/:name?wait           number and list of the calls at a hold; `wait`: answers once there is a call
 *     POST   /_local/release/:name?id=&drop    lets the held calls (or the one with this id) go on; `drop`: cuts them
 *     PATCH  /_local/dials                     {cloud: {dial: value}}, dials.ts
 *     POST   /_local/schedules/:app            starts the app's scheduled machines as their schedule does
 *     POST   /_local/senders/:email/click      clicks the link in SendGrid's mail to a single sender
 */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { turnDials } from "./dials.ts";
import { type Faults, faultRule } from "./faults.ts";
import { runNow } from "./fly/lifecycle.ts";
import { servePage } from "./page/serve.ts";
import { clickSender } from "./sendgrid/mail.ts";
import type { World } from "./world.ts";

const flyctlRun = z.strictObject({ argv: z.array(z.string()), stdin: z.string() });

/** Serves `/_local/*` and the page at `/`. */
export function serveControl(world: World, faults: Faults): Hono {
  const app = new Hono();
  const done = (c: Context) => c.body(null, 204);

  app.get("/_local/state", (c) => c.json(world.state));
  // A test that needs a change made outside of Mastiff writes the state directly.
  app.put("/_local/state", async (c) => {
    // They belong to the state that was.
    world.real?.stop();
    Object.assign(world.state, await c.req.json());
    world.changed();
    return done(c);
  });
  app.post("/_local/reset", (c) => {
    world.real?.stop();
    world.reset();
    world.journal.clear();
    faults.set([]);
    return done(c);
  });
  app.post("/_local/advance/:milliseconds", (c) => {
    world.advance(Number(c.req.param("milliseconds")));
    return c.json({ now: world.now().toISOString() });
  });

  app.get("/_local/journal", (c) => {
    const after = Number(c.req.query("after") ?? 0);
    return c.json({ entries: world.journal.after(after), flyctl: world.journal.flyctl });
  });
  app.delete("/_local/journal", (c) => {
    world.journal.clear();
    return done(c);
  });
  app.post("/_local/flyctl", async (c) => {
    const run = flyctlRun.parse(await c.req.json());
    world.journal.addFlyctl({ at: world.now().toISOString(), ...run });
    return done(c);
  });

  app.post("/_local/faults", async (c) => {
    const rules = z.array(faultRule).safeParse(await c.req.json());
    if (!rules.success) return c.json({ error: z.prettifyError(rules.error) }, 400);
    faults.set(rules.data);
    return done(c);
  });
  app.get("/_local/faults", (c) => c.json(faults.left));
  app.get("/_local/held/:name", async (c) => {
    const name = c.req.param("name");
    if (c.req.query("wait") !== undefined) await faults.arrival(name);
    const held = faults.held(name);
    return c.json({ held: held.length, calls: held.map(({ id, call }) => ({ id, ...call })) });
  });
  app.post("/_local/release/:name", (c) => {
    const [id, drop] = [c.req.query("id"), c.req.query("drop")];
    faults.release(
      c.req.param("name"),
      drop === undefined ? "go" : "drop",
      id === undefined ? undefined : Number(id),
    );
    return done(c);
  });
  app.patch("/_local/dials", async (c) => {
    const problem = turnDials(world, await c.req.json().catch(() => undefined));
    return problem === undefined ? done(c) : c.json({ error: problem }, 400);
  });
  app.post("/_local/schedules/:app", (c) => {
    const name = c.req.param("app");
    const machines = Object.values(world.state.fly.apps[name]?.machines ?? {});
    const run = machines.filter((machine) => runNow(world, machine));
    return run.length > 0 ? done(c) : c.json({ error: `no scheduled machine in the app ${name}` }, 404);
  });
  app.post("/_local/senders/:email/click", (c) => {
    const email = c.req.param("email");
    return clickSender(world, email) ? done(c) : c.json({ error: `no sender ${email}` }, 404);
  });

  app.route("/", servePage(world));
  app.notFound((c) => c.json({ error: `the local world has no ${c.req.method} ${c.req.path}` }, 404));
  return app;
}
