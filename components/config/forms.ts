/**
 * Forms (zod types) of config values that several keys share. Pulumi stores every value as text.
 *
 * A `meta` tells the schema for editors which YAML becomes a valid text: zod cannot infer it from a function.
 */
import { z } from "zod";
import { secretProblem, valueProblem } from "../../providers/rules/secret-values.ts";

/** `true` or `false`. */
export const boolean = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true")
  .meta({ type: ["boolean", "string"], enum: [true, false, "true", "false"] });

/** A whole number between two bounds. */
export function number(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/, "is not a whole number")
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`)
    .meta({ type: ["integer", "string"], minimum: min, maximum: max });
}

/** An amount of money in US dollars, with up to two decimals. */
export const dollars = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,2})?$/, "is not an amount in USD such as 30 or 19.95")
  .transform(Number)
  .refine((amount) => amount > 0, "must be more than 0")
  .meta({ title: "amount in USD", type: ["number", "string"], exclusiveMinimum: 0 });

/** A host name: lower case, at least two labels, without scheme, port, path or final dot. */
export const hostName = z
  .string()
  .superRefine((text, context) => {
    const reason = hostNameProblem(text);
    if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
  })
  .meta({
    title: "host name",
    pattern: "^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
  });

/** Why a text is not a valid host name; undefined when it is. */
export function hostNameProblem(text: string): string | undefined {
  if (/^[a-z]+:\/\//i.test(text)) return "a host name has no scheme";
  if (text.includes("/")) return "a host name has no path";
  if (/:\d+$/.test(text)) return "a host name has no port";
  if (text.endsWith(".")) return "write it without the final dot";
  if (/[A-Z]/.test(text)) return "write it in lower case";
  if (/[^\x20-\x7e]/.test(text)) return "write it in its ASCII form (xn--…)";
  if (!text.includes(".")) return "has only one label: use a name such as example.org";
  if (text.length > 253) return "is longer than 253 characters";
  const labels = text.split(".");
  const label = labels.find((l) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(l));
  if (label !== undefined) return `its part ${JSON.stringify(label)} is not a valid label`;
  const last = labels.at(-1) ?? "";
  if (/^\d+$/.test(last)) return "is an IP address, or ends like one: use a host name";
  // RFC 3696 2: a top-level domain begins with a letter. None has only one character.
  return /^[a-z][a-z0-9-]/.test(last)
    ? undefined
    : `its last part ${JSON.stringify(last)} is not a top-level domain`;
}

/** An e-mail address that zod accepts and that is not too long for mail servers (RFC 5321 4.5.3.1). */
export const emailAddress = z
  .email("is not an e-mail address")
  .refine((text) => text.length <= 254 && text.lastIndexOf("@") <= 64, {
    message: "is longer than mail servers accept: 64 characters before the @, 254 in all",
    abort: true,
  })
  .meta({ title: "e-mail address", maxLength: 254 });

/**
 * The text of a variable, from a JSON string, boolean or exact number. A number beyond 2^53 or with an
 * exponent has lost digits on its way here, and nobody can tell which.
 */
export const variable = z
  .unknown()
  .transform((value, context): string => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (typeof value === "string") {
      const problem = valueProblem(value);
      return problem === undefined ? value : refuse(problem);
    }
    if (typeof value === "boolean") return String(value);
    if (typeof value === "number" && (Number.isSafeInteger(value) || isPlainFraction(value)))
      return String(value);
    if (typeof value === "number") return refuse("is a number that loses digits when it is read: quote it");
    if (value === null) return refuse('is null: write "" for an empty value, or leave the variable out');
    return refuse("is not a single value: a variable is one text, so quote the whole value as JSON");
  })
  .meta({ type: ["string", "number", "boolean"] });

function isPlainFraction(value: number): boolean {
  return !Number.isInteger(value) && Math.abs(value) < 1e15 && !String(value).includes("e");
}

/** The text of a secret for Fly. flyctl must transfer it unchanged (providers/rules/secret-values.ts). */
export const secretText = z.string("is not text: quote it").superRefine((text, context) => {
  const problem = secretProblem("A_NAME_THAT_IS_AS_LONG_AS_THEY_ARE", text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** JSON text of a given shape. */
export function jsonOf<T extends z.ZodType>(shape: T, example: string) {
  return z
    .string()
    .transform((text, context) => valueIn(text, context, example))
    .pipe(shape);
}

/** The word `off`, or JSON text of a given shape. */
export function offOrJsonOf<T extends z.ZodType>(shape: T, example: string) {
  return z
    .string()
    .transform((text, context): unknown => {
      if (text === "off") return text;
      const value = valueIn(text, context, `off, or like ${example}`);
      if (value === z.NEVER) return z.NEVER;
      // Not left to the union below: it would say of every mistake in the object that the input is invalid.
      for (const { path, message } of shape.safeParse(value).error?.issues ?? [])
        context.addIssue({ code: "custom", path, message });
      return value;
    })
    .pipe(z.union([z.literal("off"), shape]));
}

/** The value that a JSON text says; z.NEVER, with an issue, when it says none. */
function valueIn(text: string, context: z.RefinementCtx, example: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: `is not JSON; it should look like ${example}` });
    return z.NEVER;
  }
}

/**
 * Names that Mastodon blocks for all users (db/seeds/05_blocked_usernames.rb). Look-alike digits are replaced
 * with letters before the comparison.
 */
const blockedNames = new Set(
  (
    "abuse account accounts admin admins administration administrator administrators help helpdesk instance " +
    "mod mods moderator moderators owner root security server staff support webmaster"
  ).split(" "),
);
const lookAlikes: Record<string, string> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", 8: "b", 9: "g" };

/** The Owner's user name: valid in Mastodon, and not a name that Mastodon reserves. */
export const ownerName = z
  .string()
  .regex(/^[a-z0-9_]{1,30}$/, "must be 1 to 30 lower-case letters, digits and _")
  .refine(
    (name) => !blockedNames.has(name.replace(/[01345789]/g, (digit) => lookAlikes[digit] ?? digit)),
    "is a name that Mastodon reserves",
  );
