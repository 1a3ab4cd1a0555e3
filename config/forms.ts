/** Forms of config values that more than one key has. Pulumi keeps every value as text. */
import { z } from "zod";

/** `true` or `false`. */
export const boolean = z
  .enum(["true", "false"], { error: "is true or false" })
  .transform((text) => text === "true");

/** A whole number between two bounds. */
export function number(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/, "is no whole number")
    .transform(Number)
    .refine((n) => n >= min && n <= max, `lies between ${min} and ${max}`);
}

/** A host name: lower case, at least two labels, nothing around it. */
export const hostName = z.string().superRefine((text, context) => {
  const reason = hostNameProblem(text);
  if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
});

/** Why a text is no host name; undefined when it is one. */
export function hostNameProblem(text: string): string | undefined {
  if (/^[a-z]+:\/\//i.test(text)) return "a host name has no scheme";
  if (text.includes("/")) return "a host name has no path";
  if (/:\d+$/.test(text)) return "a host name has no port";
  if (text.endsWith(".")) return "write it without the final dot";
  if (/[A-Z]/.test(text)) return "write it in lower case";
  if (/[^\x20-\x7e]/.test(text)) return "write it in its ASCII form (xn--…)";
  if (!text.includes(".")) return "has a single label: a name such as example.org is needed";
  if (text.length > 253) return "is longer than 253 characters";
  const label = text.split(".").find((l) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(l));
  return label === undefined ? undefined : `its part ${JSON.stringify(label)} is no legal label`;
}

/** An e-mail address. */
export const emailAddress = z.email("is no e-mail address");

/** JSON text of a given shape. */
export function jsonOf<T extends z.ZodType>(shape: T, example: string) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: `is no JSON; it looks like ${example}` });
        return z.NEVER;
      }
    })
    .pipe(shape);
}

/**
 * Names that Mastodon keeps from everybody (db/seeds/05_blocked_usernames.rb), compared after look-alike digits
 * are read as letters.
 */
const blockedNames = new Set(
  (
    "abuse account accounts admin admins administration administrator administrators help helpdesk instance " +
    "mod mods moderator moderators owner root security server staff support webmaster"
  ).split(" "),
);
const lookAlikes: Record<string, string> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", 8: "b", 9: "g" };

/** The Owner's user name: Mastodon's form, and none of the names that it reserves. */
export const ownerName = z
  .string()
  .regex(/^[a-z0-9_]{1,30}$/, "is 1 to 30 lower-case letters, digits and _")
  .refine(
    (name) => !blockedNames.has(name.replace(/[01345789]/g, (digit) => lookAlikes[digit] ?? digit)),
    "is a name that Mastodon reserves",
  );
