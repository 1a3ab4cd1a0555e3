import { readFileSync } from "node:fs";

/** The files in scripts/ that a job is made of: what it shares with others, then its own. */
const files: Record<"backup" | "restore" | "drill", readonly string[]> = {
  backup: ["job", "backup"],
  restore: ["job", "restoring", "restore"],
  drill: ["job", "restoring", "drill"],
};

/**
 * The command of a job that bash runs in the image of the database's machines. The first line of the script names it,
 * as that of every script of ours.
 */
export function bashJob(name: keyof typeof files): string[] {
  const texts = files[name].map((file) =>
    readFileSync(new URL(`../scripts/${file}.sh`, import.meta.url), "utf8"),
  );
  return ["bash", "-c", [`# mastiff: ${name}\n`, ...texts].join("")];
}
