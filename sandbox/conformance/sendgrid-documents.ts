/**
 * SendGrid's published descriptions of the calls that the program makes, as schemas.
 *
 * Written after twilio/sendgrid-oai at dbe0e0d: spec/yaml/tsg_domain_authentication_v3.yaml,
 * tsg_link_branding_v3.yaml, tsg_api_keys_v3.yaml, tsg_verified_senders_v3.yaml,
 * tsg_tracking_settings_v3.yaml, tsg_scopes_v3.yaml.
 *
 * The schemas are stricter than these files in two ways: a field that every example shows is required, and
 * fields that the files do not name are refused.
 */
import { z } from "zod";

/** Description of one call: the request's body, and the answers' bodies by status. Undefined: no body. */
interface Documents {
  takes?: z.ZodType;
  answers: Record<number, z.ZodType | undefined>;
}

const record = z.strictObject({
  valid: z.boolean(),
  type: z.enum(["cname", "txt", "mx"]),
  // DKIM labels begin with an underscore.
  host: z.string().regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/),
  data: z.string(),
});
const domainFields = {
  id: z.number(),
  user_id: z.number(),
  subdomain: z.string(),
  domain: z.string(),
  username: z.string(),
  ips: z.array(z.string()),
  custom_spf: z.boolean(),
  default: z.boolean(),
  legacy: z.boolean(),
  valid: z.boolean(),
};
const domain = z.discriminatedUnion("automatic_security", [
  z.strictObject({
    ...domainFields,
    automatic_security: z.literal(true),
    dns: z.strictObject({ mail_cname: record, dkim1: record, dkim2: record }),
    last_validation_attempt_at: z.int().optional(),
  }),
  z.strictObject({
    ...domainFields,
    automatic_security: z.literal(false),
    dns: z.strictObject({ mail_server: record, subdomain_spf: record, domain_spf: record, dkim: record }),
    last_validation_attempt_at: z.int().optional(),
  }),
]);
const verdict = z.strictObject({ valid: z.boolean(), reason: z.string().nullable() });
const link = z.strictObject({
  id: z.int(),
  domain: z.string(),
  subdomain: z.string(),
  username: z.string(),
  user_id: z.int(),
  default: z.boolean(),
  valid: z.boolean(),
  legacy: z.boolean(),
  dns: z.strictObject({ domain_cname: record, owner_cname: record.optional() }),
});
const key = z.strictObject({ api_key_id: z.string(), name: z.string() });
const keyRequest = z.strictObject({ name: z.string(), scopes: z.array(z.string()).optional() });
const clickTracking = z.strictObject({ enabled: z.boolean(), enable_text: z.boolean() });

const senderFields = {
  nickname: z.string().max(100),
  from_email: z.email().max(256),
  reply_to: z.email().max(256),
};
const senderOptions = {
  from_name: z.string().max(256),
  reply_to_name: z.string().max(256),
  address: z.string().max(100),
  address2: z.string().max(100),
  state: z.string().max(2),
  city: z.string().max(150),
  zip: z.string().max(10),
  country: z.string().max(100),
};
const sender = z.strictObject({
  id: z.int(),
  ...senderFields,
  ...senderOptions,
  verified: z.boolean(),
  locked: z.boolean(),
});

/** Error body of every call without a description of its own. */
const error = z.strictObject({
  errors: z
    .array(
      z.strictObject({
        message: z.string().min(1),
        field: z.string().nullable().optional(),
        help: z.looseObject({}).optional(),
        error_id: z.string().optional(),
      }),
    )
    .min(1),
  id: z.string().optional(),
});
/** Error body of verified senders: `field` is never null, and each error has an `error_id`. */
const senderError = z.strictObject({
  errors: z
    .array(
      z.strictObject({
        message: z.string().min(1),
        field: z.string().optional(),
        error_id: z.string().min(1),
      }),
    )
    .min(1),
});

const documents: Record<string, Documents> = {
  "GET /whitelabel/domains": { answers: { 200: z.array(domain) } },
  "POST /whitelabel/domains": {
    takes: z.strictObject({
      domain: z.string(),
      subdomain: z.string().optional(),
      automatic_security: z.boolean().optional(),
      custom_spf: z.boolean().optional(),
      default: z.boolean().optional(),
      region: z.enum(["global", "eu"]).optional(),
      custom_dkim_selector: z.string().max(3).optional(),
    }),
    answers: { 201: domain },
  },
  "GET /whitelabel/domains/:id": { answers: { 200: domain } },
  "PATCH /whitelabel/domains/:id": {
    takes: z.strictObject({ default: z.boolean().optional(), custom_spf: z.boolean().optional() }),
    answers: { 200: z.array(domain) },
  },
  "DELETE /whitelabel/domains/:id": { answers: { 204: undefined } },
  "POST /whitelabel/domains/:id/validate": {
    answers: {
      200: z.strictObject({
        id: z.int(),
        valid: z.boolean(),
        validation_results: z.strictObject({ mail_cname: verdict, dkim1: verdict, dkim2: verdict }),
      }),
    },
  },
  "GET /whitelabel/links": { answers: { 200: z.array(link) } },
  "POST /whitelabel/links": {
    takes: z.strictObject({ domain: z.string(), subdomain: z.string(), default: z.boolean().optional() }),
    answers: { 201: link },
  },
  "GET /api_keys": { answers: { 200: z.strictObject({ result: z.array(key) }) } },
  "POST /api_keys": {
    takes: keyRequest,
    answers: { 201: key.extend({ api_key: z.string(), scopes: z.array(z.string()) }) },
  },
  // The description says a list in `result`. The real answer is one object: api_key_test.go in kenzo0107/sendgrid.
  "GET /api_keys/:id": { answers: { 200: key.extend({ scopes: z.array(z.string()) }) } },
  "PUT /api_keys/:id": { takes: keyRequest, answers: { 200: key } },
  "DELETE /api_keys/:id": { answers: { 204: undefined } },
  "GET /verified_senders": { answers: { 200: z.strictObject({ results: z.array(sender) }) } },
  "POST /verified_senders": {
    takes: z.strictObject({ ...senderFields, ...z.object(senderOptions).partial().shape }),
    answers: { 201: sender, 400: senderError },
  },
  "DELETE /verified_senders/:id": { answers: { 204: undefined, 403: senderError, 404: senderError } },
  "GET /tracking_settings/click": { answers: { 200: clickTracking } },
  "PATCH /tracking_settings/click": {
    takes: z.strictObject({ enabled: z.boolean() }),
    answers: { 200: clickTracking },
  },
  "GET /scopes": { answers: { 200: z.strictObject({ scopes: z.array(z.string()) }) } },
};

/** All described calls, such as `GET /api_keys/:id`. */
export const describedCalls: readonly string[] = Object.keys(documents);

/** Schema of an answer's body. Undefined: no body. */
export function answerSchema(call: string, status: number): z.ZodType | undefined {
  const { answers } = described(call);
  return status in answers ? answers[status] : error;
}

/** Schema of a request's body. Undefined: no body. */
export function bodySchema(call: string): z.ZodType | undefined {
  return described(call).takes;
}

function described(call: string): Documents {
  const found = documents[call];
  if (found === undefined) throw new Error(`${call} is not described`);
  return found;
}
