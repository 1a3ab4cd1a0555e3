/**
 * The provider's functions (data sources): look-ups that change nothing.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_invoke.go
 */

import type { CheckFailure, ProviderFunction, Session } from "../provider.ts";
import { plainProperties } from "../values.ts";
import { findings } from "./check-inputs.ts";
import { call } from "./client.ts";
import { isJsonObject, type Json, refreshed } from "./decode.ts";
import { pulumiName } from "./names.ts";
import type { Attributes } from "./schema.ts";
import { emptyObject, isObject, member, type Terraform, type TerraformObject } from "./terraform.ts";
import { toPulumi, toTerraform } from "./translate.ts";

/** Ask the API for what stands at a path. */
export type Fetch = (path: string) => Promise<Json>;

export interface FunctionTable {
  /** Arguments and results together, as Terraform has them. */
  attributes: Attributes;
  read(args: TerraformObject, fetch: Fetch): Promise<TerraformObject>;
}

/** An error in two parts, as the provider reports it. */
export class Diagnostic extends Error {
  constructor(summary: string, detail: string) {
    super(`${summary}: ${detail}`);
  }
}

/** Serve a function after its table. */
export function invoke({ attributes, read }: FunctionTable): ProviderFunction {
  return async ({ session, args }) => {
    const config = toTerraform(attributes, plainProperties(args));
    const failures = findings(attributes, config).map(({ path, summary, detail }): CheckFailure => {
      const name = String(path[0]);
      const attribute = attributes[name];
      return { property: attribute ? pulumiName(name, attribute) : name, reason: `${summary}: ${detail}` };
    });
    if (failures.length > 0) return { result: {}, failures };
    return { result: plainProperties(toPulumi(attributes, await read(config, fetchOf(session)))) };
  };
}

function fetchOf(session: Session): Fetch {
  return async (path) => {
    try {
      return await call(session, { method: "GET", path });
    } catch (error) {
      throw new Error(`failed to make http request: ${(error as Error).message}`, { cause: error });
    }
  };
}

/** Arguments as a query, in the order of their names; `name: { exact }` is `name.exact`. */
export function query(args: TerraformObject, names: string[]): string {
  const pairs = names.flatMap((name) => queryPairs(name, args[name] ?? null));
  const sorted = pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = new URLSearchParams(sorted).toString();
  return text === "" ? "" : `?${text}`;
}

function queryPairs(name: string, value: Terraform): [string, string][] {
  if (value === null) return [];
  if (isObject(value))
    return Object.entries(value).flatMap(([part, inner]) => queryPairs(`${name}.${part}`, inner));
  return [[name, String(value)]];
}

export interface Listing {
  args: Attributes;
  item: Attributes;
  /** Name of the result; default "result". */
  results?: string[];
  /** `list`, or `set` where the order means nothing. */
  kind?: "list" | "set";
  path(args: TerraformObject): string;
  /** Arguments that go into the query. */
  query: string[];
  /** The next page's query, after a page that was not empty; default: there is only one. */
  next?(pages: number, page: Json): Record<string, string> | undefined;
}

/** A function that lists things: every page of them, until one is empty or there are enough. */
export function listing({
  args,
  item,
  results = ["result"],
  kind = "list",
  path,
  query: names,
  next,
}: Listing): FunctionTable {
  const type = { kind, element: { kind: "object", attributes: item } } as const;
  const answers = Object.fromEntries(results.map((name) => [name, { mode: "computed", type } as const]));
  return {
    attributes: { ...args, ...answers },
    async read(config, fetch) {
      const wanted = Number(config.max_items) > 0 ? Number(config.max_items) : 1000;
      const base = path(config) + query(config, names);
      const found: Terraform[] = [];
      let more: Record<string, string> | undefined = {};
      for (let pages = 1; more !== undefined && found.length < wanted; pages++) {
        const page: Json = await fetch(withQuery(base, more));
        const items = itemsOf(page);
        if (items.length === 0) break;
        found.push(...items.map((one) => refreshed(item, one, emptyObject(item))));
        more = next?.(pages, page);
      }
      const list = found.slice(0, wanted);
      return { ...config, ...Object.fromEntries(results.map((name) => [name, list])) };
    },
  };
}

export function itemsOf(page: Json): Json[] {
  const result = isJsonObject(page) ? page.result : undefined;
  return Array.isArray(result) ? result : [];
}

function withQuery(path: string, more: Record<string, string>): string {
  const [place = "", text = ""] = path.split("?");
  const parameters = new URLSearchParams(text);
  for (const [name, value] of Object.entries(more)) parameters.set(name, value);
  parameters.sort();
  const joined = parameters.toString();
  return joined === "" ? place : `${place}?${joined}`;
}

/** Pages by number: the provider goes on until one is empty. */
export const numbered = (pages: number): Record<string, string> => ({ page: String(pages + 1) });

/** Pages by cursor: the API says when there is no more. */
export function byCursor(_pages: number, page: Json): Record<string, string> | undefined {
  const info = isJsonObject(page) ? page.result_info : undefined;
  const cursors = isJsonObject(info) ? info.cursors : undefined;
  const after = isJsonObject(cursors) ? cursors.after : undefined;
  return typeof after === "string" && after !== "" ? { cursor: after } : undefined;
}

/** A nested argument's part. */
export const part = (args: TerraformObject, name: string, inner: string): Terraform =>
  member(args[name] ?? null, inner);
