/** A protected community that is up, and what an operator does to it by hand. */

import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { environment } from "../../sandbox/toolchain/environment.ts";
import { pulumi } from "../../sandbox/toolchain/stack.ts";
import { nameOf } from "./events.ts";
import { type Community, communityThatIsUp } from "./golden.ts";
import type { Outcome } from "./stack.ts";

/** Name of its app, and the beginning of all others. */
export const app = "mastiff-party";

/** A community that holds data. */
export interface ProtectedCommunity extends Community {
  /** What a preview of other config says, or of these arguments; the config is then as it was. */
  preview(config: Record<string, string>, ...args: string[]): Promise<Outcome>;
  /** Brings the stack up. Expects it to end well. */
  up(...args: string[]): Promise<Outcome>;
  /** `pulumi <args> --stack …`. Expects it to end well. */
  pulumi(...args: string[]): Promise<{ stdout: string }>;
  /** flyctl as the operator has it. Throws when it fails. */
  flyctl(...args: string[]): Promise<unknown>;
  /** URN of a resource by its logical name; empty: there is none. */
  urnOf(name: string): Promise<string>;
  /** Puts a state in the place of the stack's. */
  importState(state: object): Promise<void>;
  /** Expects a preview to have nothing to do. */
  inSync(): Promise<void>;
}

/** With all that a change may lose: jobs in a Redis of its own, a disk that could shrink, a release that has others around it. */
export const muchToLose = {
  "mastiff:protect": "true",
  "mastiff:web": '{"count":2}',
  "mastiff:redis": '{"kind":"own"}',
  "mastiff:postgres": '{"volumeGb":2}',
  "mastiff:mastodonVersion": "v4.6.10",
};

/** A copy of one that is up with the dev stack's config and this one. Default: {@link muchToLose}, which most tests share. */
export async function protectedCommunity(
  config: Record<string, string> = muchToLose,
): Promise<ProtectedCommunity> {
  const community = await communityThatIsUp(() => ({ config }));
  const { world, stack } = community;
  const onStack = async (...args: string[]) => {
    const run = await pulumi(stack.place, [...args, "--stack", stack.place.stack]);
    expect(run.exitCode, run.stderr).toBe(0);
    return run;
  };
  const up = async (...args: string[]) => {
    const outcome = await stack.up(...args);
    expect(outcome.exitCode, outcome.output).toBe(0);
    return outcome;
  };
  const configNow = async (): Promise<Record<string, string | undefined>> => {
    const { stdout } = await onStack("config", "--json");
    const all = JSON.parse(stdout) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value]));
  };
  return {
    ...community,
    up,
    pulumi: onStack,
    async preview(changed, ...args) {
      const before = await configNow();
      await stack.config(changed);
      const outcome = await stack.preview(...args);
      await stack.config(Object.fromEntries(Object.keys(changed).map((key) => [key, before[key]])));
      return outcome;
    },
    flyctl: (...args) =>
      execa("flyctl", args, {
        env: {
          ...environment(world.toolchain, stack.place.target),
          FLY_CONFIG_DIR: join(world.folder, "fly"),
        },
        extendEnv: false,
      }),
    urnOf: async (name) => (await stack.resources()).find(({ urn }) => nameOf(urn) === name)?.urn ?? "",
    async importState(state) {
      const run = await execa(
        join(world.toolchain.bin, "pulumi"),
        ["stack", "import", "--stack", stack.place.stack],
        {
          cwd: stack.place.project,
          env: environment(world.toolchain, stack.place.target),
          extendEnv: false,
          input: JSON.stringify(state),
        },
      );
      expect(run.exitCode, run.stderr).toBe(0);
    },
    async inSync() {
      const outcome = await stack.preview("--expect-no-changes");
      expect(outcome.exitCode, outcome.output).toBe(0);
    },
  };
}
