/** `/whitelabel/domains`: authenticated domains. Shapes: twilio/sendgrid-oai spec/yaml/tsg_domain_authentication_v3.yaml. */
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { checkFields, jsonBody, notFound, page, refusal, takeId } from "./answer.ts";
import { type Caller, need } from "./auth.ts";
import type { AuthenticatedDomain, WantedRecord } from "./state.ts";
import { validate } from "./validation.ts";

/** Limit of domains per user, same source. */
const domainsPerUser = 3000;

export function serveDomains(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.sendgrid;

  app.get("/", (c) => {
    need(c, "whitelabel.read");
    // `domain` is a search: it finds domains that contain the text.
    const search = (c.req.query("domain") ?? "").toLowerCase();
    const username = c.req.query("username") ?? slot().user.username;
    const found = slot().domains.filter(
      (d) => d.domain.includes(search) && username === slot().user.username,
    );
    return c.json(page(c, found, 50).map(wire));
  });

  app.post("/", async (c) => {
    need(c, "whitelabel.create");
    const body = await jsonBody(c);
    checkFields(
      body,
      {
        domain: "string",
        subdomain: "string",
        username: "string",
        ips: "strings",
        custom_spf: "boolean",
        default: "boolean",
        automatic_security: "boolean",
        custom_dkim_selector: "string",
        region: "string",
      },
      ["domain"],
    );
    const domain = String(body.domain).toLowerCase();
    if (!isDomain(domain)) throw refusal(400, "domain is invalid", "domain");
    const selector = body.custom_dkim_selector as string | undefined;
    if (selector !== undefined && !/^[a-z0-9]{1,3}$/i.test(selector)) {
      throw refusal(
        400,
        "custom_dkim_selector must be up to three letters or numbers",
        "custom_dkim_selector",
      );
    }
    if (body.region !== undefined && !["global", "eu"].includes(String(body.region))) {
      throw refusal(400, "region must be one of global, eu", "region");
    }
    if (slot().domains.length >= domainsPerUser) throw refusal(403, "maximum number of domains reached");
    const id = takeId(world);
    const subdomain = (body.subdomain as string | undefined)?.toLowerCase() ?? `em${1000 + (id % 9000)}`;
    if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(subdomain)) {
      throw refusal(400, "subdomain is invalid", "subdomain");
    }
    // The answer to a repeated POST: docs/fidelity/sendgrid.md.
    if (slot().domains.some((d) => d.domain === domain && d.subdomain === subdomain)) {
      const text = "An authenticated domain already exists for this URL. Please use a unique subdomain.";
      throw refusal(400, text);
    }
    const automatic = body.automatic_security !== false;
    const made: AuthenticatedDomain = {
      id,
      domain,
      subdomain,
      default: body.default === true,
      valid: false,
      customSpf: body.custom_spf === true,
      automaticSecurity: automatic,
      ips: (body.ips as string[] | undefined) ?? [],
      region: (body.region as string | undefined) ?? "global",
      dns: automatic
        ? automaticRecords(`${subdomain}.${domain}`, domain, selector, slot().user.id, body.region === "eu")
        : manualRecords(`${subdomain}.${domain}`, domain, selector),
    };
    if (made.default) clearDefault();
    slot().domains.push(made);
    world.changed();
    return c.json(wire(made), 201);
  });

  app.get("/default", (c) => {
    need(c, "whitelabel.read");
    const wanted = c.req.query("domain")?.toLowerCase();
    const found = slot().domains.find((d) => d.default && (wanted === undefined || d.domain === wanted));
    if (found === undefined) throw notFound();
    return c.json(wire(found));
  });

  app.get("/:id", (c) => {
    need(c, "whitelabel.read");
    return c.json(wire(find(c)));
  });

  app.patch("/:id", async (c) => {
    need(c, "whitelabel.update");
    const domain = find(c);
    const body = await jsonBody(c);
    checkFields(body, { default: "boolean", custom_spf: "boolean" });
    if (body.default === true) clearDefault();
    if (typeof body.default === "boolean") domain.default = body.default;
    if (typeof body.custom_spf === "boolean") domain.customSpf = body.custom_spf;
    world.changed();
    // The documented answer to a PATCH is an array with one element.
    return c.json([wire(domain)]);
  });

  app.delete("/:id", (c) => {
    need(c, "whitelabel.delete");
    const domain = find(c);
    slot().domains = slot().domains.filter((d) => d !== domain);
    world.changed();
    return c.body(null, 204);
  });

  app.post("/:id/validate", (c) => {
    need(c, "whitelabel.update");
    const domain = find(c);
    const results = validate(world, domain);
    return c.json({ id: domain.id, valid: domain.valid, validation_results: results });
  });

  function find(c: Context<Caller>): AuthenticatedDomain {
    const domain = slot().domains.find((d) => String(d.id) === c.req.param("id"));
    if (domain === undefined) throw notFound();
    return domain;
  }

  function clearDefault(): void {
    for (const domain of slot().domains) domain.default = false;
  }

  function wire(domain: AuthenticatedDomain): Record<string, unknown> {
    return {
      id: domain.id,
      user_id: slot().user.id,
      subdomain: domain.subdomain,
      domain: domain.domain,
      username: slot().user.username,
      ips: domain.ips,
      custom_spf: domain.customSpf,
      default: domain.default,
      legacy: false,
      automatic_security: domain.automaticSecurity,
      valid: domain.valid,
      dns: domain.dns,
    };
  }
  return app;
}

/** With automatic security: three CNAMEs. A second entry for the same domain uses the same DKIM hosts. */
function automaticRecords(
  host: string,
  domain: string,
  selector: string | undefined,
  userId: number,
  isEu: boolean,
): Record<string, WantedRecord> {
  const [first, second] = selector === undefined ? ["s1", "s2"] : [selector, `${selector}2`];
  // "The EU-pinned domain's CNAME value includes eu" (twilio.com/docs/sendgrid/data-residency/migrate-subusers).
  const target = `u${userId}.wl${isEu ? ".eu" : ""}.sendgrid.net`;
  const cname = (at: string, data: string): WantedRecord => ({ valid: false, type: "cname", host: at, data });
  return {
    mail_cname: cname(host, target),
    dkim1: cname(`${first}._domainkey.${domain}`, `${first}.domainkey.${target}`),
    dkim2: cname(`${second}._domainkey.${domain}`, `${second}.domainkey.${target}`),
  };
}

/** Without automatic security: an MX and three TXT records. */
function manualRecords(
  host: string,
  domain: string,
  selector: string | undefined,
): Record<string, WantedRecord> {
  return {
    mail_server: { valid: false, type: "mx", host, data: "mx.sendgrid.net" },
    subdomain_spf: { valid: false, type: "txt", host, data: "v=spf1 include:sendgrid.net ~all" },
    domain_spf: { valid: false, type: "txt", host: domain, data: `v=spf1 include:${host} -all` },
    dkim: {
      valid: false,
      type: "txt",
      host: `${selector ?? "m1"}._domainkey.${domain}`,
      data: "k=rsa; t=s; p=publicKey",
    },
  };
}

/** Whether a text is a domain with at least two labels. */
export function isDomain(text: string): boolean {
  return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(text) && text.length <= 253;
}
