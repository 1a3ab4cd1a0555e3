/** Looks for secret values where none may be. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf } from "./events.ts";
import type { TestStack } from "./stack.ts";

/** A secret value and what it is called. */
export interface Secret {
  name: string;
  value: string;
}

/** A text that was made somewhere, and where. */
export interface Place {
  name: string;
  text: string;
}

/** Every way in which a value might have been written. */
function forms({ value }: Secret): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ];
}

/** Which secrets stand in which places, in words; the values are not in them. */
export function hunt(secrets: Secret[], places: Place[]): string[] {
  const wanted = secrets.map((secret) => ({ name: secret.name, forms: [...new Set(forms(secret))] }));
  return places.flatMap((place) =>
    wanted
      .filter((secret) => secret.forms.some((form) => place.text.includes(form)))
      .map((secret) => `${secret.name} in ${place.name}`),
  );
}

/** What is kept as a secret because of its company, and is none. */
const noSecret = new RegExp(
  "\\.(AWS_ACCESS_KEY_ID|MASTIFF_BACKUP_KEY_ID|accessKeyId|VAPID_PUBLIC_KEY|publicKey\\w*|" +
    "backups\\.(bucket|endpoint|region|app)|MASTIFF_ESCROW\\.(domain|version))$",
);

/**
 * Every value that the stack's state marks as secret, by its place in the state. What a command prints is marked as a
 * whole when it was given secrets, and so is an upkeep's copy of it (IDENTITY); in it, only an address with a password
 * counts. Values of fewer than eight
 * characters are left out: they would be found by chance.
 */
export async function secretsOf(stack: TestStack): Promise<Secret[]> {
  const found: Secret[] = [];
  for (const resource of await stack.resources("--show-secrets")) {
    collect({ inputs: resource.inputs, outputs: resource.outputs }, nameOf(resource.urn), found);
  }
  return found.filter(
    ({ name, value }) =>
      value.length >= 8 &&
      !noSecret.test(name) &&
      (!/\.(stdout|stderr|IDENTITY)\b/.test(name) || /:\/\/[^/@]+:[^/@]+@/.test(value)),
  );
}

/** The engine's mark of a secret in an exported state. */
const mark = "4dabf18193072939515e22adb298388d";

function collect(value: unknown, name: string, found: Secret[]): void {
  if (typeof value !== "object" || value === null) return;
  if (mark in value && "plaintext" in value) {
    found.push(...leaves(JSON.parse(String(value.plaintext)), name));
    return;
  }
  for (const [key, inner] of Object.entries(value)) collect(inner, `${name}.${key}`, found);
}

/** The texts in a value; one that is JSON itself is opened, so that each password in it counts on its own. */
function leaves(value: unknown, name: string): Secret[] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${name}.${key}`));
  }
  if (typeof value !== "string") return [];
  try {
    return /^[[{]/.test(value) ? leaves(JSON.parse(value), name) : [{ name, value }];
  } catch {
    return [{ name, value }];
  }
}

/** The files below a folder; links are not followed, as they lead out of it. */
export function filesBelow(folder: string, name: string): Place[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, `${name}/${entry.name}`);
    return entry.isFile() ? [{ name: `${name}/${entry.name}`, text: textOf(path) }] : [];
  });
}

/** A file's text; empty when it went since it was listed. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return "";
  }
}
