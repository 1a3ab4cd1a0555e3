/** Finding programs on this machine. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { scratch } from "./paths.ts";

/** Whether a file can be started. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Every program of that name on PATH, first come first. What this checkout composed for itself is left out:
 * in a shell that sourced `.mastiff/env` it would be taken for the user's own.
 */
export function onPath(name: string, path = process.env.PATH ?? ""): string[] {
  const folders = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.startsWith(scratch + sep));
  return [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable);
}
