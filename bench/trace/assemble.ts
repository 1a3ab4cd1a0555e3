/** Puts together what was seen of one operation. Pure. */
import type { Entry } from "../../sandbox/clouds/journal.ts";
import { whatIs } from "../counted-lives.ts";
import { namesIn, type Start } from "../counting-toolchain.ts";
import { criticalPath } from "../critical-path.ts";
import { nameOf } from "../distinct-calls.ts";
import type { StateResource } from "../state-resources.ts";
import type { MachineLife } from "../world.ts";
import { type Step, withCritical } from "./critical-steps.ts";
import type { MachineStretch, Stretch, Trace } from "./parts.ts";
import type { Seen } from "./watch.ts";

/** What was seen. */
export interface Sightings {
  began: number;
  ended: number;
  events: readonly Seen[];
  starts: readonly Start[];
  /** When each process was gone. */
  ends: ReadonlyMap<number, number>;
  resources: readonly StateResource[];
  calls: readonly Entry[];
  machines: readonly MachineLife[];
  /** Share of the modelled latency that the clouds waited. */
  scale: number;
  engine: Stretch[];
}

export function assemble(seen: Sightings): Trace {
  const { began, ended, engine } = seen;
  const runs = runsOf(seen);
  const steps = stepsOf(seen);
  const owners = new Map(runs.map((run) => [run, steps.find((step) => isRunOf(run, step, seen.resources))]));
  const withRuns = steps.map((step) => ({
    ...step,
    within: runs.filter((run) => owners.get(run) === step).flatMap(({ within }) => within),
  }));
  return {
    began,
    ended,
    engine,
    steps: withCritical(withRuns),
    looks: runs
      .filter((run) => owners.get(run) === undefined)
      .map(({ name, from, to }) => ({ name, from, to })),
    machines: seen.machines.flatMap((machine) => stretchOf(machine, began)),
    calls: callsOf(seen.calls),
    path: criticalPath(seen.calls, seen.machines, seen.scale),
  };
}

/** A run of the driver, or of another program of the product, with the runs of flyctl within it. */
interface DriverRun extends Stretch {
  kind: string;
  about: string[];
  within: Stretch[];
}

function runsOf({ starts, ends, ended }: Sightings): DriverRun[] {
  const stretch = (start: Start, name: string): Stretch => ({
    name,
    from: start.at,
    to: ends.get(start.pid) ?? ended,
  });
  const own = starts.filter(
    ({ program, words }) => program === "node" && words.some((word) => word.startsWith("mastiff-")),
  );
  return own.map((start) => {
    const name = whatIs(start);
    const flyctl = starts.filter(({ program, parent }) => program === "flyctl" && parent === start.pid);
    return {
      ...stretch(start, name),
      kind: name.split(" ")[1] ?? "",
      about: start.about,
      within: flyctl.map((one) => stretch(one, whatIs(one))),
    };
  });
}

/** The steps of resources that are something in a cloud. Components and the engine's providers are nothing there. */
function stepsOf({ events, resources }: Sightings): Step[] {
  const known = new Map(resources.map((resource) => [resource.urn, resource]));
  const begun = new Map<string, number>();
  const steps: Step[] = [];
  for (const { at, event } of events) {
    const begins = event.resourcePreEvent?.metadata;
    if (begins !== undefined && begins.op !== "same") begun.set(begins.urn, at);
    const ends = event.resOutputsEvent?.metadata;
    const from = ends === undefined ? undefined : begun.get(ends.urn);
    const resource = ends === undefined ? undefined : known.get(ends.urn);
    if (ends === undefined || from === undefined || resource === undefined) continue;
    if (!resource.custom || resource.type.startsWith("pulumi:")) continue;
    begun.delete(ends.urn);
    const needs = neededBy(resource, known).map(shortName);
    steps.push({
      name: shortName(ends.urn),
      urn: ends.urn,
      type: resource.type,
      from,
      to: at,
      needs,
      within: [],
    });
  }
  return steps;
}

/** What a resource needs. A component among it stands for all that is in it. */
function neededBy(resource: StateResource, known: ReadonlyMap<string, StateResource>): string[] {
  return (resource.dependencies ?? []).flatMap((urn) => {
    if (known.get(urn)?.custom !== false) return [urn];
    return [...known.values()].filter(({ parent, custom }) => custom && parent === urn).map((one) => one.urn);
  });
}

/** The logical name; of a community's resource without the community's own name. */
function shortName(urn: string): string {
  return (urn.split("::").at(-1) ?? "").replace(/^community-/, "");
}

function isRunOf(run: DriverRun, step: Step, resources: readonly StateResource[]): boolean {
  const { interpreter, environment } = resources.find(({ urn }) => urn === step.urn)?.inputs ?? {};
  if (interpreter?.at(-1) !== run.kind) return false;
  const spec = environment?.SPEC;
  const about = typeof spec === "string" ? namesIn(spec) : [];
  const isSame = run.about.every((name, index) => name === about[index]);
  // The engine's events are seen some milliseconds after the fact.
  return isSame && run.from >= step.from - 500 && run.from <= step.to;
}

function stretchOf(machine: MachineLife, began: number): MachineStretch[] {
  const from = Date.parse(machine.createdAt);
  const exit = machine.events.find(({ type }) => type === "exit")?.timestamp;
  const to = machine.readyAt ?? exit;
  if (from < began || to === undefined) return [];
  const { mastiff_job: job, fly_process_group: group } = machine.config.metadata ?? {};
  return [
    { name: `${machine.app}: ${job ?? group ?? "machine"}`, from, to, isJob: machine.readyAt === null },
  ];
}

function callsOf(calls: readonly Entry[]): Record<string, Stretch[]> {
  const byCloud: Record<string, Stretch[]> = {};
  for (const call of calls) {
    const to = Date.parse(call.at);
    const own = byCloud[call.cloud] ?? [];
    own.push({ name: nameOf(call), from: to - call.milliseconds, to });
    byCloud[call.cloud] = own;
  }
  return byCloud;
}
