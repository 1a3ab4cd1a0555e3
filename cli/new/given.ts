/** The answers that are there before anybody is asked: in the options, in the file of `--from`, in the environment. */
import { readFileSync } from "node:fs";
import { secretKeys } from "../../components/config/schema.ts";
import { textOf } from "../../providers/rules/config-parts.ts";
import { shell } from "../../providers/shared/shell.ts";
import { UsageError } from "../usage-error.ts";
import { type Answers, questions } from "./questions.ts";

/** Options that were typed, by name. */
export type Options = Readonly<Record<string, unknown>>;

/**
 * Options count more than the file.
 *
 * @param from path of the file; undefined: there is none
 * @throws UsageError when the file cannot be read, or has a secret in it
 */
export async function givenAnswers(options: Options, from: string | undefined): Promise<Answers> {
  const { env } = shell();
  const answers = { ...(from === undefined ? {} : await answersIn(from)) };
  for (const { key, option = "", variable = "" } of questions) {
    const value = options[option] ?? env[variable];
    if (typeof value === "string" && value !== "") answers[key] = value;
  }
  return answers;
}

/** A file has keys of config, with or without their namespace: `domain: acme.social`. JSON is YAML too. */
async function answersIn(path: string): Promise<Record<string, string>> {
  const { parse } = await import("yaml");
  const entries = entriesOf(path, (text) => parse(text) as unknown)
    .filter(([, value]) => value !== null)
    .map(([key, value]): [string, string] => [key.replace(/^mastiff:/, ""), textOf(value)]);
  const secrets = entries.map(([key]) => key).filter(isSecret);
  if (secrets.length > 0)
    throw new UsageError({
      what: `--from: ${path} has secrets in it: ${secrets.join(", ")}. A file of answers is kept and copied, and has none.`,
      fix: [
        "the password of the mail server:  export MASTIFF_SMTP_PASSWORD=…",
        "others, once there is a stack:  pulumi config set --secret mastiff:<key>",
      ],
    });
  return Object.fromEntries(entries);
}

function entriesOf(path: string, parse: (text: string) => unknown): [string, unknown][] {
  try {
    const found = parse(readFileSync(path, "utf8"));
    if (typeof found === "object" && found !== null && !Array.isArray(found)) return Object.entries(found);
    throw new Error("it has no keys");
  } catch (cause) {
    throw new UsageError({
      what: `--from: ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: ["a YAML or JSON file with keys of docs/config.md, such as  domain: acme.social"],
    });
  }
}

/** Also of the clouds' own keys, such as `cloudflare:apiToken`. */
function isSecret(key: string): boolean {
  return (secretKeys as readonly string[]).includes(key) || /:api(token|key)/i.test(key);
}
