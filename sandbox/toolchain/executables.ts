/** Finds programs on this machine. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { scratch } from "./paths.ts";

/** Whether a file is an executable program. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * All programs with this name on PATH, in PATH's order. Folders that this checkout composed are left out: a
 * shell that sourced `.mastiff/env` has them on PATH, and they are not the user's own programs.
 */
export function onPath(name: string, path = process.env.PATH ?? ""): string[] {
  const folders = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.startsWith(scratch + sep));
  return [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable);
}
