/** Suggests a correct value for a wrong one, where a person would see at once what was meant. */
import { domainToASCII } from "node:url";
import { schema } from "./schema.ts";

const yes = new Set(["yes", "y", "on", "1"]);
const no = new Set(["no", "n", "off", "0"]);

/** The value that was probably meant: the first rewriting that is valid for the key. */
export function suggestion(key: string, value: string): string | undefined {
  if (!Object.hasOwn(schema.shape, key)) return undefined;
  const form = schema.shape[key as keyof typeof schema.shape];
  return rewritings(key, value).find((one) => one !== value && form.safeParse(one).success);
}

function rewritings(key: string, value: string): string[] {
  const text = value.trim();
  const lower = text.toLowerCase();
  const host = lower
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/?#].*$/, "")
    .replace(/:\d+$/, "")
    .replace(/\.+$/, "");
  const inBrackets = /<([^<>]+)>\s*$/.exec(text)?.[1] ?? "";
  return [
    text,
    lower,
    `v${lower}`,
    ...(yes.has(lower) ? ["true"] : []),
    ...(no.has(lower) ? ["false"] : []),
    host,
    domainToASCII(host),
    inBrackets,
    text.replace(/^mailto:/i, ""),
    lower.replace(/^@/, "").replace(/@.*$/, "").replaceAll("-", "_"),
    ...(key === "app" || key === "bucket" ? [lower.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "")] : []),
    ...(key === "mastodonVersion" ? [schema.shape.mastodonVersion.parse(undefined)] : []),
  ];
}
