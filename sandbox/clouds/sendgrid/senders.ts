/** `/verified_senders`: single senders. Shapes: twilio/sendgrid-oai spec/yaml/tsg_verified_senders_v3.yaml. */
import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { jsonBody, notFound, SendgridRefusal, takeId } from "./answer.ts";
import { type Caller, needEverything } from "./auth.ts";
import type { Sender } from "./state.ts";

/** Fields and their maximum length, same source. */
const lengths: Record<string, number> = {
  nickname: 100,
  from_email: 256,
  from_name: 256,
  reply_to: 256,
  reply_to_name: 256,
  address: 100,
  address2: 100,
  state: 2,
  city: 150,
  zip: 10,
  country: 100,
};

/** The `error_id` of a refusal: docs/fidelity/sendgrid.md. */
const errorIds: Record<number, string> = { 400: "validation_error", 403: "forbidden", 404: "not_found" };

/** Single senders. Only a key with full access may call this part: no scope covers it. */
export function serveSenders(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.sendgrid;

  app.use("*", async (c, next) => {
    needEverything(c);
    await next();
  });

  // This part of the API omits `field` when a complaint is about no field, and adds an `error_id` to each
  // complaint.
  app.onError((error, c) => {
    if (!(error instanceof SendgridRefusal)) throw error;
    const errors = error.complaints.map(({ field, message }) => ({
      ...(field !== null && { field }),
      message,
      error_id: errorIds[error.status],
    }));
    return c.json({ errors }, error.status);
  });

  app.get("/", (c) => {
    const { limit, lastSeenID, id } = c.req.query();
    const found = slot().senders.filter(
      (s) => (id === undefined || String(s.id) === id) && s.id > Number(lastSeenID ?? 0),
    );
    return c.json({ results: found.slice(0, limit === undefined ? undefined : Number(limit)).map(wire) });
  });

  // A new sender is unverified. A mail goes to `from_email`, and a person has to click its link.
  app.post("/", async (c) => {
    const fields = read(await jsonBody(c), ["nickname", "from_email", "reply_to"]);
    checkUnique(fields.nickname ?? "");
    const sender: Sender = {
      id: takeId(world),
      fields,
      verified: false,
      token: randomBytes(16).toString("hex"),
    };
    slot().senders.push(sender);
    world.changed();
    return c.json(wire(sender), 201);
  });

  app.get("/steps_completed", (c) =>
    c.json({
      results: {
        domain_verified: slot().domains.some((d) => d.valid),
        sender_verified: slot().senders.some((s) => s.verified),
      },
    }),
  );

  // Domains whose DMARC policy would reject the mail.
  app.get("/domains", (c) =>
    c.json({
      results: { soft_failures: ["gmail.com"], hard_failures: ["aol.com", "yahoo.com"] },
    }),
  );

  app.get("/verify/:token", (c) => {
    const sender = slot().senders.find((s) => s.token === c.req.param("token"));
    if (sender === undefined) throw notFound();
    sender.verified = true;
    world.changed();
    return c.body(null, 204);
  });

  app.post("/resend/:id", (c) => {
    const sender = find(c);
    if (sender.verified) throw bad([["id", "sender is already verified"]]);
    return c.body(null, 204);
  });

  app.patch("/:id", async (c) => {
    const sender = find(c);
    const fields = read(await jsonBody(c), []);
    if (fields.nickname !== undefined && fields.nickname !== sender.fields.nickname) {
      checkUnique(fields.nickname);
    }
    // A changed address is another mailbox, whose owner has not clicked yet.
    if (fields.from_email !== undefined && fields.from_email !== sender.fields.from_email) {
      sender.verified = false;
    }
    Object.assign(sender.fields, fields);
    world.changed();
    return c.json(wire(sender));
  });

  app.delete("/:id", (c) => {
    const sender = find(c);
    slot().senders = slot().senders.filter((s) => s !== sender);
    world.changed();
    return c.body(null, 204);
  });

  function find(c: Context<Caller>): Sender {
    const sender = slot().senders.find((s) => String(s.id) === c.req.param("id"));
    if (sender === undefined) throw notFound();
    return sender;
  }

  function checkUnique(nickname: string): void {
    if (slot().senders.some((s) => s.fields.nickname === nickname)) {
      throw bad([["nickname", "already exists"]]);
    }
  }
  return app;
}

function read(body: Record<string, unknown>, required: readonly string[]): Record<string, string> {
  const complaints: [string, string][] = [];
  const fields: Record<string, string> = {};
  for (const [name, most] of Object.entries(lengths)) {
    const value = body[name];
    if (value === undefined || value === null || value === "") {
      if (required.includes(name)) complaints.push([name, "missing required field"]);
    } else if (typeof value !== "string") complaints.push([name, "must be a string"]);
    else if (value.length > most) complaints.push([name, `must be at most ${most} characters`]);
    else if (["from_email", "reply_to"].includes(name) && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
      complaints.push([name, "must be a valid email address"]);
    } else fields[name] = value;
  }
  if (complaints.length > 0) throw bad(complaints);
  return fields;
}

function bad(complaints: [field: string, message: string][]): SendgridRefusal {
  return new SendgridRefusal(
    400,
    complaints.map(([field, message]) => ({ field, message })),
  );
}

function wire(sender: Sender): Record<string, unknown> {
  const blank = Object.fromEntries(Object.keys(lengths).map((name) => [name, ""]));
  return { id: sender.id, ...blank, ...sender.fields, verified: sender.verified, locked: false };
}
