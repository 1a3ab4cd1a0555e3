import { DriverError, FlyctlFailure, passes } from "./call/errors.ts";
import { Fly } from "./call/flyctl.ts";
import { fallSilent, redactProgress } from "./call/progress.ts";
import { type Stop, shell } from "./call/shell.ts";
import { checkSpec, readInput } from "./input.ts";
import type { JobSpec } from "./job.ts";
import type { Kind, Task } from "./kind.ts";

/**
 * `node providers/fly/start.mjs <kind> <verb>`: the whole of a run, from arguments to exit code.
 * stdout gets one JSON document at the end, stderr everything else.
 */
type AnyKind = Kind<never>;

/** The properties that each kind's spec must have, and its module, which is loaded only when needed. */
const owned = { stack: "string", org: "string", app: "string" };
const kinds: Record<string, { shape: Record<string, string>; load: () => Promise<AnyKind> }> = {
  app: {
    shape: { ...owned, publicAddresses: "boolean", dedicatedV4: "boolean" },
    load: () => import("./things/app.ts"),
  },
  addresses: { shape: { ...owned, dedicatedV4: "boolean" }, load: () => import("./things/addresses.ts") },
  certificate: {
    shape: { app: "string", hostname: "string" },
    load: () => import("./things/certificate.ts"),
  },
  secrets: { shape: { app: "string", names: "array" }, load: () => import("./things/secrets.ts") },
  postgres: {
    shape: {
      ...owned,
      region: "string",
      size: "object",
      volumeGb: "number",
      database: "string",
      user: "string",
      consumers: "array",
    },
    load: () => import("./things/postgres.ts"),
  },
  redis: {
    shape: { ...owned, region: "string", size: "object", volumeGb: "number", image: "string" },
    load: () => import("./things/redis.ts"),
  },
  upstash: {
    shape: { ...owned, name: "string", region: "string", plan: "string|null" },
    load: () => import("./things/upstash.ts"),
  },
  release: {
    shape: {
      ...owned,
      region: "string",
      image: "string",
      groups: "object",
      database: "object|null",
      redisGate: "boolean",
      smoke: "boolean",
    },
    load: () => import("./release/release.ts"),
  },
  owner: {
    shape: { app: "string", username: "string", email: "string", skipDns: "boolean" },
    load: () => import("./things/owner.ts"),
  },
  login: {
    shape: { app: "string", owner: "string", user: "string" },
    load: () => import("./things/login.ts"),
  },
  "retired-login": {
    shape: { app: "string", user: "string" },
    load: () => import("./things/retired-login.ts"),
  },
  "redis-password": { shape: { app: "string" }, load: () => import("./things/redis-password.ts") },
  "redis-restart": { shape: { app: "string" }, load: () => import("./things/redis-restart.ts") },
  dump: {
    shape: { app: "string", server: "string", bucket: "string", bucketUrl: "string" },
    load: () => import("./release/dump.ts"),
  },
};

const usage = `usage: node providers/fly/start.mjs <kind> <verb>

  <kind> ensure | destroy | observe    kind: ${Object.keys(kinds).join(", ")}
  <kind> accept                        does nothing: what is there was made this very moment
  all observe                          many of them at once
  status look                          where certificates stand
  jobs look                            how many jobs wait in Redis
  marks look                           whose the apps of a community's names are
  people look                          how many people have an account in the database
  job run                              an operator's command in a machine of its own

The spec comes by the environment variable SPEC (JSON), secrets by stdin (JSON object), a release's fly.toml by
FLY_TOML. flyctl comes from PATH and logs in with FLY_API_TOKEN.`;

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage; for a job, the job's own. */
export async function run(args: readonly string[]): Promise<number> {
  const [kind = "", verb = ""] = args;
  if (kind === "job" && verb === "run") return job();
  if (kind === "status" && verb === "look") return status();
  if (kind === "jobs" && verb === "look") return jobs();
  if (kind === "marks" && verb === "look") return marks();
  if (kind === "people" && verb === "look") return people();
  if (kind === "all" && verb === "observe") return all();
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
  checkSpec(input.spec, known.shape);
  const options = { secrets: Object.values(input.secrets), remember: verb === "observe" };
  return withFly(options, input.spec, async (fly) => {
    const module = await known.load();
    const task = { ...input, fly } as unknown as Task<never>;
    if (verb === "observe") return module.observe(task);
    if (verb === "ensure") return ensured(module, task);
    await module.destroy(task);
    return {};
  });
}

/**
 * Runs ensure. When the first ensure of a thing fails with an error that no repeat can fix, what it made is
 * removed. When a repeat can finish the work, it stays.
 */
async function ensured(module: AnyKind, task: Task<never>): Promise<unknown> {
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
  if (error instanceof FlyctlFailure) return !passes(error.reason);
  return error instanceof DriverError;
}

async function status(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { certificates: "array" });
  return withFly({ remember: true }, spec, async (fly) => {
    const { look } = await import("./release/status.ts");
    return look(fly, spec as never);
  });
}

async function jobs(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { app: "string" });
  return withFly({}, spec, async (fly) => {
    const { look } = await import("./things/redis-jobs.ts");
    return look(fly, spec as never);
  });
}

async function marks(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { org: "string", apps: "array", redis: "string|null", stack: "string" });
  return withFly({ remember: true }, spec, async (fly) => {
    const { look } = await import("./things/marks.ts");
    return look(fly, spec as never);
  });
}

async function people(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { app: "string", database: "string" });
  return withFly({}, spec, async (fly) => {
    const { look } = await import("./things/people.ts");
    return look(fly, spec as never);
  });
}

async function all(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { items: "object" });
  return withFly({ remember: true }, spec, async (fly) => {
    const { observeAll } = await import("./observe-all.ts");
    return observeAll(fly, spec as never, async (kind) => {
      const known = kinds[kind];
      if (known === undefined) throw new Error(`SPEC.items has the unknown kind ${kind}`);
      return known.load();
    });
  });
}

/** Passes on the job's own output and exit code, so that the command can stand in a pipe. */
async function job(): Promise<number> {
  const { spec } = await readInput();
  checkSpec(spec, { app: "string", command: "array", memoryMb: "number|undefined" });
  const wanted = spec as unknown as JobSpec;
  let exitCode = 0;
  const failed = await withFly(
    {},
    { app: wanted.app },
    async (fly) => {
      const { runJob } = await import("./job.ts");
      exitCode = await runJob(fly, wanted, (line) => shell().stdout(`${fly.redact(line)}\n`));
      return undefined;
    },
    `no longer watching; the job goes on in its machine (flyctl machine list -a ${wanted.app}), until it ends or is destroyed`,
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
  whenStopped = "stopped; the next run goes on from here",
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
