import { type Stop, shell } from "../shared/shell.ts";
import type { WorkByHand } from "./by-hand.ts";
import { DriverError, FlyctlFailure, isPassing } from "./call/errors.ts";
import { Fly } from "./call/flyctl.ts";
import { fallSilent, redactProgress } from "./call/progress.ts";
import { readInput } from "./input.ts";
import type { Kind, Task } from "./kind.ts";
import { check, type Schema } from "./schema.ts";
import * as specs from "./spec.ts";

/**
 * `node providers/fly/start.mjs <kind> <verb>`: the whole of a run, from arguments to exit code.
 * stdout gets one JSON document at the end, stderr everything else.
 */

/** A kind's spec, and its module, which is loaded only when needed. */
interface Known<Spec> {
  spec: Schema<Spec>;
  load(): Promise<Kind<Spec>>;
}

/** A question that belongs to no kind. */
interface Question<Spec> {
  spec: Schema<Spec>;
  /** What an operator types to ask again. Default: pulumi up. */
  again?: string;
  /** Whether each read runs only once: for a look at many things. Default false. */
  remember?: boolean;
  ask(fly: Fly, spec: Spec): Promise<unknown>;
}

/** Work that an operator starts by hand: its spec, and its module, which is loaded only when needed. */
interface ByHand<Spec> {
  spec: Schema<Spec>;
  /** What the operator types to start it again. */
  again: string;
  load(): Promise<WorkByHand<Spec>>;
  /** Said when the run is told to stop. */
  whenStopped(spec: Spec): string;
}

// A table of all specs cannot name each of them. Here the compiler checks that a spec and its code belong together.
const kindOf = <Spec>(known: Known<Spec>): Known<unknown> => known;
const questionOf = <Spec>(one: Question<Spec>): Question<unknown> => one;
const byHandOf = <Spec>(one: ByHand<Spec>): ByHand<unknown> => one;

const kinds: Record<specs.ObserveItem["kind"], Known<unknown>> & Record<string, Known<unknown>> = {
  app: kindOf({ spec: specs.appSpec, load: () => import("./things/app.ts") }),
  addresses: kindOf({ spec: specs.addressesSpec, load: () => import("./things/addresses.ts") }),
  certificate: kindOf({ spec: specs.certificateSpec, load: () => import("./things/certificate.ts") }),
  secrets: kindOf({ spec: specs.secretsSpec, load: () => import("./things/secrets.ts") }),
  postgres: kindOf({ spec: specs.postgresSpec, load: () => import("./things/postgres.ts") }),
  redis: kindOf({ spec: specs.redisSpec, load: () => import("./things/redis.ts") }),
  upstash: kindOf({ spec: specs.upstashSpec, load: () => import("./things/upstash.ts") }),
  release: kindOf({ spec: specs.releaseSpec, load: () => import("./release/release.ts") }),
  preparation: kindOf({ spec: specs.releaseSpec, load: () => import("./release/preparation.ts") }),
  owner: kindOf({ spec: specs.ownerSpec, load: () => import("./things/owner.ts") }),
  login: kindOf({ spec: specs.loginSpec, load: () => import("./things/login.ts") }),
  "retired-login": kindOf({ spec: specs.retiredLoginSpec, load: () => import("./things/retired-login.ts") }),
  "redis-password": kindOf({
    spec: specs.redisPasswordSpec,
    load: () => import("./things/redis-password.ts"),
  }),
  "redis-restart": kindOf({ spec: specs.redisPasswordSpec, load: () => import("./things/redis-restart.ts") }),
  dump: kindOf({ spec: specs.dumpSpec, load: () => import("./release/dump.ts") }),
  backup: kindOf({ spec: specs.backupSpec, load: () => import("./backup/backup.ts") }),
  retention: kindOf({ spec: specs.retentionSpec, load: () => import("./things/retention.ts") }),
  mirror: kindOf({ spec: specs.mirrorSpec, load: () => import("./things/mirror.ts") }),
  housekeeping: kindOf({ spec: specs.housekeepingSpec, load: () => import("./things/housekeeping.ts") }),
};

/** By kind and verb. */
const questions: Record<string, Question<unknown>> = {
  "all observe": questionOf({
    spec: specs.observeAllSpec,
    remember: true,
    ask: async (fly, spec) =>
      (await import("./observe-all.ts")).observeAll(fly, spec, (name) => kinds[name].load()),
  }),
  "status look": questionOf({
    spec: specs.statusSpec,
    remember: true,
    ask: async (fly, spec) => (await import("./release/status.ts")).look(fly, spec),
  }),
  "jobs look": questionOf({
    spec: specs.jobsSpec,
    ask: async (fly, spec) => (await import("./things/redis-jobs.ts")).look(fly, spec),
  }),
  "marks look": questionOf({
    spec: specs.marksSpec,
    remember: true,
    ask: async (fly, spec) => (await import("./things/marks.ts")).look(fly, spec),
  }),
  "people look": questionOf({
    spec: specs.peopleSpec,
    ask: async (fly, spec) => (await import("./things/people.ts")).look(fly, spec),
  }),
  "inside look": questionOf({
    spec: specs.insideSpec,
    again: "npx mastiff doctor -s <stack>",
    ask: async (fly, spec) => (await import("./inside.ts")).look(fly, spec),
  }),
  "restore look": questionOf({
    spec: specs.restoreSpec,
    again: "the same command",
    ask: async (fly, spec) => (await import("./restore/look.ts")).look(fly, spec),
  }),
};

const goesOn = "the next run continues from here";

/** By kind and verb. */
const byHand: Record<string, ByHand<unknown>> = {
  "job run": byHandOf({
    spec: specs.jobSpec,
    again: "the same command",
    load: () => import("./job.ts"),
    whenStopped: ({ app }) =>
      `no longer watching; the job continues in its machine (flyctl machine list -a ${app}), until it ends or is destroyed`,
  }),
  "backup-now run": byHandOf({
    spec: specs.backupNowSpec,
    again: "npx mastiff backup -s <stack>",
    load: () => import("./backup/backup-now.ts"),
    whenStopped: ({ app }) =>
      `no longer watching; the backup goes on in its machine (flyctl machine list -a ${app})`,
  }),
  "restore prepare": byHandOf({
    spec: specs.restoreSpec,
    again: "the same npx mastiff restore",
    load: () => import("./restore/prepare.ts"),
    whenStopped: ({ restoreApp }) =>
      `no longer watching; the restore goes on in its machine (flyctl machine list -a ${restoreApp}), and the next run waits for it`,
  }),
  "restore switch": byHandOf({
    spec: specs.restoreSpec,
    again: "the same npx mastiff restore",
    load: () => import("./restore/switch.ts"),
    whenStopped: ({ app }) => `stopped, and machines of ${app} may be, too; ${goesOn}`,
  }),
  "restore undo": byHandOf({
    spec: specs.restoreSpec,
    again: "npx mastiff restore -s <stack> --undo",
    load: () => import("./restore/undo.ts"),
    whenStopped: ({ app }) => `stopped, and machines of ${app} may be, too; ${goesOn}`,
  }),
  "restore finish": byHandOf({
    spec: specs.restoreSpec,
    again: "npx mastiff restore -s <stack> --finish",
    load: () => import("./restore/finish.ts"),
    whenStopped: () => `stopped; ${goesOn}`,
  }),
  "drill run": byHandOf({
    spec: specs.drillSpec,
    again: "npx mastiff drill -s <stack>",
    load: () => import("./restore/drill.ts"),
    whenStopped: () => "stopped; nothing of the drill is left",
  }),
};

const usage = `usage: node providers/fly/start.mjs <kind> <verb>

  <kind> ensure | destroy | observe    kind: ${Object.keys(kinds).join(", ")}
  <kind> accept                        does nothing: the resource was created a moment ago
  all observe                          many of them at once
  status look                          the status of certificates
  jobs look                            how many jobs wait in Redis
  marks look                           who owns the apps with a community's names
  people look                          how many people have an account in the database
  inside look                          how a community is from inside its machines
  job run                              an operator's command in a machine of its own
  backup-now run                       a backup beside the schedule: prints its manifest
  restore prepare                      a backup into a new database, beside the running one
  restore switch | undo                the community onto the new database, or back
  restore finish                       removes the database that the community does not run on
  restore look                         how far a restore has come
  drill run                            a trial restore in an app that exists only for that

The spec comes in the environment variable SPEC (JSON), secrets on stdin (JSON object), a release's fly.toml in
FLY_TOML. flyctl comes from PATH and logs in with FLY_API_TOKEN.`;

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage; that of the work where it has one. */
export async function run(args: readonly string[]): Promise<number> {
  const [kind = "", verb = ""] = args;
  const work = byHand[`${kind} ${verb}`];
  if (work !== undefined) return runByHand(work);
  const asked = questions[`${kind} ${verb}`];
  if (asked !== undefined) return answer(asked);
  const known = kinds[kind];
  if (known === undefined || !["ensure", "destroy", "observe", "accept"].includes(verb)) {
    shell().stderr(`${usage}\n`);
    return 2;
  }
  if (verb === "accept") {
    shell().stdout("{}\n");
    return 0;
  }
  const input = await readInput();
  check(known.spec, input.spec, "SPEC");
  const options = { secrets: Object.values(input.secrets), remember: verb === "observe" };
  return withFly(options, input.spec, async (fly) => {
    const module = await known.load();
    const task = { ...input, fly };
    if (verb === "observe") return module.observe(task);
    if (verb === "ensure") return ensured(module, task);
    await module.destroy(task);
    return {};
  });
}

async function answer({ spec: schema, remember = false, again, ask }: Question<unknown>): Promise<number> {
  const { spec } = await readInput();
  check(schema, spec, "SPEC");
  return withFly({ remember, ...(again && { again }) }, spec, (fly) => ask(fly, spec));
}

/**
 * Runs ensure. When the first ensure of a thing fails with an error that no repeat can fix, what it made is
 * removed. When a repeat can finish the work, it stays.
 */
async function ensured(module: Kind<unknown>, task: Task<unknown>): Promise<unknown> {
  try {
    return await module.ensure(task);
  } catch (error) {
    // A failure of takeBack is not reported: a person has to read the first error. The next run cleans up.
    if (task.previous === undefined && isFinal(error) && !task.fly.stopped)
      await module.takeBack?.(task).catch(() => undefined);
    throw error;
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof DriverError || (error instanceof FlyctlFailure && !isPassing(error));
}

/** Output and exit code are the work's own, so that its command can stand in a pipe. */
async function runByHand({ spec: schema, again, load, whenStopped }: ByHand<unknown>): Promise<number> {
  const { spec, secrets } = await readInput();
  check(schema, spec, "SPEC");
  let exitCode = 0;
  const failed = await withFly(
    { secrets: Object.values(secrets), again },
    spec,
    async (fly) => {
      const { run: work } = await load();
      const { stdout, stderr } = shell();
      const ended = await work({
        spec,
        secrets,
        fly,
        print: (line) => stdout(`${fly.redact(line)}\n`),
        show: (line) => stderr(`${fly.redact(line)}\n`),
      });
      exitCode = ended.exitCode ?? 0;
      return ended.answer;
    },
    whenStopped(spec),
  );
  return failed || exitCode;
}

/**
 * Runs the work with a Fly that is always closed, prints the answer or the error, and returns the exit code.
 */
async function withFly(
  options: ConstructorParameters<typeof Fly>[0],
  spec: Record<string, unknown>,
  work: (fly: Fly) => Promise<unknown>,
  whenStopped = "stopped; the next run continues from here",
): Promise<number> {
  const fly = new Fly(options);
  redactProgress(fly.redact);
  let signal: Stop | undefined;
  shell().onStop((name) => {
    signal ??= name;
    fly.stop();
  });
  try {
    const answer = await work(fly);
    if (answer !== undefined) shell().stdout(`${JSON.stringify(answer)}\n`);
    return 0;
  } catch (error) {
    if (signal !== undefined) {
      shell().stderr(`${whenStopped}\n`);
      return signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 129;
    }
    shell().stderr(`${fly.redact(await describe(error, fly, spec))}\n`);
    return 1;
  } finally {
    fallSilent();
    await fly.close();
  }
}

/** The text of an error for a person: the parts of a problem, or the stack trace of a bug. */
async function describe(error: unknown, fly: Fly, spec: Record<string, unknown>): Promise<string> {
  if (error instanceof DriverError) return error.message;
  if (error instanceof FlyctlFailure) {
    const { explain } = await import("./call/explain.ts");
    return (await explain(error, fly, spec)).message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
