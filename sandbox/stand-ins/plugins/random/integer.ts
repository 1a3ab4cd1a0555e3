/**
 * RandomInteger: a random number. A seed always gives the same number.
 *
 * The number for a seed differs from the official provider's, which follows from Go's generator.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_integer.go
 */

import { createHash, randomInt } from "node:crypto";
import { type BridgedType, Diagnostic } from "../bridge/resource.ts";
import type { PropertyValue } from "../values.ts";
import { keepers } from "./attributes.ts";

/** An integer between two bounds, both included. */
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
    const result = min + chosen(max - min + 1, plan.seed);
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

/** A number from 0 up to, but not including, a bound. A seed always gives the same number. */
function chosen(below: number, seed: PropertyValue | undefined): number {
  if (!seed) return below > 1 ? randomInt(below) : 0;
  return createHash("sha256").update(`0:${seed}`).digest().readUIntBE(0, 6) % below;
}
