/** `/whitelabel/links`: link branding. Shapes: twilio/sendgrid-oai spec/yaml/tsg_link_branding_v3.yaml. */
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { checkFields, jsonBody, notFound, page, refusal, takeId } from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import { isDomain } from "./domains.ts";
import type { Branding } from "./state.ts";
import { validate } from "./validation.ts";

/** Branded links. Authenticating a domain does not create a link; only the dashboard's wizard does both. */
export function serveLinks(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.sendgrid;

  app.get("/", (c) => {
    need(c, "whitelabel.read");
    return c.json(page(c, slot().links, 100).map(wire));
  });

  app.post("/", async (c) => {
    need(c, "whitelabel.create");
    const body = await jsonBody(c);
    const kinds = { domain: "string", subdomain: "string", default: "boolean", region: "string" } as const;
    checkFields(body, kinds, ["domain"]);
    const domain = String(body.domain).toLowerCase();
    if (!isDomain(domain)) throw refusal(400, "domain is invalid", "domain");
    const id = takeId(world);
    const subdomain = (body.subdomain as string | undefined)?.toLowerCase() ?? `url${1000 + (id % 9000)}`;
    // "it must be different from the subdomain you used for authenticating your domain"
    if (slot().domains.some((d) => d.domain === domain && d.subdomain === subdomain)) {
      throw refusal(400, "subdomain is already in use by an authenticated domain", "subdomain");
    }
    if (slot().links.some((l) => l.domain === domain && l.subdomain === subdomain)) {
      throw refusal(400, "A link whitelabel already exists for this URL.");
    }
    const owner = slot().user.id;
    const link: Branding = {
      id,
      domain,
      subdomain,
      default: body.default === true,
      valid: false,
      dns: {
        domain_cname: { valid: false, type: "cname", host: `${subdomain}.${domain}`, data: "sendgrid.net" },
        owner_cname: { valid: false, type: "cname", host: `${owner}.${domain}`, data: "sendgrid.net" },
      },
    };
    if (link.default) clearDefault();
    slot().links.push(link);
    world.changed();
    return c.json(wire(link), 201);
  });

  app.get("/default", (c) => {
    need(c, "whitelabel.read");
    const wanted = c.req.query("domain")?.toLowerCase();
    const found = slot().links.find((l) => l.default && (wanted === undefined || l.domain === wanted));
    if (found === undefined) throw notFound();
    return c.json(wire(found));
  });

  app.get("/:id", (c) => {
    need(c, "whitelabel.read");
    return c.json(wire(find(c)));
  });

  app.patch("/:id", async (c) => {
    need(c, "whitelabel.update");
    const link = find(c);
    const body = await jsonBody(c);
    checkFields(body, { default: "boolean" });
    if (body.default === true) clearDefault();
    if (typeof body.default === "boolean") link.default = body.default;
    world.changed();
    return c.json(wire(link));
  });

  app.delete("/:id", (c) => {
    need(c, "whitelabel.delete");
    const link = find(c);
    slot().links = slot().links.filter((l) => l !== link);
    world.changed();
    return c.body(null, 204);
  });

  app.post("/:id/validate", (c) => {
    need(c, "whitelabel.update");
    const link = find(c);
    const results = validate(world, link);
    return c.json({ id: link.id, valid: link.valid, validation_results: results });
  });

  function find(c: Context<Caller>): Branding {
    const link = slot().links.find((l) => String(l.id) === c.req.param("id"));
    if (link === undefined) throw notFound();
    return link;
  }

  function clearDefault(): void {
    for (const link of slot().links) link.default = false;
  }

  function wire(link: Branding): Record<string, unknown> {
    const { id: user_id, username } = slot().user;
    const { id, domain, subdomain, default: standard, valid, dns } = link;
    return { id, domain, subdomain, username, user_id, default: standard, valid, legacy: false, dns };
  }
  return app;
}
