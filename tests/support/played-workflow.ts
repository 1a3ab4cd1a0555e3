/** A checkout in which workflows run with programs that a test plays, and with a `gh` that keeps what it is given. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Gh, ghOnPath } from "./gh.ts";
import { type JobsEnd, type Runner, runWorkflow } from "./workflow-job.ts";

/** Such a checkout. */
export interface PlayedCheckout extends Disposable {
  folder: string;
  gh: Gh;
  /**
   * Runs a workflow.
   *
   * @param programs lines of a shell by the name of a program; each call is written down
   * @param runner what differs from a repository with the stacks acme and cats
   */
  run(
    file: string,
    programs: Record<string, string>,
    runner?: Partial<Runner>,
  ): Promise<Record<string, JobsEnd>>;
  /** The calls of all programs that are played, oldest first. */
  calls(): string[];
}

export function playedCheckout(): PlayedCheckout {
  const all = mkdtempSync(join(tmpdir(), "job-"));
  const [bin, folder, written] = [join(all, "bin"), join(all, "checkout"), join(all, "calls")];
  for (const path of [bin, folder]) mkdirSync(path);
  symlinkSync(join(root, ".github"), join(folder, ".github"));
  const gh = ghOnPath();
  return {
    folder,
    gh,
    async run(file, programs, runner = {}) {
      for (const [name, script] of Object.entries(programs)) {
        const lines = ["#!/bin/sh", `echo "${name} $*" >> '${written}'`, script];
        writeFileSync(join(bin, name), `${lines.join("\n")}\n`, { mode: 0o755 });
      }
      const { env, ...more } = runner;
      return runWorkflow(file, {
        checkout: folder,
        env: { PATH: [bin, gh.folder, process.env.PATH].join(delimiter), HOME: all, ...env },
        github: {
          token: "token-of-the-job",
          repository: "dogs/mastiff",
          run_id: "1",
          event: { pull_request: { number: 7, head: { repo: { full_name: "dogs/mastiff" } } } },
        },
        vars: { MASTIFF_STACKS: '["acme", "cats"]' },
        secrets: { "mastiff-preview": { FLY_API_TOKEN: "looks" }, "mastiff-up": { FLY_API_TOKEN: "acts" } },
        actions: {
          "actions/checkout": () => {},
          "actions/upload-artifact": () => {},
          "./.github/actions/mastiff": () => {},
        },
        ...more,
      });
    },
    calls: () => (existsSync(written) ? readFileSync(written, "utf8").trimEnd().split("\n") : []),
    [Symbol.dispose]() {
      gh[Symbol.dispose]();
      rmSync(all, { recursive: true, force: true });
    },
  };
}

/** How the jobs of each name ended. */
export const resultsOf = (ended: Record<string, JobsEnd>) =>
  Object.fromEntries(Object.entries(ended).map(([name, { result }]) => [name, result]));
