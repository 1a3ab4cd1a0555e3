/** `npm run tootctl -- <app> <command …>`: one tootctl line in a machine of its own, with its output and exit code. */
import { execa } from "execa";

const [app, ...command] = process.argv.slice(2);
if (app === undefined || app.startsWith("-") || command.length === 0) {
  process.stderr.write(
    [
      "Say which Fly app, and what tootctl is to do.",
      "  npm run tootctl -- acme-social accounts refresh --all --verbose",
      "",
    ].join("\n"),
  );
  process.exit(2);
}
const run = await execa(
  process.execPath,
  ["providers/fly/main.ts", "job", "run", "--app", app, "--", "bin/tootctl", ...command],
  { stdio: "inherit", reject: false },
);
process.exitCode = run.exitCode ?? 130;
