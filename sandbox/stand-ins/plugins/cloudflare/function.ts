/**
 * The provider's functions (data sources): look-ups that change nothing.
 *
 * @see pulumi/pulumi-terraform-bridge: pkg/pf/tfbridge/provider_invoke.go
 */

import type { CheckFailure, ProviderFunction, Session } from "../provider.ts";
import { type Properties, plainProperties } from "../values.ts";
import { findings, pulumiPath } from "./check-inputs.ts";
import { call } from "./client.ts";
import { type Json, refreshed, resultOf } from "./decode.ts";
import { Diagnostic, reporting } from "./diagnostic.ts";
import type { Attributes } from "./schema.ts";
import { isObject, type Terraform, type TerraformObject } from "./terraform.ts";
import { toPulumi, toTerraform } from "./translate.ts";
import { emptyObject } from "./typed-values.ts";

/** Gets a path of the API. */
type Fetch = (path: () => string, strict?: boolean) => Promise<Json>;

export interface FunctionTable {
  /** Name of the data source in Terraform. Messages contain it. */
  terraform: string;
  /** Arguments and results in one object, as in Terraform. */
  attributes: Attributes;
  /** Exactly one of these arguments is required. */
  oneOf?: string[];
  read(args: TerraformObject, fetch: Fetch): Promise<TerraformObject>;
}

/** Serves a function that a table describes. */
export function invoke(table: FunctionTable): ProviderFunction {
  return ({ session, args }) =>
    reporting(session, "", async () => {
      const config = configOf(table, args);
      const failures = failuresOf(table, config);
      if (failures.length > 0) return { result: {}, failures };
      const answer = await table.read(config, fetchOf(session));
      return { result: plainProperties(toPulumi(table.attributes, answer)) };
    });
}

function configOf({ terraform, attributes }: FunctionTable, args: Properties): TerraformObject {
  try {
    return toTerraform(attributes, plainProperties(args));
  } catch (error) {
    const what = `cannot encode config to call ReadDataSource for "${terraform}"`;
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

/**
 * The failures of top-level arguments.
 *
 * @throws for nested arguments, and for missing arguments: a failure cannot name those.
 */
function failuresOf({ attributes, oneOf }: FunctionTable, config: TerraformObject): CheckFailure[] {
  const given = oneOf?.filter((name) => config[name] !== null);
  const rule = `Exactly one of these attributes must be configured: [${oneOf?.join(",")}]`;
  if (given?.length === 0) throw new Diagnostic("Missing Attribute Configuration", rule);
  const found = findings(attributes, config);
  const nested = found.find(({ path }) => path.length > 1);
  if (nested !== undefined) {
    const { path, summary, detail } = nested;
    const property = pulumiPath(attributes, path);
    throw new Diagnostic(`[${property}] ${summary}`, detail, { line: `property "${property}": ${detail}` });
  }
  const first =
    given && given.length > 1
      ? [{ path: [given[0] ?? ""], summary: "Invalid Attribute Combination", detail: rule }]
      : [];
  return [...found, ...first].map(({ path, summary, detail }) => ({
    property: pulumiPath(attributes, path),
    reason: `${summary}: ${detail}`,
  }));
}

function fetchOf(session: Session): Fetch {
  return async (path, strict = false) => {
    try {
      return await call(session, { method: "GET", path: path(), strict });
    } catch (error) {
      throw new Diagnostic("failed to make http request", (error as Error).message, { cause: error });
    }
  };
}

/** Arguments as a query, sorted by name. `name: { exact }` becomes `name.exact`. */
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

interface Listing extends Pick<FunctionTable, "terraform"> {
  args: Attributes;
  item: Attributes;
  path(args: TerraformObject): string;
  /** Arguments that are sent in the query. */
  query: string[];
  /** True: the provider asks for numbered pages. Default: there is only one page. */
  paged?: true;
}

/** A function that lists items. It reads pages until one is empty or there are enough items. */
export function listing({ terraform, args, item, path, query: names, paged }: Listing): FunctionTable {
  const type = { kind: "list", element: { kind: "object", attributes: item } } as const;
  return {
    terraform,
    attributes: { ...args, result: { mode: "computed", type } },
    async read(config, fetch) {
      const wanted = Number(config.max_items) > 0 ? Number(config.max_items) : 1000;
      const base = () => path(config) + query(config, names);
      const found: Terraform[] = [];
      for (let page = 1; found.length < wanted && (page === 1 || paged); page++) {
        const items = itemsOf(await fetch(() => withPage(base(), page), true));
        if (items.length === 0) break;
        found.push(...items.map((one) => refreshed(item, one, emptyObject(item))));
      }
      return { ...config, result: found.slice(0, wanted) };
    },
  };
}

export function itemsOf(page: Json): Json[] {
  const result = resultOf(page);
  return Array.isArray(result) ? result : [];
}

/** The provider sends no number for the first page. */
function withPage(path: string, page: number): string {
  if (page === 1) return path;
  const [place = "", text = ""] = path.split("?");
  const parameters = new URLSearchParams(text);
  parameters.set("page", String(page));
  parameters.sort();
  return `${place}?${parameters}`;
}
