/** Builds inputs for each resource, with overrides for each question. */

import { account, zone } from "./cloudflare-api.ts";
import type { Fields, Json } from "./plugin-client.ts";

export const record = (more: Fields): Fields => ({
  zoneId: zone,
  name: "www.mastiff.party",
  type: "A",
  content: "192.0.2.1",
  ttl: 300,
  ...more,
});
export const ruleset = (rules: Json | undefined, more: Fields = {}): Fields => ({
  zoneId: zone,
  kind: "zone",
  name: "headers",
  phase: "http_response_headers_transform",
  ...(rules !== undefined && { rules }),
  ...more,
});
export const header = (value: string, more: Fields = {}): Fields => ({
  ref: "acao",
  action: "rewrite",
  expression: 'http.host eq "www.mastiff.party"',
  description: "CORS",
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value } } },
  ...more,
});
export const bucketItemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
export const bucketItemRead = "6a018a9f2fc74eb6b293b0c548f38b39";
export const policy = (groups: string[], bucket: string): Fields => ({
  effect: "allow",
  permissionGroups: groups.map((id) => ({ id })),
  resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${account}_default_${bucket}`]: "*" }),
});
export const tokenOf = (more: Fields): Fields => ({
  accountId: account,
  name: "media",
  policies: [policy([bucketItemWrite], "media")],
  ...more,
});
export const setting = (settingId: string, value: Json): Fields => ({ zoneId: zone, settingId, value });
export const cors = (rules: Json | undefined): Fields => ({
  accountId: account,
  bucketName: "media",
  ...(rules !== undefined && { rules }),
});
export const corsRule = (more: Fields): Fields => ({
  id: "web",
  allowed: { methods: ["GET"], origins: ["https://mastiff.party"] },
  ...more,
});
export const domain = (more: Fields): Fields => ({
  accountId: account,
  bucketName: "media",
  domain: "files.mastiff.party",
  zoneId: zone,
  enabled: true,
  minTls: "1.2",
  ...more,
});
export const lifecycle = (rules: Json): Fields => ({ accountId: account, bucketName: "media", rules });
/** Deletes the objects under `<id>/` after so many days. */
export const expiring = (id: string, days: Json, more: Fields = {}): Fields => ({
  id,
  enabled: true,
  conditions: { prefix: `${id}/` },
  deleteObjectsTransition: {
    condition: { type: "Age", maxAge: typeof days === "number" ? days * 86_400 : days },
  },
  ...more,
});
export const aborting: Fields = {
  id: "abort",
  enabled: true,
  conditions: { prefix: "" },
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604800 } },
};
