/** Successful calls: each described SendGrid call as the program makes it. */
import { type Case, domain, key, madeDomain, madeKey, madeSender, sender } from "./sendgrid-case.ts";

export const successes: Case[] = [
  {
    call: "POST /whitelabel/domains",
    what: "with automatic security",
    status: 201,
    ask: (s) => s.call("POST", "/whitelabel/domains", domain),
  },
  {
    call: "POST /whitelabel/domains",
    what: "without automatic security",
    status: 201,
    ask: (s) => s.call("POST", "/whitelabel/domains", { ...domain, automatic_security: false }),
  },
  {
    call: "POST /whitelabel/domains",
    what: "the domain alone",
    status: 201,
    ask: (s) => s.call("POST", "/whitelabel/domains", { domain: "mastiff.party" }),
  },
  {
    call: "GET /whitelabel/domains",
    what: "both kinds",
    status: 200,
    ask: async (s) => {
      await madeDomain(s);
      await s.call("POST", "/whitelabel/domains", { ...domain, subdomain: "old", automatic_security: false });
      return s.call("GET", "/whitelabel/domains?domain=mastiff.party&limit=50&offset=0");
    },
  },
  {
    call: "GET /whitelabel/domains/:id",
    what: "one",
    status: 200,
    ask: async (s) => s.call("GET", `/whitelabel/domains/${(await madeDomain(s)).id}`),
  },
  {
    call: "PATCH /whitelabel/domains/:id",
    what: "as the default",
    status: 200,
    ask: async (s) => s.call("PATCH", `/whitelabel/domains/${(await madeDomain(s)).id}`, { default: true }),
  },
  {
    call: "DELETE /whitelabel/domains/:id",
    what: "one",
    status: 204,
    ask: async (s) => s.call("DELETE", `/whitelabel/domains/${(await madeDomain(s)).id}`),
  },
  {
    call: "POST /whitelabel/domains/:id/validate",
    what: "nothing is published",
    status: 200,
    ask: async (s) => s.call("POST", `/whitelabel/domains/${(await madeDomain(s)).id}/validate`),
  },
  {
    call: "POST /whitelabel/domains/:id/validate",
    what: "all is published",
    status: 200,
    ask: async (s) => {
      const { id, dns } = await madeDomain(s);
      const records = Object.values(dns as Record<string, { host: string; data: string }>);
      for (const { host, data } of records) await s.dns({ type: "CNAME", name: host, content: data });
      return s.call("POST", `/whitelabel/domains/${id}/validate`);
    },
  },
  {
    call: "POST /whitelabel/links",
    what: "one",
    status: 201,
    ask: (s) => s.call("POST", "/whitelabel/links", { domain: "mastiff.party", subdomain: "url" }),
  },
  {
    call: "GET /whitelabel/links",
    what: "one",
    status: 200,
    ask: async (s) => {
      await s.call("POST", "/whitelabel/links", { domain: "mastiff.party", subdomain: "url" });
      return s.call("GET", "/whitelabel/links?limit=500");
    },
  },
  { call: "POST /api_keys", what: "one scope", status: 201, ask: (s) => s.call("POST", "/api_keys", key) },
  {
    call: "POST /api_keys",
    what: "all scopes",
    status: 201,
    ask: (s) => s.call("POST", "/api_keys", { name: "all" }),
  },
  {
    call: "GET /api_keys",
    what: "two",
    status: 200,
    ask: async (s) => {
      await madeKey(s);
      return s.call("GET", "/api_keys?limit=100");
    },
  },
  {
    call: "GET /api_keys/:id",
    what: "one",
    status: 200,
    ask: async (s) => s.call("GET", `/api_keys/${(await madeKey(s)).api_key_id}`),
  },
  {
    call: "PUT /api_keys/:id",
    what: "another name",
    status: 200,
    ask: async (s) => s.call("PUT", `/api_keys/${(await madeKey(s)).api_key_id}`, { ...key, name: "other" }),
  },
  {
    call: "DELETE /api_keys/:id",
    what: "one",
    status: 204,
    ask: async (s) => s.call("DELETE", `/api_keys/${(await madeKey(s)).api_key_id}`),
  },
  {
    call: "POST /verified_senders",
    what: "what is required",
    status: 201,
    ask: (s) => s.call("POST", "/verified_senders", sender),
  },
  {
    call: "GET /verified_senders",
    what: "one",
    status: 200,
    ask: async (s) => {
      await madeSender(s);
      return s.call("GET", "/verified_senders");
    },
  },
  {
    call: "DELETE /verified_senders/:id",
    what: "one",
    status: 204,
    ask: async (s) => s.call("DELETE", `/verified_senders/${(await madeSender(s)).id}`),
  },
  {
    call: "GET /tracking_settings/click",
    what: "at first",
    status: 200,
    ask: (s) => s.call("GET", "/tracking_settings/click"),
  },
  {
    call: "PATCH /tracking_settings/click",
    what: "off",
    status: 200,
    ask: (s) => s.call("PATCH", "/tracking_settings/click", { enabled: false }),
  },
  { call: "GET /scopes", what: "the operator's", status: 200, ask: (s) => s.call("GET", "/scopes") },
];
