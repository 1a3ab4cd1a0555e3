/**
 * RandomPassword and RandomString: random characters from chosen sets.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_password.go, internal/random/string.go
 */

import { randomInt } from "node:crypto";
import bcrypt from "bcryptjs";
import type { Attribute, Attributes } from "../bridge/attributes.ts";
import type { Values } from "../bridge/plan.ts";
import { type BridgedType, Diagnostic, type Finding } from "../bridge/resource.ts";
import { keepers, retry } from "./attributes.ts";

const digits = "0123456789";
const lowerLetters = "abcdefghijklmnopqrstuvwxyz";
const upperLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const specialCharacters = "!@#$%&*()-_=+[]{}<>:?";

const flag: Attribute = { type: "bool", input: "optional", default: true, replaces: true };
const count: Attribute = { type: "int", input: "optional", default: 0, replaces: true };
const either: Attribute = { type: "bool", input: "optional", computed: true, replaces: true };

const attributes: Attributes = {
  keepers,
  length: {
    type: "int",
    input: "required",
    replaces: true,
    description:
      "The length of the string desired. The minimum value for length is 1 and, length must also be >= " +
      "(`min_upper` + `min_lower` + `min_numeric` + `min_special`).",
  },
  special: flag,
  upper: flag,
  lower: flag,
  number: either,
  numeric: either,
  minNumeric: count,
  minUpper: count,
  minLower: count,
  minSpecial: count,
  overrideSpecial: {
    type: "string",
    input: "optional",
    // Removing an empty text does not change the characters.
    replaces: (old, now) => !(old === "" && now === null),
  },
  result: { type: "string", keepsState: true },
  id: { type: "string", keepsState: true },
};

/** A secret text, with its bcrypt hash. */
export const randomPassword: BridgedType = {
  attributes: {
    ...attributes,
    result: { type: "string", keepsState: true, secret: true },
    bcryptHash: { type: "string", keepsState: true, secret: true },
  },
  schemaVersion: 3,
  validate,
  adjust: agreeOnNumbers,
  create: async (plan) => withHash(generate(plan), "none"),
  import: async (id) => ({ ...imported(id), ...(await withHash(id, "none")) }),
};

/** A text that is not secret. It is its own id. */
export const randomString: BridgedType = {
  attributes,
  schemaVersion: 2,
  validate,
  adjust: agreeOnNumbers,
  create: (plan) => {
    const result = generate(plan);
    return { result, id: result };
  },
  import: (id) => ({ ...imported(id), result: id, id }),
};

function imported(text: string): Values {
  return {
    keepers: null,
    length: Buffer.byteLength(text),
    special: true,
    upper: true,
    lower: true,
    number: true,
    numeric: true,
    minNumeric: 0,
    minUpper: 0,
    minLower: 0,
    minSpecial: 0,
    overrideSpecial: null,
  };
}

async function withHash(result: string, id: string): Promise<Values> {
  // Go's bcrypt writes version 2a. For texts below 256 bytes 2a and 2b give the same hash. Both use 72 bytes.
  const hash = await bcrypt.hash(result, 10);
  return { result, id, bcryptHash: hash.replace(/^\$2b\$/, "$2a$") };
}

function validate(config: Values): Finding[] {
  const findings: Finding[] = [];
  const { length } = config;
  const minimums = [config.minUpper, config.minLower, config.minNumeric, config.minSpecial];
  const countable = minimums.every((value) => typeof value !== "number" || Number.isInteger(value));
  const least = minimums.reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0);
  const tooShort = (bound: string): Finding => ({
    summary: "Invalid Attribute Value",
    detail: `Attribute length value must be at least ${bound}, got: ${length}`,
    attribute: "length",
  });
  if (typeof length === "number") {
    if (length < 1) findings.push(tooShort("1"));
    if (countable && length < least)
      findings.push(tooShort("sum of min_upper + min_lower + min_numeric + min_special"));
  }
  for (const attribute of ["number", "numeric"]) {
    const all = ["special", "upper", "lower", attribute];
    if (all.every((name) => config[name] === false)) {
      findings.push({
        summary: "Invalid Attribute Combination",
        detail: `At least one attribute out of [${all.join(",")}] must be specified as true`,
        attribute,
      });
    }
  }
  return findings;
}

/** `number` is the old name of `numeric`. The one that is set applies to both. */
function agreeOnNumbers(values: Values, config: Values): void {
  const number = config.number ?? null;
  const numeric = config.numeric ?? null;
  if (typeof number === "boolean" && typeof numeric === "boolean" && number !== numeric) {
    throw new Error(
      "1 error occurred:\n\t* : Number and numeric are both configured with different values" +
        " - Number is deprecated, use numeric instead\n\n",
    );
  }
  values.number = number ?? numeric ?? true;
  values.numeric = numeric ?? number ?? true;
}

function generate(plan: Values): string {
  const special = plan.overrideSpecial ? String(plan.overrideSpecial) : specialCharacters;
  const sets = [
    { characters: upperLetters, wanted: plan.upper, least: plan.minUpper },
    { characters: lowerLetters, wanted: plan.lower, least: plan.minLower },
    { characters: digits, wanted: plan.numeric, least: plan.minNumeric },
    { characters: special, wanted: plan.special, least: plan.minSpecial },
  ];
  const all = sets.filter(({ wanted }) => wanted === true).map(({ characters }) => characters);
  if (all.length === 0) {
    throw new Diagnostic(
      "Random Read Error",
      `While attempting to generate a random value for this resource, a read error was generated.\n\n${retry}` +
        "Original Error: the character set specified is empty",
    );
  }
  // Minimum characters come from their set, even if the set is not used otherwise.
  const chosen = sets.flatMap(({ characters, least }) => pick(characters, Number(least ?? 0)));
  chosen.push(...pick(all.join(""), Number(plan.length) - chosen.length));
  return shuffled(chosen).join("");
}

function pick(characters: string, times: number): string[] {
  const set = [...characters];
  return Array.from({ length: Math.max(0, times) }, () => set[randomInt(set.length)] ?? "");
}

/** The items in random order; all orders are equally likely. */
function shuffled<Item>(items: Item[]): Item[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [order[at], order[other]] = [order[other] as Item, order[at] as Item];
  }
  return order;
}
