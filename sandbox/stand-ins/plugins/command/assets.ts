/**
 * Files that a command leaves behind, as assets and as one archive.
 *
 * @see pulumi/pulumi-command: provider/pkg/provider/local/base.go (globAssets), and pulumi/pulumi:
 * sdk/go/common/resource/archive/archive.go for the hash of an archive
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { type Properties, signatureKey, signatures } from "../values.ts";
import type { CommandFields } from "./fields.ts";
import { tar } from "./tar.ts";

/** The `assets` and `archive` outputs that the fields ask for. */
export async function collect(directory: string, fields: CommandFields): Promise<Properties> {
  const outputs: Properties = {};
  if (fields.assetPaths !== undefined) {
    outputs.assets = Object.fromEntries(
      glob(directory, fields.assetPaths).map((path) => [path, asset(posix.join(directory, path))]),
    );
  }
  if (fields.archivePaths !== undefined) {
    const files = glob(directory, fields.archivePaths);
    const contents = files.map((name) => ({ name, data: readFileSync(posix.join(directory, name)) }));
    outputs.archive = {
      [signatureKey]: signatures.archive,
      hash: createHash("sha256").update(tar(contents)).digest("hex"),
      assets: Object.fromEntries(
        files.map((path) => [path, { ...asset(posix.join(directory, path)), text: "", uri: "" }]),
      ),
      path: "",
      uri: "",
    };
  }
  return outputs;
}

function asset(path: string): Properties {
  return {
    [signatureKey]: signatures.asset,
    hash: createHash("sha256").update(readFileSync(path)).digest("hex"),
    path,
  };
}

/** Files below a folder that the patterns choose; a later `!pattern` takes out what an earlier one chose. */
function glob(directory: string, patterns: string[]): string[] {
  const rules = patterns.map((pattern) => ({
    exclude: pattern.startsWith("!"),
    matches: globExpression(pattern.replace(/^!/, "")),
  }));
  return filesBelow(directory, "").filter((path) =>
    rules.reduce((chosen, { exclude, matches }) => (matches.test(path) ? !exclude : chosen), false),
  );
}

function filesBelow(directory: string, prefix: string): string[] {
  const entries = readdirSync(posix.join(directory, prefix), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = posix.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(directory, path) : [path];
  });
}

/** A pattern of github.com/gobwas/glob with `/` as separator. */
export function globExpression(pattern: string): RegExp {
  let source = "";
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] as string;
    if (char === "*" && pattern[at + 1] === "*") {
      while (pattern[at + 1] === "*") at += 1;
      source += ".*";
    } else if (char === "*") source += "[^/]*";
    // It counts bytes: a letter beyond ASCII is more than one.
    else if (char === "?") source += "[^/\\x80-\\uffff]";
    else if (char === "[") {
      const end = pattern.indexOf("]", at + 1);
      if (end === -1) throw new Error("unexpected end of input");
      source += `[${pattern
        .slice(at + 1, end)
        .replace(/^!/, "^")
        .replaceAll("\\", "\\\\")}]`;
      at = end;
    } else if (char === "{") {
      depth += 1;
      source += "(?:";
    } else if (char === "}" && depth > 0) {
      depth -= 1;
      source += ")";
    } else if (char === "," && depth > 0) source += "|";
    else {
      if (char === "\\") at += 1;
      source += (pattern[at] ?? "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    }
  }
  return new RegExp(`^${source}$`, "s");
}
