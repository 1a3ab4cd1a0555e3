/** Lints the workflows of GitHub Actions. Exits with 77, as a test that is skipped, where actionlint is not to be had. */
import { execa } from "execa";
import { buildActionlint, findActionlint } from "./actionlint.ts";
import { root } from "./paths.ts";

const actionlint =
  (await findActionlint()) ??
  (await buildActionlint().catch((error: Error) => {
    // Not an error: the job of the workflows in CI has its own.
    process.stdout.write(error.message);
    process.exit(77);
  }));
const { exitCode } = await execa(actionlint, { cwd: root, stdio: "inherit", reject: false });
process.exit(exitCode ?? 1);
