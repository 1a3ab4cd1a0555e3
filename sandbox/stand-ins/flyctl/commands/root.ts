/** flyctl itself and `version`. */
import { version as flyctlVersion, commands as grammar } from "../cli/grammar.ts";
import type { Command, Run } from "../run.ts";

const important = ["launch", "status", "deploy", "logs", "apps", "machine"];

async function greet(run: Run): Promise<void> {
  run.print(
    "This is flyctl, the Fly.io command line interface.\n\nUsage:\n  flyctl [flags]\n  flyctl [command]\n",
  );
  if (run.settings.token === "") {
    run.print("It doesn't look like you're logged in. Try \"fly auth signup\" to create an");
    run.print('account, or "fly auth login" to log in to an existing account.\n');
  }
  run.print("Here's a few commands to get you started:");
  for (const name of important) run.print(`  ${`flyctl ${name}`.padEnd(16)} ${shortOf(name)}`);
  run.print("\nIf you need help along the way:");
  run.print("  Use `fly docs` to open the Fly.io documentation, or visit https://fly.io/docs.");
  run.print("  Use `fly <command> --help` for more information about a command.");
  run.print("  Visit https://community.fly.io to get help from the Fly.io community.\n");
  run.print("For a full list of commands, run `fly help`.\n");
  run.print(`Running flyctl v${flyctlVersion}`);
}

/** The line about a command in the root's help. */
function shortOf(name: string): string {
  const line = new RegExp(`^  ${name} +(.*)$`, "m").exec(grammar[""]?.help ?? "");
  return line?.[1] ?? "";
}

async function version(run: Run): Promise<void> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const date = "2026-08-21T00:00:00Z";
  if (!run.settings.json) {
    run.print(
      `flyctl v${flyctlVersion} ${process.platform}/${architecture} Commit: <none> BuildDate: ${date} BranchName: stand-in`,
    );
    return;
  }
  const info = {
    Name: "flyctl",
    Version: flyctlVersion,
    Commit: "\u003cnone\u003e",
    BranchName: "stand-in",
    BuildDate: date,
    OS: process.platform,
    Architecture: architecture,
    Environment: "development",
  };
  run.print(JSON.stringify(info).replace(/</g, "\\u003c").replace(/>/g, "\\u003e"));
}

export const commands: Record<string, Command> = { "": greet, version };
