import * as argv from "../call/argv.ts";
import { DriverError, FlyctlFailure, isPassing, retry } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { lastWords } from "../call/log.ts";
import { say, tell } from "../call/progress.ts";
import type { ReleaseSpec } from "../spec.ts";
import { groupOf, isGone, isHealthy, type Machine, machinesOf } from "../things/machines.ts";
import type { ReleaseWork } from "./release-database.ts";
import type { Plan } from "./release-plan.ts";

/**
 * What a release does to the machines: deploy, scale, await their health, and say why they are not healthy.
 */

/** An app with machines in groups. */
export interface RunningApp {
  fly: Fly;
  spec: Pick<ReleaseSpec, "app" | "groups">;
}

/** Lets flyctl read the file as a deploy would; unknown keys are refused. @returns the file's path */
export async function validated({ fly, spec }: ReleaseWork, text: string): Promise<string> {
  const file = fly.file("release.toml", text);
  try {
    await fly.repeatable(argv.configValidate(spec.app, file), { app: spec.app, lane: `${spec.app} config` });
    return file;
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.reason !== "other") throw error;
    const lines = fly.redact(error.stdout).split("\n");
    throw new DriverError(
      {
        what: `flyctl rejects the fly.toml that was generated for ${spec.app}.`,
        setIn: "mastiff:env and the sizes (mastiff:web, mastiff:sidekiq, mastiff:streaming)",
        fix: "undo the last change of these keys; flyctl's reason is below",
        retry: retry.no,
        call: error.call,
        said: lines.filter((line) => line.trim() !== "").slice(-8),
      },
      { cause: error },
    );
  }
}

/** Gives every machine its image, environment, size and secrets anew, one machine after the other. */
export async function deploy(work: ReleaseWork, file: string, { first }: Pick<Plan, "first">): Promise<void> {
  const { spec, fly } = work;
  say(spec.app, `releasing ${spec.image}`);
  const call = argv.deploy(spec.app, file, spec.image, first);
  let begun = 0;
  const once = () => {
    begun = Date.now();
    // flyctl limits the time per machine (wait_timeout). The total grows with their number, so it has no
    // limit.
    return fly.once(call, { app: spec.app, timeoutMs: 0, onLine: (line) => narrate(spec.app, line) });
  };
  try {
    await fly.repeat(once, {
      tries: 3,
      // A repeat is safe: it continues with the existing machines. A failure after 2 minutes comes from the
      // machines' health, whatever Fly's last answer was, so it is not repeated. A timeout means that a call
      // was never answered.
      passes: (error) => isPassing(error) && (Date.now() - begun < 120_000 || error.reason === "timeout"),
      waitMs: (attempt) => 2000 * attempt,
    });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || beforehand.includes(error.reason)) throw error;
    throw await notReleased(work, error);
  }
}

/** Reasons of failures that do not come from the machines. */
const beforehand = [
  "missing",
  "login",
  "forbidden",
  "stopped",
  "image",
  "region",
  "capacity",
  "organization",
];

/** Reports in plain words those of flyctl's lines that tell its progress. */
function narrate(app: string, line: string): void {
  const machine = /Machine ([0-9a-f]+) \[([\w-]+)\] (update succeeded|was created)/.exec(line);
  const health = /Waiting for [0-9a-f]+ \[([\w-]+)\] to become healthy: (\d+)\/(\d+)/.exec(line);
  if (machine !== null)
    tell(
      app,
      `${machine[2]}: machine ${machine[1]} ${machine[3] === "was created" ? "created" : "released"}`,
    );
  else if (health !== null) tell(app, `${health[1]}: ${health[2]}/${health[3]} healthy`);
}

/** Scales each group to its number of machines. The call names absolute numbers, so it may be repeated. */
export async function scale(work: ReleaseWork, file: string, todo: Pick<Plan, "first">): Promise<void> {
  const { spec, fly } = work;
  const counts = Object.fromEntries(Object.entries(spec.groups).map(([group, { count }]) => [group, count]));
  const words = Object.entries(counts).map(([group, count]) => `${count} × ${group}`);
  say(spec.app, `scaling to ${words.join(", ")}`);
  const call = () =>
    fly.repeatable(argv.scaleCount(spec.app, spec.region, counts), { app: spec.app, timeoutMs: 600_000 });
  try {
    await call();
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || !error.said.includes("no complete release")) throw error;
    // A deploy that was killed after its last machine did not mark its release as complete.
    await deploy(work, file, todo);
    await call();
  }
}

/**
 * Starts stopped machines and waits until enough machines pass their checks: `scale` does not wait for that,
 * and a deploy leaves a stopped machine stopped.
 *
 * @param listed the machines, if they were listed just now
 * @returns all machines
 */
export async function awaitHealthy(work: RunningApp, listed?: Machine[]): Promise<Machine[]> {
  const { spec, fly } = work;
  let said = "";
  const look = async (attempt: number) => {
    const machines = (attempt === 1 ? listed : undefined) ?? (await machinesOf(fly, spec.app));
    const members = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
    const asleep = members.filter((one) => one.state === "stopped" || one.state === "suspended");
    if (asleep.length > 0) {
      say(spec.app, `starting ${asleep.map((one) => `${groupOf(one)} ${one.id}`).join(", ")}`);
      const ids = asleep.map((one) => one.id);
      await fly.repeatable(argv.machineStart(spec.app, ids), { app: spec.app });
    }
    const groups = Object.entries(spec.groups).map(([group, { count }]) => {
      const healthy = members.filter((one) => groupOf(one) === group && isHealthy(one)).length;
      return { text: `${group}: ${healthy}/${count} healthy`, done: healthy >= count };
    });
    const text = groups.map((one) => one.text).join(", ");
    if (text !== said) say(spec.app, text);
    said = text;
    return groups.every((one) => one.done) ? machines : undefined;
  };
  const waitMs = (attempt: number) => Math.min(250 * 1.5 ** (attempt - 1), 5000);
  const healthy = await fly.repeat(look, { limitMs: 600_000, waitMs });
  if (healthy === undefined) throw await notReleased(work, undefined);
  return healthy;
}

/** The error for a failed release, with the last log lines of its unhealthy machines. */
async function notReleased(
  { spec, fly }: RunningApp,
  failure: FlyctlFailure | undefined,
): Promise<DriverError> {
  const machines = await machinesOf(fly, spec.app).catch(() => []);
  const sick = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined && !isHealthy(one));
  const said: string[] = [];
  for (const machine of sick.slice(0, 2)) {
    said.push(`— ${condition(machine)}:`);
    said.push(...(await lastWords(fly, spec.app, machine.id)));
  }
  if (said.length === 0 && failure !== undefined) said.push(...failure.said.split("\n").slice(0, 6));
  const first = sick[0];
  return new DriverError(
    {
      what:
        first === undefined
          ? `The release of ${spec.app} failed.`
          : `The release of ${spec.app} failed: ${groupOf(first)} does not become healthy.`,
      fix:
        first === undefined
          ? `see the whole log:  flyctl logs -a ${spec.app}`
          : `its last output is below; the whole log:  flyctl logs -a ${spec.app} --machine ${first.id}`,
      retry:
        "helps only if the cause goes away by itself; what was done stays, and the next run continues from there",
      ...(failure !== undefined && { call: failure.call }),
      said,
    },
    { cause: failure },
  );
}

function condition(machine: Machine): string {
  const check = machine.checks?.find((one) => one.status !== "passing");
  const health = check === undefined ? "" : `, check ${check.name} ${check.status}`;
  return `${groupOf(machine)}, machine ${machine.id}, ${machine.state}${health}`;
}
