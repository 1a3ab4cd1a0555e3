/**
 * What changes on Fly, in words. Each resource is a command for the driver, whose last word names the kind of thing, and
 * whose variable SPEC describes it. Pure.
 *
 * The times are those of `releaseWords` (components/fly/release-words.ts) and of docs/operations.md.
 */
import { type ReleaseInputs, releaseWords } from "../../components/fly/release-words.ts";
import type { ReleaseSpec } from "../../providers/fly/spec.ts";
import {
  type Describe,
  type Described,
  ends,
  type Interruption,
  type Part,
  shift,
  type TouchedData,
} from "./change.ts";
import { forgottenByMastodon, removedByMachine, settingWords } from "./forgetting.ts";
import { type Inputs, isSecret, natural, type Step, unknownValue } from "./steps.ts";

/** A step with the specs of the thing. */
interface Thing {
  step: Step;
  /** As it is; empty for a new thing. */
  was: Inputs;
  /** As it will be; empty for a thing that ends. */
  is: Inputs;
  /** The later of the two. */
  spec: Inputs;
}

type DescribeThing = (thing: Thing) => Omit<Described, "system">;

/** A command for the driver. */
export const onFly: Describe = (step) => {
  const [was, is] = [specOf(step.old), specOf(step.next)];
  const spec = Object.keys(is).length > 0 ? is : was;
  const kind = kindOf(step);
  const { words = [], ...described } = (kinds[kind] ?? anything(kind))({ step, was, is, spec });
  const left = newDifferences(step).filter(
    (difference) => ofMastiff.test(difference) || ofRun.test(difference),
  );
  return { system: "Fly", ...described, words: [...words, ...moves(was, is), ...left] };
};

/** Whether a command is one for the driver. */
export function isForDriver(step: Pick<Step, "old" | "next">): boolean {
  return kindOf(step) !== "";
}

/**
 * What other hands have changed, as the program says it (components/fly/driver.ts, driftWords). The look compares Fly
 * with what the program wants by now. So where that changes too, a difference that only says so is no drift.
 */
export function driftOf(step: Pick<Step, "old" | "next">): string[] {
  const { old, next } = step;
  const differences = newDifferences(step).filter(
    (difference) => !ofMastiff.test(difference) && !ofRun.test(difference),
  );
  const wish = (inputs: Inputs) =>
    JSON.stringify([wishVariables.map((name) => variableOf(inputs, name)), inputs.stdin]);
  return wish(old) === wish(next) ? differences : differences.filter((words) => !ofWish.test(words));
}

/** Runs by a schedule that failed or were missed, in the words of the look. The step starts another. */
export function failedRunsOf(step: Pick<Step, "old" | "next">): string[] {
  return newDifferences(step).filter((difference) => ofRun.test(difference));
}

/** The differences that this run is about. Those of an earlier run stay in the state. */
function newDifferences({ old, next }: Pick<Step, "old" | "next">): string[] {
  const [before, now] = [variableOf(old, "DRIFT"), variableOf(next, "DRIFT")];
  if (now === undefined || now === before) return [];
  const { differences = [] } = JSON.parse(now) as { differences?: string[] };
  return differences.sort(natural);
}

/** What a run of Mastiff's own has left to do (components/fly/app.ts, dueAddresses; providers/fly/release/release.ts). */
const ofMastiff =
  /is no longer in DNS and is released$|^the migrations after the last release have not run yet$|^the last release has not been checked yet$/;
/** What came of a machine's last run (providers/fly/backup/last-run.ts, providers/fly/things/scheduled.ts). */
const ofRun =
  /^the last \w+ (failed with|ran out of|ended )|^no backup has ended since |^machine \S+ of the (backups|mirror|housekeeping) has failed$/;
/** Variables by which the program says what it wants of a thing. */
const wishVariables = ["SPEC", "FLY_TOML", "SECRETS_DIGEST"];
/** Differences between what is there and what is wanted (the `observe` of each kind in providers/fly/). */
const ofWish =
  /, should (be|have) |which is not declared$|from another declaration$|^secret \S+ is missing$|^secrets wait /;

/** Drift that is repaired by a restart: a machine that is not as declared, in place of one that is only stopped. */
function isRepairedByRestart(step: Step): boolean {
  return driftOf(step).some((words) =>
    /, should (be|have) |^machine \S+ \(\w+\): |^secrets? |^a secret /.test(words),
  );
}

const kinds: Readonly<Record<string, DescribeThing>> = {
  app: ({ step, was, is, spec }) => ({
    part: partOfApp(step),
    what: `app ${spec.app}`,
    words: step.operation === "update" ? shift("dedicated IPv4", was.dedicatedV4, is.dedicatedV4) : [],
    interruptions: ends(step) && isServing(step) ? [gone(`the app ${was.app} with its machines`)] : [],
  }),
  addresses: ({ step, was, is, spec }) => ({
    part: partOfApp(step),
    what: `addresses of ${spec.app}`,
    words: step.operation === "update" ? addressWords(was, is) : [],
  }),
  certificate: ({ step, spec }) => ({
    part: "certificates",
    what: `certificate of ${spec.hostname}`,
    interruptions: ends(step)
      ? [
          {
            what: `certificate of ${specOf(step.old).hostname}`,
            cutOff: "visitors of this host, whose browsers refuse it without a certificate",
            lasts: step.operation === "replace" ? "some minutes, until the next is issued" : "for good",
          },
        ]
      : [],
  }),
  secrets: ({ step, was, is, spec }) => ({
    part: partOfApp(step),
    what: `secret variables of ${spec.app}`,
    words: secretWords(step, was, is),
  }),
  preparation: ({ step, spec }) => ({
    part: "database",
    what: `tables for the first release of ${spec.app}`,
    words: step.operation === "delete" ? ["stay with the database"] : [],
  }),
  release: (thing) => ({
    part: partOfApp(thing.step),
    what: `machines of ${thing.spec.app}`,
    ...releaseOf(thing),
  }),
  postgres: (thing) => ({
    part: "database",
    what: `database ${thing.spec.app}`,
    words: thing.step.operation === "update" ? sizeWords(thing) : [],
    interruptions: ends(thing.step)
      ? [gone(`the database ${thing.was.app}`)]
      : isResized(thing)
        ? [{ what: "the database", cutOff: "everybody: the site does not answer", lasts: "about a minute" }]
        : [],
    data: databaseData(thing),
  }),
  login: ({ step, spec }) => ({
    part: "database",
    what: `login ${spec.user} of the database`,
    words: step.operation === "create" ? ["acts as the owner of the tables; the old login still works"] : [],
  }),
  "retired-login": ({ spec }) => ({
    part: "database",
    what: `old login ${spec.user} of the database`,
    words: ["ends when no machine uses it any more"],
  }),
  redis: (thing) => ({
    part: "redis",
    what: `Redis ${thing.spec.app}`,
    words: thing.step.operation === "update" ? [...sizeWords(thing), ...imageWords(thing)] : [],
    interruptions: ends(thing.step)
      ? [gone(`Redis ${thing.was.app}`)]
      : isResized(thing) || thing.was.image !== thing.is.image
        ? inPlace(thing, [
            {
              what: "Redis",
              cutOff: "everybody: pages fail and jobs wait until it is back",
              lasts: "some seconds",
            },
          ])
        : [],
    data: ends(thing.step) ? [jobs] : [],
  }),
  "redis-password": () => ({
    part: "redis",
    what: "another password of Redis",
    words: ["is accepted beside the current one"],
  }),
  "redis-restart": ({ step }) => ({
    part: "redis",
    what: "old password of Redis",
    words: ["ends when all machines have the new one"],
    interruptions: ends(step)
      ? []
      : [
          {
            what: "Redis",
            cutOff: "everybody: connections break and are made again",
            lasts: "a second or two",
          },
        ],
  }),
  upstash: ({ step, was, is, spec }) => ({
    part: "redis",
    what: `Redis ${spec.name} at Upstash`,
    words: step.operation === "update" ? shift("plan", was.plan, is.plan) : [],
    interruptions: ends(step) ? [gone(`Redis ${was.name}`)] : [],
    data: ends(step) ? [jobs] : [],
  }),
  owner: ({ step, was, is, spec }) => {
    const isRotated = step.operation === "update" && was.rotation !== is.rotation;
    return {
      part: "web",
      what: `account ${spec.username}`,
      words: isRotated ? ["gets another password: pulumi stack output ownerPassword --show-secrets"] : [],
      interruptions: isRotated
        ? [
            {
              what: `sessions of ${spec.username}`,
              cutOff: "the Owner, in browsers; apps stay logged in",
              lasts: "until the next login",
            },
          ]
        : [],
    };
  },
  dump: ({ step, spec }) => ({
    part: "backups",
    what: `last dump of the database, into the bucket ${spec.bucket}`,
    words: step.operation === "delete" ? ["stays in its bucket"] : [],
    data:
      step.operation === "create"
        ? [
            {
              what: "database",
              happens: `is dumped into the bucket ${spec.bucket}, which stays`,
              isLost: false,
            },
          ]
        : [],
  }),
  backup: ({ step, spec }) => ({
    part: "backups",
    what: `machine of the backups, ${spec.app}`,
    words:
      step.operation === "delete"
        ? ["no backup is taken any more; the taken ones stay"]
        : [
            ...(step.operation === "update" ? ["is replaced"] : []),
            "takes a backup at once, which proves that it works",
          ],
    data:
      step.operation === "delete"
        ? []
        : [{ what: "database", happens: "is backed up, while it serves", isLost: false }],
  }),
  mirror: ({ step, was, is, spec }) => ({
    part: "backups",
    what: `machine of the mirror, ${spec.app}`,
    words:
      step.operation === "delete"
        ? ["no upload is copied any more; the copies stay"]
        : [
            ...(step.operation === "update" ? ["is replaced, and starts at once"] : ["starts at once"]),
            ...(step.operation === "update" ? shift("schedule", was.schedule, is.schedule) : []),
          ],
    data:
      step.operation === "delete"
        ? []
        : [
            {
              what: "uploads",
              happens: `are copied into the bucket ${is.to}, while they are shown`,
              isLost: false,
            },
          ],
  }),
  retention: ({ step, was, is }) => ({
    part: "bucket",
    what: "Mastodon's settings of what it keeps",
    words: step.operation === "delete" ? ["stay as they are"] : settingWords(was, is),
    data: step.operation === "delete" ? [] : forgottenByMastodon(was, is),
  }),
  housekeeping: ({ step, was, is, spec }) => ({
    part: "bucket",
    what: `machine of the housekeeping, in ${spec.app}`,
    words:
      step.operation === "delete"
        ? ["no machine tidies up any more"]
        : step.operation === "create"
          ? ["starts at once"]
          : ["is replaced, and starts at once", ...shift("schedule", was.schedule, is.schedule)],
    data: step.operation === "delete" ? [] : removedByMachine(was, is),
  }),
};

/** The kinds on Fly, for a test. */
export const kindsOnFly: ReadonlySet<string> = new Set(Object.keys(kinds));

function anything(kind: string): DescribeThing {
  return ({ spec }) => ({ what: `${kind} ${spec.app ?? spec.name ?? ""}`.trim() });
}

/** The words of a release, and who notices that its machines restart. */
function releaseOf({ step, was, is }: Thing): Omit<Described, "system" | "what"> {
  const [old, next] = [releaseIn(step.old), releaseIn(step.next)];
  if (step.operation === "create") return { words: [`first release: ${versionOf(is)}, ${countsOf(is)}`] };
  if (ends(step) || old === undefined || next === undefined)
    return { interruptions: ends(step) ? [gone(`all machines of ${was.app}`)] : [] };
  const words = releaseWords(old, next);
  if (words.length === 0 && isRepairedByRestart(step))
    return { words: [`releases ${versionOf(is)} again`], interruptions: restartsOf(next.spec) };
  // Only added or removed machines: the others keep running.
  const restarts = words.some((line) => line.includes("restarts "));
  const migrates = next.spec.database !== null && versionOf(was) !== versionOf(is);
  return {
    words,
    interruptions: restarts ? restartsOf(old.spec) : [],
    data: migrates
      ? [
          {
            what: "database",
            happens: `is migrated to ${versionOf(is)}: an older Mastodon cannot read it afterwards`,
            isLost: false,
          },
        ]
      : [],
  };
}

function restartsOf({ groups }: ReleaseSpec): Interruption[] {
  const { web, sidekiq, streaming } = groups;
  return [
    ...(web === undefined
      ? []
      : web.count > 1
        ? [
            {
              what: `${web.count} × web, one by one`,
              cutOff: "nobody: the others keep answering",
              lasts: "–",
            },
          ]
        : [
            {
              what: "the only web machine",
              cutOff: "everybody: the site does not answer",
              lasts: "about a minute",
            },
          ]),
    ...(sidekiq === undefined
      ? []
      : [
          {
            what: `${sidekiq.count} × sidekiq`,
            cutOff: "nobody: jobs wait in their queues",
            lasts: "about a minute",
          },
        ]),
    ...(streaming === undefined
      ? []
      : [
          {
            what: `${streaming.count} × streaming`,
            cutOff: "everybody's live timelines, which reconnect by themselves",
            lasts: "some seconds",
          },
        ]),
  ];
}

function releaseIn(inputs: Inputs): ReleaseInputs | undefined {
  const spec = specOf(inputs);
  if (Object.keys(spec).length === 0) return undefined;
  return {
    spec: spec as unknown as ReleaseSpec,
    flyToml: variableOf(inputs, "FLY_TOML") ?? "",
    secretsDigest: variableOf(inputs, "SECRETS_DIGEST") ?? "",
  };
}

function versionOf({ image }: Inputs): string {
  return typeof image === "string" ? image.slice(image.lastIndexOf(":") + 1) : "an unknown version";
}

function countsOf({ groups }: Inputs): string {
  const counts = Object.entries((groups ?? {}) as ReleaseSpec["groups"]);
  return counts.map(([group, { count }]) => `${count} × ${group}`).join(", ");
}

function databaseData({ step, was, is }: Thing): TouchedData[] {
  if (ends(step))
    return [
      {
        what: `database ${was.database}`,
        happens: "is deleted, with every account and every post",
        isLost: true,
      },
    ];
  if (step.operation === "create")
    return [{ what: `database ${is.database}`, happens: "is made, empty", isLost: false }];
  return was.volumeGb === is.volumeGb
    ? []
    : [{ what: "volume of the database", happens: "grows; what is on it stays", isLost: false }];
}

const jobs: TouchedData = {
  what: "Redis",
  happens: "is deleted, with the jobs that wait in it (deliveries, mails, deletions) and the home feeds",
  isLost: true,
};

function gone(what: string): Interruption {
  return { what, cutOff: "everybody who uses it", lasts: "for good, or until another is up" };
}

/** Only a thing that is there already can be interrupted. */
function inPlace({ step }: Thing, interruptions: Interruption[]): Interruption[] {
  return step.operation === "update" ? interruptions : [];
}

function isResized({ step, was, is }: Thing): boolean {
  if (step.operation !== "update") return false;
  if (isRepairedByRestart(step)) return true;
  return JSON.stringify([was.size, was.volumeGb]) !== JSON.stringify([is.size, is.volumeGb]);
}

function sizeWords({ was, is }: Thing): string[] {
  const [old, next] = [was.size ?? {}, is.size ?? {}] as [Inputs, Inputs];
  return [
    ...shift("CPUs", old.cpus, next.cpus),
    ...shift("memory", old.memoryMb, next.memoryMb, " MB"),
    ...shift("volume", was.volumeGb, is.volumeGb, " GB"),
    ...shift("days of new snapshots", was.snapshotDays, is.snapshotDays),
  ];
}

function imageWords({ was, is }: Thing): string[] {
  return shift("image", was.image, is.image);
}

function addressWords(was: Inputs, is: Inputs): string[] {
  return [...shift("IPv4", was.v4, is.v4), ...shift("IPv6", was.v6, is.v6)];
}

function secretWords(step: Step, was: Inputs, is: Inputs): string[] {
  if (step.operation !== "update") return [];
  const [old, next] = [namesIn(was), namesIn(is)];
  const added = next.filter((name) => !old.includes(name));
  const removed = old.filter((name) => !next.includes(name));
  const words = [
    ...(added.length > 0 ? [`new: ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`removed: ${removed.join(", ")}`] : []),
  ];
  return words.length > 0 ? words : ["other values, which the machines get with their release"];
}

function namesIn({ names }: Inputs): string[] {
  return Array.isArray(names) ? (names as string[]) : [];
}

/** What makes another thing of it: volumes and apps cannot move. */
function moves(was: Inputs, is: Inputs): string[] {
  if (Object.keys(was).length === 0 || Object.keys(is).length === 0) return [];
  return [...shift("organisation", was.org, is.org), ...shift("region", was.region, is.region)];
}

/** Logical names are permanent (components/stack/logical-names.ts), while an app's own name may have any ending. */
function partOfApp(step: Step): Part {
  if (!isServing(step)) return "backups";
  const { name } = step;
  return /-streaming-(app|addresses|machines)/.test(name) ? "streaming" : "web";
}

/** Whether people use the thing: a machine that copies for the day on which it is needed serves nobody. */
function isServing({ within }: Step): boolean {
  return !within.includes("mastiff:backup:Backups") && !within.includes("mastiff:mirror:Mirror");
}

function kindOf({ old, next }: Pick<Step, "old" | "next">): string {
  const words = (next.interpreter ?? old.interpreter) as unknown;
  if (!Array.isArray(words) || !words.includes("mastiff-driver")) return "";
  return String(words.at(-1));
}

/** The spec of a thing; empty where there is none, and where it is not known before the `up`. */
function specOf(inputs: Inputs): Inputs {
  const text = variableOf(inputs, "SPEC");
  return text?.startsWith("{") ? (JSON.parse(text) as Inputs) : {};
}

function variableOf({ environment }: Inputs, name: string): string | undefined {
  if (typeof environment !== "object" || environment === null || isSecret(environment)) return undefined;
  const value = (environment as Inputs)[name];
  return typeof value === "string" && value !== unknownValue ? value : undefined;
}
