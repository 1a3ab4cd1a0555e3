/** The official programs in the folder that MASTIFF_OFFICIAL names. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { engineVersion, pluginVersions } from "../toolchain/paths.ts";
import type { OfficialProgram } from "./comparisons.ts";
import type { Entries } from "./record.ts";

/** Why a comparison cannot be made. Undefined when all programs that it needs are present. */
export function missingPrograms(needs: OfficialProgram[], folder: string | undefined): string | undefined {
  if (needs.length === 0) return undefined;
  if (folder === undefined)
    return `it needs ${needs.join(", ")}, and MASTIFF_OFFICIAL names no folder (bin/, home/plugins/)`;
  const missing = needs.filter((name) => !existsSync(join(folder, "bin", name)));
  return missing.length === 0 ? undefined : `not in MASTIFF_OFFICIAL/bin: ${missing.join(", ")}`;
}

/**
 * The versions of official programs. A plugin's version is that of its npm package, and the comparison fails
 * for another version. A flyctl built from source has no version, so it is identified by a digest of its
 * file.
 */
export async function versionsOf(needs: OfficialProgram[], folder: string): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of [...needs].sort()) {
    const plugin = name.replace("pulumi-resource-", "");
    if (name === "flyctl") versions[name] = await flyctlVersion(join(folder, "bin", name));
    else if (name === "pulumi-language-nodejs") versions[name] = engineVersion;
    else versions[name] = pluginVersions[plugin as keyof typeof pluginVersions];
  }
  return versions;
}

/** The comparisons whose recorded official programs differ from those in the folder. */
export async function changedOfficials(
  entries: Entries,
  folder: string | undefined,
): Promise<Map<string, string>> {
  const changed = new Map<string, string>();
  for (const [name, { official }] of Object.entries(entries)) {
    const needs = Object.keys(official) as OfficialProgram[];
    if (folder === undefined || missingPrograms(needs, folder) !== undefined) continue;
    const here = await versionsOf(needs, folder);
    const others = needs.filter((program) => here[program] !== official[program]);
    if (others.length > 0)
      changed.set(name, `compared with ${others.map((one) => `${one} ${official[one]}`).join(", ")}`);
  }
  return changed;
}

async function flyctlVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ["version"]);
  const version = /^flyctl v(\S+)/.exec(stdout)?.[1] ?? "";
  // A flyctl built from source has a version of the minute in which it is asked.
  if (version !== "" && !version.includes("-dev.")) return version;
  const hash = createHash("sha256");
  await pipeline(createReadStream(program), hash);
  return `built from source, sha256 ${hash.digest("hex").slice(0, 16)}`;
}
