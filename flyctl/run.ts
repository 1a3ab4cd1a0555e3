import { DriverError, FlyctlFailure } from "./errors.ts";
import { Fly } from "./flyctl.ts";
import { checkSpec, readInput } from "./input.ts";
import type { Kind, Task } from "./kind.ts";
import { redactProgress } from "./progress.ts";

/**
 * `node flyctl/main.ts <kind> <verb>`: the whole of a run, from arguments to exit code.
 * stdout gets one JSON document at the end, stderr everything else.
 */
type AnyKind = Kind<never>;

/** What each kind's spec must hold; its module is loaded only when it is asked for. */
const owned = { stack: "string", org: "string", app: "string" };
const kinds: Record<string, { shape: Record<string, string>; load: () => Promise<AnyKind> }> = {
  app: {
    shape: { ...owned, publicAddresses: "boolean", dedicatedV4: "boolean" },
    load: () => import("./app.ts"),
  },
  certificate: { shape: { app: "string", hostname: "string" }, load: () => import("./certificate.ts") },
  secrets: { shape: { app: "string", names: "array" }, load: () => import("./secrets.ts") },
};

const usage = `usage: node flyctl/main.ts <kind> <verb>

  <kind> ensure | destroy | observe    kind: ${Object.keys(kinds).join(", ")}
The spec comes by the environment variable SPEC (JSON), secrets by stdin (JSON object), a release's fly.toml by
FLY_TOML. flyctl comes from PATH and logs in with FLY_API_TOKEN.`;

export async function run(args: readonly string[]): Promise<number> {
  const [kind = "", verb = ""] = args;
  const known = kinds[kind];
  if (known === undefined || !["ensure", "destroy", "observe"].includes(verb)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const input = await readInput(process.env, process.stdin);
  checkSpec(input.spec, known.shape);
  return withFly(
    { secrets: Object.values(input.secrets), remember: verb === "observe" },
    input.spec,
    async (fly) => {
      const module = await known.load();
      const task = { ...input, fly } as unknown as Task<never>;
      if (verb === "destroy") {
        await module.destroy(task);
        return {};
      }
      return verb === "observe" ? module.observe(task) : module.ensure(task);
    },
  );
}

/** Runs the work with a Fly that is closed whatever happens, and turns its end into output and exit code. */
export async function withFly(
  options: ConstructorParameters<typeof Fly>[0],
  spec: Record<string, unknown>,
  work: (fly: Fly) => Promise<unknown>,
): Promise<number> {
  const fly = new Fly(options);
  redactProgress(fly.redact);
  let signal: NodeJS.Signals | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      signal ??= name;
      fly.stop();
    });
  }
  try {
    process.stdout.write(`${JSON.stringify(await work(fly))}\n`);
    return 0;
  } catch (error) {
    if (signal !== undefined) {
      process.stderr.write("stopped; the next run goes on from here\n");
      return signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 129;
    }
    process.stderr.write(`${fly.redact(await describe(error, fly, spec))}\n`);
    return 1;
  } finally {
    await fly.close();
  }
}

/** What a person gets to read: a problem's parts, or, for a bug, the stack. */
async function describe(error: unknown, fly: Fly, spec: Record<string, unknown>): Promise<string> {
  if (error instanceof DriverError) return error.message;
  if (error instanceof FlyctlFailure) {
    const { explain } = await import("./explain.ts");
    return (await explain(error, fly, spec)).message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
