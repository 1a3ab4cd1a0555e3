/** What recovery needs from the engine: its lock, state and config. */
import { hostname } from "node:os";
import { parseRecorded } from "../../components/config/undecrypted.ts";
import { isAlive } from "../../providers/shared/alive.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import {
  cloudflareProviderOf,
  communitiesIn,
  identityIn,
  nameIn,
  type RecordedCommunity,
  resourcesOf,
  type StateResource,
} from "../communities.ts";
import { must, type Run } from "../pulumi.ts";
import { type ConfigValues, communityIn, configOf, inOperatorsWords, type Stack } from "../stack.ts";
import { type Deployment, withoutHalfKnown } from "./half-known.ts";
import type { StackWorld } from "./leftovers.ts";

/** A stack, as far as recovery asks and changes it. */
export interface RecoverableStack {
  /** The communities in the state. */
  communities(): Promise<RecordedCommunity[]>;
  /** Operations that were under way when a run was cut off. */
  pending(): Promise<{ type: string; name: string }[]>;
  /** Removes from the state the resources whose id nobody knows. @returns their names. */
  forgetHalfKnown(options: LockOptions): Promise<string[]>;
  /**
   * Compares the state with the clouds and clears pending operations. Cancels a lock in its way when the
   * lock's run is certainly dead, or when `cancel` says so. @throws OperatorError when somebody else is at
   * work.
   */
  refresh(options: LockOptions): Promise<void>;
  /** When a run last wrote into the state, ISO 8601; undefined: never. To be read before recovery writes. */
  lastEntry(): Promise<string | undefined>;
  /**
   * The facts by which a community's leftovers are recognised; undefined when the state has no identity of it.
   *
   * @param ended the last entry, see {@link lastEntry}
   */
  world(community: RecordedCommunity, ended: string | undefined): Promise<StackWorld | undefined>;
}

/** How to treat a lock. */
export interface LockOptions {
  /** Whether the run that holds it is dead, although this machine cannot see it. */
  cancel: boolean;
  say: (line: string) => void;
}

interface Exported {
  deployment: {
    resources?: StateResource[];
    pending_operations?: { type: string; resource: StateResource }[];
  };
}

/** The questions and changes of recovery, through `pulumi` on this stack. */
export function recoverable(stack: Stack): RecoverableStack {
  const exported = async () =>
    (JSON.parse(must(await stack.pulumi(["stack", "export"]))) as Exported).deployment;
  /** Runs a command that needs the lock. A dead run's lock is cancelled; a live run's lock is an error. */
  const pastLock = async (args: string[], { cancel, say }: LockOptions, input?: string): Promise<Run> => {
    const run = await stack.pulumi(args, input);
    const lock = lockIn(run.output);
    if (run.exitCode === 0 || lock === undefined) return run;
    if (!cancel && !lock.isDead) throw atWork(lock, stack.name);
    must(await stack.pulumi(["cancel", "--yes"]));
    say(`the lock of a dead run is cancelled (${lock.holder})`);
    return stack.pulumi(args, input);
  };

  /** Tokens and base URL, as the community's resources have them (components/cloudflare/operators-cloudflare.ts). */
  const wayTo = async (
    config: ConfigValues,
    explicit: Record<string, unknown> | undefined,
  ): Promise<Pick<StackWorld, "credentials" | "baseUrl">> => {
    const present = (tokens: (string | undefined)[]) => tokens.filter((token) => token !== undefined);
    const environment = shell().env.CLOUDFLARE_API_TOKEN;
    if (explicit !== undefined) {
      // Its token is encrypted in the state. The config's may be for another account, and goes nowhere else.
      const { baseUrl } = explicit;
      return {
        credentials: present([environment]),
        baseUrl: typeof baseUrl === "string" ? baseUrl : undefined,
      };
    }
    const apiToken = config["cloudflare:apiToken"]?.secret
      ? must(await stack.pulumi(["config", "get", "cloudflare:apiToken"])).trim()
      : config["cloudflare:apiToken"]?.value;
    return { credentials: present([apiToken, environment]), baseUrl: config["cloudflare:baseUrl"]?.value };
  };

  return {
    async communities() {
      return communitiesIn((await exported()).resources ?? []);
    },
    async pending() {
      const { pending_operations: operations = [] } = await exported();
      return operations.map(({ type, resource }) => ({ type, name: nameIn(resource.urn) }));
    },
    async forgetHalfKnown(options) {
      const whole = JSON.parse(must(await stack.pulumi(["stack", "export"]))) as { deployment: Deployment };
      const found = withoutHalfKnown(whole.deployment);
      if (found === undefined) return [];
      const input = JSON.stringify({ ...whole, deployment: found.deployment });
      must(await pastLock(["stack", "import"], options, input));
      return found.names;
    },
    async refresh(options) {
      const refresh = ["refresh", "--yes", "--skip-preview", "--non-interactive", "--clear-pending-creates"];
      const run = await pastLock(refresh, options);
      if (run.exitCode !== 0)
        throw new OperatorError(`pulumi refresh failed, so nothing was deleted:\n${run.output}`);
    },
    async lastEntry() {
      const { resources = [] } = await exported();
      const times = resources.flatMap(({ created, modified }) => [created, modified]);
      return times
        .filter((time) => time !== undefined)
        .sort()
        .at(-1);
    },
    async world(community, ended) {
      const { resources = [] } = await exported();
      const { name, args } = community;
      const identity = identityIn(resources, name);
      if (identity === undefined) return undefined;
      const config = await configOf(stack);
      const own = resourcesOf(community, resources);
      return {
        community:
          args === undefined ? communityIn(config, stack) : inOperatorsWords(() => parseRecorded(args, name)),
        identity,
        ended,
        ...(await wayTo(config, cloudflareProviderOf(own, resources))),
        ids: (type) => idsOf(type, resources),
        ownIds: (type) => idsOf(type, own),
        began: own
          .map((one) => one.created)
          .filter((created) => created !== undefined)
          .sort()[0],
      };
    },
  };
}

interface Lock {
  holder: string;
  /** Whether its process ran on this machine and has ended. */
  isDead: boolean;
}

/** The lock that a failed command names: `created by rex@laptop (pid 123)`, or Pulumi Cloud's 409. */
export function lockIn(output: string): Lock | undefined {
  const file = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/.exec(output);
  if (file !== null) {
    const [, user, host, pid, since] = file;
    const holder = `${user}@${host}, process ${pid}, since ${since}`;
    return { holder, isDead: host === hostname() && !isAlive(Number(pid)) };
  }
  if (/\[409\] Conflict|already in progress/.test(output))
    return { holder: "somebody who is logged in to the same backend", isDead: false };
  return undefined;
}

function atWork({ holder }: Lock, stack: string): OperatorError {
  return new OperatorError(
    [
      `Another run holds the lock of ${stack}: ${holder}.`,
      "  fix     wait until that run has ended",
      `          or, if that run is certainly dead:  npx mastiff recover -s ${stack} --cancel`,
    ].join("\n"),
  );
}

function idsOf(type: string, resources: readonly StateResource[]): ReadonlySet<string> {
  return new Set(resources.filter((one) => one.type === type).map((one) => one.id ?? ""));
}
