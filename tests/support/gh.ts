/** A `gh` that keeps issues and comments in a file, for jobs of workflows. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";

/** What a repository has at GitHub. */
export interface Repository {
  issues: { number: number; title: string; body: string; state: "open" | "closed"; said: string[] }[];
  /** Of the one pull request. */
  comments: { id: number; user: { type: "Bot" | "User" }; body: string }[];
}

/** A folder with a gh, to be put on PATH. */
export interface Gh extends Disposable {
  folder: string;
  read(): Repository;
  write(repository: Repository): void;
}

/** Makes one with an empty repository. It needs bash and jq. */
export function ghOnPath(): Gh {
  const folder = mkdtempSync(join(tmpdir(), "gh-"));
  const file = join(folder, "repository.json");
  const write = (repository: Repository) => writeFileSync(file, JSON.stringify(repository));
  write({ issues: [], comments: [] });
  const program = join(root, "tests/support/gh.sh");
  writeFileSync(join(folder, "gh"), `#!/bin/sh\nexec bash '${program}' '${file}' "$@"\n`, { mode: 0o755 });
  return {
    folder,
    read: () => JSON.parse(readFileSync(file, "utf8")) as Repository,
    write,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
