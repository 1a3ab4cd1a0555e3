/**
 * A new user's way, typed from the README alone: from a clone, with an empty home, to a doctor that finds nothing. Only the
 * toolchain's cache and npm's are those of this machine.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { cache, root } from "../../../sandbox/toolchain/paths.ts";
import { interrupt, left, line as lineOf } from "../../support/commands.ts";
import { newcomersLines, notTyped } from "../../support/readme-commands.ts";

/** What a shell has on a machine on which nobody has worked with Mastiff. */
function freshEnvironment(home: string): Record<string, string> {
  const kept =
    /^(LANG|MASTIFF_(ENGINE|HOST|PLUGINS|FLYCTL|OFFICIAL)|\w*_?PROXY|GOFLAGS|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)$/i;
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
  );
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(root));
  return {
    ...Object.fromEntries(own),
    PATH: path.join(delimiter),
    HOME: home,
    TERM: "xterm",
    XDG_CACHE_HOME: dirname(cache),
    npm_config_cache: process.env.npm_config_cache ?? join(homedir(), ".npm"),
    npm_config_prefer_offline: "true",
  };
}

/** Types a line into a shell with a terminal, and Enter at each question. */
async function typed(line: string, { cwd, env }: { cwd: string; env: Record<string, string> }) {
  const run = execa("script", ["-qefc", line, "/dev/null"], {
    cwd,
    env: { ...env, SHELL: "/bin/bash" },
    extendEnv: false,
    reject: false,
    all: true,
  });
  let unanswered = "";
  run.all.on("data", (text: Buffer) => {
    unanswered += text.toString();
    if (!/(\]|\?): $|\[Y\/n\] $/.test(unanswered)) return;
    unanswered = "";
    run.stdin.write("\r");
  });
  const { exitCode, all } = await run;
  return { exitCode, said: all.replaceAll("\r\n", "\n") };
}

test("leads from a clone to a doctor that finds nothing", async ({ skip }) => {
  if (!existsSync(join(root, ".git"))) return skip("this folder is no checkout of git's");
  const { stdout: version = "" } = await execa("script", ["--version"], { reject: false });
  if (!version.includes("util-linux")) return skip("there is no script of util-linux to type into");

  const folder = mkdtempSync(join(tmpdir(), "newcomer-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const env = freshEnvironment(home);
  let clouds: ResultPromise | undefined;
  onTestFinished(async () => {
    if (clouds !== undefined) interrupt(clouds);
    await clouds;
    const remaining = left(folder);
    rmSync(folder, { recursive: true, force: true });
    expect(remaining).toEqual([]);
  });

  const isLeftOut = new Set(notTyped.flatMap(({ lines }) => lines));
  const lines = [...new Set(newcomersLines())].filter((line) => !isLeftOut.has(line));
  const said: Record<string, string> = {};
  let cwd = folder;
  let sourced = "";
  for (const line of lines) {
    if (line.startsWith("cd ")) {
      cwd = join(cwd, line.slice("cd ".length));
    } else if (line === "npm run local") {
      const [file = "", ...words] = line.split(" ");
      clouds = execa(file, words, {
        cwd,
        env,
        extendEnv: false,
        detached: true,
        reject: false,
        stdin: "ignore",
        all: true,
        buffer: { all: true },
      });
      await lineOf(clouds, /npx mastiff new --from /);
    } else if (line.startsWith("source ")) {
      // The person agrees to each up.
      sourced = `${line} && export PULUMI_SKIP_CONFIRMATIONS=true && `;
    } else {
      const whole = `${sourced}${line.replace("<address of this repository>", root)}`;
      const run = await typed(whole, { cwd, env });
      expect(run.exitCode, `${line}\n${run.said}`).toBe(0);
      said[line] = run.said;
    }
  }
  expect(said["npx mastiff new --from .mastiff/answers.yaml"]).toMatch(
    / costs about \d+\.\d\d USD a month: /,
  );
  expect(said["pulumi stack output ownerPassword --show-secrets"]?.trim()).toMatch(/^\S{12,}$/);
  expect(said["npx mastiff doctor"]).toMatch(/^example\.org: \d+ checks, nothing to repair$/m);
});
