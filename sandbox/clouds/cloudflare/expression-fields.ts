/** The modelled fields and functions of the Rules language. */

/** The facts of a request that an expression can read. */
export interface Facts {
  host: string;
  method: string;
  path?: string;
  scheme?: "http" | "https";
  status?: number;
}

/** Reads a value of a request. */
export type Value = (facts: Facts) => string | number | boolean;
export type Kind = "string" | "number" | "boolean";

/** Fields: developers.cloudflare.com/ruleset-engine/rules-language/fields/reference. */
export const fields: Record<string, { kind: Kind; get: Value }> = {
  "http.host": { kind: "string", get: (f) => f.host },
  "http.request.method": { kind: "string", get: (f) => f.method },
  "http.request.uri.path": { kind: "string", get: (f) => f.path ?? "/" },
  "http.request.uri": { kind: "string", get: (f) => f.path ?? "/" },
  "http.request.full_uri": {
    kind: "string",
    get: (f) => `${f.scheme ?? "https"}://${f.host}${f.path ?? "/"}`,
  },
  "http.response.code": { kind: "number", get: (f) => f.status ?? 200 },
  ssl: { kind: "boolean", get: (f) => f.scheme !== "http" },
};

/** Functions of one string and a literal, or of one string: …/rules-language/functions. */
export const predicates: Record<string, (a: string, b: string) => boolean> = {
  starts_with: (a, b) => a.startsWith(b),
  ends_with: (a, b) => a.endsWith(b),
};
/** Functions of one string. */
export const transforms: Record<string, (a: string) => string | number> = {
  lower: (a) => a.toLowerCase(),
  upper: (a) => a.toUpperCase(),
  len: (a) => a.length,
};
