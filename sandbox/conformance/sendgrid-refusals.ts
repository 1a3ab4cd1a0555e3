/** Calls that SendGrid refuses: no permission, a wrong body, an unknown identifier, too many calls. */
import { type Case, domain, key, madeKey, madeSender, type Sendgrid, sender } from "./sendgrid-case.ts";

/** A refusal has the same text for every call: responses of tsg_scopes_v3.yaml. */
const unauthorized = { status: 401, says: "authorization required" };
const forbidden = { status: 403, says: "access forbidden" };
const notFound = { status: 404, says: "not found" };

/** Makes a call with a key that may only send mail. */
async function withLittleRight(sendgrid: Sendgrid, method: string, path: string, body?: unknown) {
  return sendgrid.call(method, path, body, (await madeKey(sendgrid)).api_key);
}

/** Calls without a key, and with a key that lacks the permission. The refusal is the same for every call. */
const withoutRight = [
  ["GET /whitelabel/domains"],
  ["POST /whitelabel/domains", domain],
  ["GET /whitelabel/links"],
  ["GET /api_keys"],
  ["POST /api_keys", key],
  ["GET /verified_senders"],
  ["POST /verified_senders", sender],
  ["GET /tracking_settings/click"],
  ["PATCH /tracking_settings/click", { enabled: false }],
].flatMap(([call, body]): Case[] => {
  const [method = "", path = ""] = String(call).split(" ");
  return [
    { call: String(call), what: "no key", ...unauthorized, ask: (s) => s.call(method, path, body, "none") },
    {
      call: String(call),
      what: "a key for mail alone",
      ...forbidden,
      ask: (s) => withLittleRight(s, method, path, body),
    },
  ];
});

/** Calls with bodies that SendGrid refuses. */
const mistakes = (
  [
    ["POST /whitelabel/domains", "no domain", { subdomain: "em" }],
    ["POST /whitelabel/domains", "a domain that is a number", { domain: 7 }],
    ["POST /whitelabel/domains", "no JSON", "{"],
    ["POST /whitelabel/domains", "no host name", { domain: "no host" }],
    ["POST /whitelabel/links", "no domain", {}],
    ["POST /api_keys", "no name", { scopes: ["mail.send"] }],
    ["POST /api_keys", "unknown scopes", { name: "mastiff", scopes: ["mail.fly"] }],
    ["POST /api_keys", "no JSON", "{"],
    ["POST /verified_senders", "nothing", {}],
    ["POST /verified_senders", "an address that is none", { ...sender, from_email: "admin" }],
    ["POST /verified_senders", "a state of three letters", { ...sender, state: "Cal" }],
    ["POST /verified_senders", "no JSON", "{"],
    ["PATCH /tracking_settings/click", "a text for a boolean", { enabled: "no" }],
  ] as [string, string, unknown][]
).map(([call, what, body]): Case => {
  const [method = "", path = ""] = call.split(" ");
  return { call, what, status: 400, ask: (s) => s.call(method, path, body) };
});

const unknowns = [
  "GET /whitelabel/domains/:id",
  "DELETE /whitelabel/domains/:id",
  "POST /whitelabel/domains/:id/validate",
  "GET /api_keys/:id",
  "DELETE /api_keys/:id",
  "DELETE /verified_senders/:id",
].map((call): Case => {
  const [method = "", path = ""] = call.replace(":id", "1").split(" ");
  // Only the text for scopes is described. Other calls may name the missing thing.
  return { call, what: "an unknown one", status: notFound.status, ask: (s) => s.call(method, path) };
});

const limits = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

export const refusals: Case[] = [
  ...withoutRight,
  ...mistakes,
  ...unknowns,
  {
    call: "GET /scopes",
    what: "no key",
    ...unauthorized,
    ask: (s) => s.call("GET", "/scopes", undefined, "none"),
  },
  {
    call: "DELETE /verified_senders/:id",
    what: "a key for mail alone",
    ...forbidden,
    ask: async (s) => withLittleRight(s, "DELETE", `/verified_senders/${(await madeSender(s)).id}`),
  },
  // docs.sendgrid.com/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
  {
    call: "GET /scopes",
    what: "once too often",
    status: 429,
    says: "too many requests",
    also: { limits },
    ask: async (s) => {
      s.world.state.sendgrid.dials.callsPerMinute = 1;
      await s.call("GET", "/scopes");
      return s.call("GET", "/scopes");
    },
  },
];
