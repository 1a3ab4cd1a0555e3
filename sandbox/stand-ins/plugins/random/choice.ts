/**
 * RandomInteger and RandomShuffle: choices, which a seed makes the same each time.
 *
 * A seed gives other values here than with the official provider, whose values follow from Go's generator.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_integer.go, resource_shuffle.go
 */

import { createHash, randomInt } from "node:crypto";
import { type BridgedType, Diagnostic } from "../bridge/resource.ts";
import type { PropertyValue } from "../values.ts";
import { keepers } from "./attributes.ts";
import { shuffled } from "./text.ts";

/** A whole number between two bounds, both included. */
export const randomInteger: BridgedType = {
  attributes: {
    keepers,
    min: {
      type: "int",
      input: "required",
      replaces: true,
      description: "The minimum inclusive value of the range.",
    },
    max: {
      type: "int",
      input: "required",
      replaces: true,
      description: "The maximum inclusive value of the range.",
    },
    seed: { type: "string", input: "optional", replaces: true },
    result: { type: "int", keepsState: true },
    id: { type: "string", keepsState: true },
  },
  create: (plan) => {
    const min = Number(plan.min);
    const max = Number(plan.max);
    if (max < min) {
      throw new Diagnostic(
        "Create Random Integer Error",
        "The minimum (minVal) value needs to be smaller than or equal to maximum (maxVal) value.",
      );
    }
    const result = min + generator(plan.seed)(max - min + 1);
    return { result, id: String(result), seed: plan.seed || null };
  },
  import: (id) => {
    const [result = "", min = "", max = "", seed, ...more] = id.split(",");
    if (id.split(",").length < 3 || more.length > 0) {
      throw new Diagnostic(
        "Import Random Integer Error",
        "Invalid import usage: expecting {result},{min},{max} or {result},{min},{max},{seed}",
      );
    }
    const values = {
      keepers: null,
      result: parsed(result, "value"),
      min: parsed(min, "min value"),
      max: parsed(max, "max value"),
      seed: seed ?? null,
    };
    return { ...values, id: result };
  },
};

function parsed(text: string, what: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new Diagnostic(
    "Import Random Integer Error",
    `The ${what} supplied could not be parsed as an integer.\n\n` +
      `Original Error: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** A list in another order; more results than items go through the list again. */
export const randomShuffle: BridgedType = {
  attributes: {
    keepers,
    inputs: {
      terraform: "input",
      type: "strings",
      input: "required",
      replaces: true,
      description: "The list of strings to shuffle.",
    },
    resultCount: { type: "int", input: "optional", replaces: true },
    seed: { type: "string", input: "optional", replaces: true },
    results: { terraform: "result", type: "strings", keepsState: true },
    id: { type: "string", keepsState: true },
  },
  create: (plan) => {
    const items = Array.isArray(plan.inputs) ? plan.inputs : [];
    const wanted = typeof plan.resultCount === "number" ? plan.resultCount : items.length;
    const random = generator(plan.seed);
    const results: PropertyValue[] = [];
    while (items.length > 0 && results.length < wanted) {
      results.push(...shuffled(items, random).slice(0, wanted - results.length));
    }
    return { results, id: "-" };
  },
};

/** Numbers from 0 to below a bound; from a seed, always the same ones. */
function generator(seed: PropertyValue | undefined): (below: number) => number {
  if (!seed) return (below) => (below > 1 ? randomInt(below) : 0);
  let block = 0;
  return (below) => {
    const digest = createHash("sha256").update(`${block}:${seed}`).digest();
    block += 1;
    return digest.readUIntBE(0, 6) % below;
  };
}
