/**
 * Compares the local SendGrid with SendGrid's published descriptions: each answer, success or refusal, has
 * the described status and fits the described schema.
 */
import { Hono } from "hono";
import type { z } from "zod";
import { serveCloudflare } from "../clouds/cloudflare/serve.ts";
import { Faults } from "../clouds/faults.ts";
import { openFront } from "../clouds/front.ts";
import { serveSendgrid } from "../clouds/sendgrid/serve.ts";
import { openWorld } from "../clouds/world.ts";
import type { Question } from "./question.ts";
import type { Case, Sendgrid } from "./sendgrid-case.ts";
import { answerSchema, bodySchema, describedCalls } from "./sendgrid-documents.ts";
import { refusals } from "./sendgrid-refusals.ts";
import { successes } from "./sendgrid-successes.ts";

const part = "documented-sendgrid";
const operator = "SG.local-operator-key-0000.000000000000000000000000000000000000000000";
const noBody = "no body";

export async function questions(): Promise<Question[]> {
  return [...successes.map(question), ...refusals.map(question), everyCallIsAsked()];
}

/** Notes on the descriptions, printed with the result. */
export function remarks(): string[] {
  return [
    "not as described: GET /api_keys/:id: one object, no list in result (api_key_test.go in kenzo0107/sendgrid)",
    "not as described: a domain without automatic security has MX and TXT records: described where IPs and subusers are added",
    "domains, links and tracking describe no refusals: they are held to the form of the other calls' refusals",
  ];
}

function question(asked: Case): Question {
  const { call, what, status, says } = asked;
  return {
    part,
    name: `${call}: ${what}`,
    ask: async (side) => {
      if (side === "official") {
        const body = answerSchema(call, status) === undefined ? noBody : "as described";
        return { status, body, ...(says !== undefined && { says }), ...asked.also };
      }
      const answer = await asked.ask(freshSendgrid(asked));
      return {
        status: answer.status,
        body: verdict(answerSchema(call, answer.status), answer.body),
        ...(says !== undefined && { says: answer.body?.errors?.[0]?.message }),
        ...(asked.also !== undefined && { limits: limitsOf(answer.headers) }),
      };
    },
  };
}

/** A question that fails when a described call is never made with success. */
function everyCallIsAsked(): Question {
  const succeeds = new Set(successes.map(({ call }) => call));
  return {
    part,
    name: "every described call is asked, with success",
    ask: async (side) =>
      side === "official" ? describedCalls : describedCalls.filter((call) => succeeds.has(call)),
  };
}

/** A fresh SendGrid for one case. The body of a successful call has to fit its description too. */
function freshSendgrid({ call, status }: Case): Sendgrid {
  const world = openWorld();
  const front = openFront(world, new Faults(), {
    sendgrid: new Hono().route("/sendgrid/v3", serveSendgrid(world)),
    cloudflare: new Hono().route("/client/v4", serveCloudflare(world)),
  });
  const send = async (
    base: string,
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ) => {
    const answer = await front(
      new Request(`http://127.0.0.1${base}${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
      () => {},
    );
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
  return {
    world,
    call: (method, path, body, key = operator) => {
      const asked = `${method} ${path}`.replace(/\/(\d+|[\w-]{20,})(?=\/|$)/g, "/:id");
      if (asked === call && status < 300) bodySchema(call)?.parse(body);
      return send("/sendgrid/v3", key === "none" ? undefined : key, method, path, body);
    },
    dns: async (record) => {
      const cloudflareToken = "local-cloudflare-token-0000000000000000000000";
      const path = "/zones/0000000000000000000000000000a001/dns_records";
      await send("/client/v4", cloudflareToken, "POST", path, { ttl: 1, proxied: false, ...record });
    },
  };
}

/** Lists where an answer does not fit its schema. */
function verdict(schema: z.ZodType | undefined, body: unknown): unknown {
  if (schema === undefined) return body === undefined ? noBody : body;
  const { error } = schema.safeParse(body);
  return error === undefined
    ? "as described"
    : error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** The rate-limit headers of an answer whose values are whole numbers. */
function limitsOf(headers: Headers): string[] {
  const names = ["limit", "remaining", "reset"].map((name) => `x-ratelimit-${name}`);
  return names.filter((name) => /^\d+$/.test(headers.get(name) ?? ""));
}
