/**
 * Changes of config that make a community cheaper. None of them can lose data: no volume gets smaller, Redis keeps its kind and
 * its memory, and the region stays. Pure.
 *
 * Each key of config is changed at most once, so the changes do not undo each other, and their savings add up. Sizes go down by
 * the steps of the presets, which are known to work together.
 */
import { setParts } from "../../providers/rules/config-parts.ts";
import { type Preset, type Sizes, sizesOf } from "../config/sizes.ts";
import { type CostedSettings, costOf } from "./cost.ts";

/** One change of config that saves money. */
export interface WayBack {
  /** What is changed. */
  what: string;
  /** The command that changes it. */
  command: string;
  /** What the change saves a month, in micro-dollars. */
  saves: number;
  /** What people of the community notice of it. */
  noticed: string;
}

/** A change, without its saving. The later in the list, the greater the loss. */
interface Candidate extends Omit<WayBack, "saves"> {
  key: keyof CostedSettings | keyof Sizes;
  isNoticed: boolean;
  change: (settings: CostedSettings) => CostedSettings;
}

type Group = "streaming" | "sidekiq" | "web" | "postgres";
/** The groups by what a smaller size costs people: live timelines, delays, slow pages, and all of it. */
const groups: readonly Group[] = ["streaming", "sidekiq", "web", "postgres"];
/** The presets by which sizes go down, and the number of people that each is for (docs/config.md, `preset`). */
const steps: readonly { preset: Preset; people: string }[] = [
  { preset: "small", people: "500" },
  { preset: "tiny", people: "50" },
];

const lessOf: Record<Group, string> = {
  streaming: "live timelines stop now and then, until apps reconnect",
  sidekiq: "posts, mails and notifications arrive late at busy times",
  web: "pages are slow at busy times",
  postgres: "everything is slow at busy times; the site is down for a minute while the database restarts",
};
/**
 * The changes with the least loss that bring the cost down to a budget, in the order of their loss. If nothing suffices, the
 * changes that save most. Empty when nothing can be saved.
 *
 * @param budget micro-dollars a month
 */
export function waysBack(settings: CostedSettings, budget: number): WayBack[] {
  const cost = (chosen: ReadonlyMap<string, Candidate>) =>
    costOf([...chosen.values()].reduce((now, { change }) => change(now), settings)).fixedMicros;
  const all = candidates(settings).filter(
    (one, index, others) =>
      saving(settings, one) > 0 &&
      !others.slice(0, index).some((other) => other.key === one.key && other.command === one.command),
  );
  const chosen = new Map<string, Candidate>();
  for (const candidate of all) {
    if (cost(chosen) <= budget) break;
    chosen.set(candidate.key, candidate);
  }
  // A late change may save so much that an earlier one is not needed, or only its smaller step. What nobody notices stays.
  for (const one of all.filter((any) => chosen.get(any.key) === any && any.isNoticed).reverse()) {
    const rest = new Map([...chosen].filter(([key]) => key !== one.key));
    const milder = all.slice(0, all.indexOf(one)).filter(({ key }) => key === one.key);
    const enough = milder.find((other) => cost(new Map([...rest, [other.key, other]])) <= budget);
    if (cost(rest) <= budget) chosen.delete(one.key);
    else if (enough !== undefined) chosen.set(one.key, enough);
  }
  return all
    .filter((one) => chosen.get(one.key) === one)
    .map((one) => ({
      what: one.what,
      command: one.command,
      saves: saving(settings, one),
      noticed: one.noticed,
    }));
}

function saving(settings: CostedSettings, { change }: Candidate): number {
  return costOf(settings).fixedMicros - costOf(change(settings)).fixedMicros;
}

/** All changes for a config, the least loss first. */
function candidates(settings: CostedSettings): Candidate[] {
  return [
    {
      key: "certificates",
      what: "a certificate for the assets host instead of the wildcard",
      command: "pulumi config set mastiff:certificates perHost",
      noticed: "nothing",
      isNoticed: false,
      change: (now) => ({ ...now, certificates: "perHost" }),
    },
    {
      key: "dedicatedIpv4",
      what: "shared IPv4 addresses",
      command: "pulumi config set mastiff:dedicatedIpv4 false",
      noticed: "nothing: the old addresses work until all records have changed",
      isNoticed: false,
      change: (now) => ({ ...now, dedicatedIpv4: false }),
    },
    ...steps.flatMap((step) => groups.map((group) => smaller(settings, group, step))),
  ];
}

/** A group with the sizes of a preset, where the preset's are smaller. */
function smaller(
  settings: CostedSettings,
  group: Group,
  { preset, people }: (typeof steps)[number],
): Candidate {
  const was = settings.sizes[group];
  const size = lesser(was, sizesOf(preset, {})[group]);
  const isAlone = group === "web" && settings.sizes.web.count > 1 && "count" in size && size.count === 1;
  const alone = isAlone ? "; the site is down while its one machine restarts" : "";
  return {
    key: group,
    what: `${group} with the sizes of preset ${preset}`,
    command: setParts(`mastiff:${group}`, size),
    noticed: `with more than ${people} people, ${lessOf[group]}${alone}`,
    isNoticed: true,
    change: (now) => ({ ...now, sizes: { ...now.sizes, [group]: size } }),
  };
}

/** The smaller of two sizes, part by part; a volume keeps its size. */
function lesser<T extends object>(size: T, other: T): T {
  const parts = Object.entries(size) as [keyof T & string, number][];
  return Object.fromEntries(
    parts.map(([name, value]) => [
      name,
      name === "volumeGb" ? value : Math.min(value, other[name] as number),
    ]),
  ) as T;
}
