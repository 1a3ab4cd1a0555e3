/** Finds or builds actionlint, which reads the workflows of GitHub Actions. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { isExecutable, onPath } from "./executables.ts";
import { findGo } from "./go-build.ts";
import { cache, root } from "./paths.ts";

/** Without the v. `.github/workflows/ci.yml` runs the same. */
export const actionlintVersion = "1.7.12";

const folder = join(cache, `actionlint-${actionlintVersion}`);

/** In the toolchain's cache, or on PATH in this version. Undefined: nowhere. */
export async function findActionlint(): Promise<string | undefined> {
  const built = join(folder, "actionlint");
  if (isExecutable(built)) return built;
  for (const file of onPath("actionlint")) {
    const { stdout } = await execa(file, ["-version"], { stdin: "ignore", reject: false });
    if (stdout?.split("\n")[0] === actionlintVersion) return file;
  }
  return undefined;
}

/**
 * Builds it into the cache, in half a minute. Go's checksum database has the checksums of its modules.
 *
 * @throws Error that says why there is none: no Go, or the words of a build that failed
 */
export async function buildActionlint(): Promise<string> {
  const go = await findGo();
  if (go === undefined)
    throw new Error(`there is neither actionlint ${actionlintVersion} nor a Go to build it`);
  mkdirSync(folder, { recursive: true });
  await execa(go, ["install", `github.com/rhysd/actionlint/cmd/actionlint@v${actionlintVersion}`], {
    cwd: root,
    // The user's workspace and flags are for other modules.
    env: { GOBIN: folder, GOWORK: "off", GOFLAGS: "" },
    stdin: "ignore",
  });
  return join(folder, "actionlint");
}
