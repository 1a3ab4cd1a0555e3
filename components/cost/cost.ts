/**
 * What a community costs a month, from its config alone. Pure.
 *
 *   config ─► fixed: machines, volumes, addresses, plans     known to the cent, and what mastiff:budget limits
 *          └► by use: uploads, traffic, mail, Redis commands  shown at an assumed amount
 */
import type { CommunitySettings } from "../config/schema.ts";
import { type MachineSize, type RedisSize, schedulerSize, schedulerThreads } from "../config/sizes.ts";
import { type FreePart, freeParts } from "./free.ts";
import { type Price, prices, regions, upstashPlans } from "./prices.ts";

/** The part of the checked config that decides the cost. */
export type CostedSettings = Pick<
  CommunitySettings,
  | "region"
  | "dedicatedIpv4"
  | "certificates"
  | "smtpServer"
  | "sendgridRegion"
  | "sendgridAccountIsOurs"
  | "sizes"
  | "backup"
  | "snapshotRetention"
  | "housekeeping"
  | "uploadsMirror"
  | "budget"
  | "budgetAction"
>;

/** Who sends the bill. Fly bills Upstash too, at Upstash's prices. */
export type Cloud = "Fly" | "Upstash" | "Cloudflare" | "SendGrid";

/** Something that costs money each month. */
export interface CostPart {
  what: string;
  cloud: Cloud;
  /** How many units are paid for. */
  amount: number;
  unit: string;
  /** Price of one unit, in micro-dollars. */
  unitMicros: number;
  /** Price of a month, in micro-dollars. */
  micros: number;
  note?: string;
}

/** Something whose price depends on use; its amount is an assumption, without what is free. */
export interface UsePart extends CostPart {
  /** The word for it in one line; undefined when the line leaves it out. */
  inShort?: string;
}

/** What a community costs a month. */
export interface Cost {
  fixed: CostPart[];
  /** Sum of the fixed parts, in micro-dollars. */
  fixedMicros: number;
  use: UsePart[];
  /** Sum of what depends on use at the assumed amounts, in micro-dollars. */
  useMicros: number;
  /** What costs nothing up to an amount, and until when. The parts above have it taken off. */
  free: FreePart[];
  /** Fixed parts without a known price; a sentence each. With any, the sum is a lower bound. */
  unknown: string[];
}

const hoursPerMonth = 30 * 24;
const secondsPerMonth = hoursPerMonth * 60 * 60;
/** A Sidekiq thread without a job asks Redis again after this time (Sidekiq, lib/sidekiq/fetch.rb, TIMEOUT). */
const sidekiqPollSeconds = 2;

/** Amounts a month that are assumed for what depends on use: those of some hundred people. */
const assumed = { uploadsGb: 50, writesMillion: 1, readsMillion: 5, trafficGb: 100, mails: 30_000 };

/**
 * What is assumed of a backup: minutes of the machine, and GB of the encrypted dump. Also GB of the image that a stopped machine
 * keeps: that of the database's machines, with PostgreSQL and its extensions.
 */
const assumedBackup = { minutes: 5, dumpGb: 1, imageGb: 1 };
/** The machine of the backups (components/backup/backup-plan.ts). */
const backupSize: MachineSize = { cpus: 1, memoryMb: 512 };
/** Hours of hourly backups that are kept. */
const hourlyBackups = 3 * 24;

/**
 * What is assumed of housekeeping: minutes of a Rails command, minutes for which a thousand files are compared with the
 * database, MB of a file in the bucket, and GB of Mastodon's image, which a stopped machine keeps.
 */
const assumedHousekeeping = { minutes: 2, minutesPerThousand: 0.05, fileMb: 0.15, imageGb: 2 };
/** Runs a month of each schedule. */
const housekeepingRuns = { weekly: 30 / 7, monthly: 1 };
/**
 * What is assumed of the mirror: minutes of a run, and GB of uploads that are new in a month. Also GB of rclone's image,
 * which a stopped machine keeps.
 */
const assumedMirror = { minutes: 10, newGb: 5, imageGb: 0.1 };
/** The machine of the mirror (components/mirror/mirror-plan.ts). */
const mirrorSize: MachineSize = { cpus: 1, memoryMb: 2048 };

/** Days for which Fly keeps a snapshot unless the volume says otherwise (superfly/docs: volumes/snapshots). */
const defaultSnapshotDays = 5;
/** What is assumed of snapshots: GB that those of five days have, and GB that change in a day. */
const assumedSnapshots = { gb: 10, gbPerDay: 0.2 };

/** Mails in SendGrid's plan Essentials. */
const mailsOfEssentials = 50_000;

/** Computes the cost of a community. */
export function costOf(settings: CostedSettings): Cost {
  const { sizes, region } = settings;
  const redis = redisCost(sizes.redis, region);
  const mail = mailCost(settings);
  const fixed: CostPart[] = [
    machines("web", sizes.web.count, sizes.web, region),
    machines("background jobs", sizes.sidekiq.count, sizes.sidekiq, region),
    ...(sizes.sidekiq.count > 1 ? [machines("scheduler", 1, schedulerSize, region)] : []),
    machines("streaming", sizes.streaming.count, sizes.streaming, region),
    machines("database", 1, sizes.postgres, region),
    volume("database", sizes.postgres.volumeGb),
    ...redis.fixed,
    ...addresses(settings),
    certificates(settings),
    part("zone", "Cloudflare", prices.zone, 1, "on the Free plan"),
    ...mail.fixed,
  ];
  const use = [
    ...storage(),
    ...backups(settings),
    ...housekeeping(settings),
    ...mirror(settings),
    ...traffic(region),
    snapshots(settings),
    ...redis.use(sizes.sidekiq),
    ...mail.use,
  ];
  const unknown = [
    ...(regions[region] === undefined
      ? [`Fly's page has no prices for the region ${region}: machines are counted at the lowest prices.`]
      : []),
    ...redis.unknown,
  ];
  return { fixed, fixedMicros: sum(fixed), use, useMicros: sum(use), free: freeParts(settings), unknown };
}

/**
 * Price of a started machine for a month, in micro-dollars. Memory of 256 MB for each CPU is included. A region that Fly's
 * page does not list is counted as the cheapest.
 */
export function machineMicros({ cpus, memoryMb }: MachineSize, region: string): number {
  const extraGb = Math.max(0, memoryMb - 256 * cpus) / 1024;
  const base = cpus * prices.sharedCpu.micros + extraGb * prices.memory.micros;
  return Math.round(base * (regions[region]?.factor ?? 1));
}

function machines(role: string, count: number, size: MachineSize, region: string): CostPart {
  const unitMicros = machineMicros(size, region);
  return {
    what: `${role}: shared-cpu-${size.cpus}x, ${size.memoryMb} MB`,
    cloud: "Fly",
    amount: count,
    unit: count === 1 ? "machine" : "machines",
    unitMicros,
    micros: count * unitMicros,
  };
}

function volume(role: string, gb: number): CostPart {
  return part(`${role}: volume`, "Fly", { ...prices.volume, unit: "GB" }, gb);
}

function addresses({ dedicatedIpv4 }: CostedSettings): CostPart[] {
  const count = dedicatedIpv4 ? 2 : 0;
  const price = { ...prices.ipv4, unit: "addresses" };
  return [
    part("IPv4 addresses", "Fly", price, count, dedicatedIpv4 ? "web and streaming" : "shared ones are free"),
  ];
}

/** Hosts with a certificate: the domain, the streaming host, and the assets host, which may have a wildcard. */
function certificates({ certificates: kind }: CostedSettings): CostPart {
  const note = `the first ${prices.certificate.free} hosts of the organisation are free`;
  return kind === "wildcard"
    ? part("certificates", "Fly", { ...prices.wildcard, unit: "wildcard" }, 1, `and 2 hosts; ${note}`)
    : { ...part("certificates", "Fly", { ...prices.certificate, unit: "hosts" }, 3, note), micros: 0 };
}

interface RedisCost {
  fixed: CostPart[];
  use(sidekiq: { count: number; threads: number }): UsePart[];
  unknown: string[];
}

function redisCost(size: RedisSize, region: string): RedisCost {
  const none = { fixed: [], use: () => [], unknown: [] };
  if (size.kind === "own")
    return { ...none, fixed: [machines("Redis", 1, size, region), volume("Redis", size.volumeGb)] };
  const name = (size.plan ?? "Pay-as-you-go").toLowerCase().replace(/[^a-z0-9]|^flyio/g, "");
  if (name === "payasyougo") return { ...none, use: (sidekiq) => [polls(sidekiq)] };
  const plan = upstashPlans[name];
  return plan === undefined
    ? {
        ...none,
        unknown: [`The price of Upstash's plan ${size.plan} is not known: fly redis plans lists it.`],
      }
    : { ...none, fixed: [part(`Redis: plan ${size.plan}`, "Upstash", plan, 1)] };
}

/** The commands of Sidekiq's threads while no job waits. Jobs and people add theirs. */
function polls(sidekiq: { count: number; threads: number }): UsePart {
  const threads = sidekiq.count * sidekiq.threads + (sidekiq.count > 1 ? schedulerThreads : 0);
  const commands = (threads * secondsPerMonth) / sidekiqPollSeconds;
  return {
    ...part("Redis: commands", "Upstash", prices.commands, commands / 100_000),
    note: `at least: each of ${threads} idle Sidekiq threads asks every ${sidekiqPollSeconds} seconds`,
    inShort: "Redis commands",
  };
}

function storage(): UsePart[] {
  const { uploads, writes, reads } = prices;
  return [
    {
      ...beyondFree("uploads", "Cloudflare", { ...uploads, unit: "GB" }, assumed.uploadsGb),
      inShort: "uploads",
    },
    beyondFree("uploads: writes", "Cloudflare", writes, assumed.writesMillion),
    beyondFree("uploads: reads that miss Cloudflare's cache", "Cloudflare", reads, assumed.readsMillion),
  ];
}

/** The machine that takes backups, and what is kept of them in R2: the free amount there is for the uploads. */
function backups({ backup, region }: CostedSettings): UsePart[] {
  if (backup === undefined) return [];
  const { schedule, keep, s3 } = backup;
  const { minutes, dumpGb, imageGb } = assumedBackup;
  const isHourly = schedule === "hourly";
  const runs = isHourly ? hoursPerMonth : hoursPerMonth / 24;
  const hour = { ...prices.sharedCpu, micros: Math.round(machineMicros(backupSize, region) / hoursPerMonth) };
  const count = keep.daily + keep.weekly + keep.monthly + (isHourly ? hourlyBackups : 0);
  return [
    {
      ...part("backups: machine", "Fly", { ...hour, unit: "hours" }, (runs * minutes) / 60),
      note: `${runs} a month, ${minutes} minutes each`,
      inShort: "backups",
    },
    part("backups: machine, while it is stopped", "Fly", { ...prices.stopped, unit: "GB" }, imageGb),
    ...(s3 === undefined
      ? [
          part(
            "backups: storage",
            "Cloudflare",
            { ...prices.uploads, unit: "GB" },
            count * dumpGb,
            `${count} backups of ${dumpGb} GB`,
          ),
        ]
      : []),
  ];
}

/**
 * The machine that tidies up the bucket of the uploads. To find orphans it lists the bucket twice, a thousand files a
 * request; deleting is free in R2.
 */
function housekeeping({ housekeeping: chores, region, sizes }: CostedSettings): UsePart[] {
  if (chores === undefined || !(chores.orphans || chores.previewCards !== undefined)) return [];
  const { minutes, minutesPerThousand, fileMb, imageGb } = assumedHousekeeping;
  const runs = housekeepingRuns[chores.schedule];
  const lists = chores.orphans ? Math.ceil((2 * assumed.uploadsGb * 1000) / fileMb / 1000) : 0;
  const hour = { ...prices.sharedCpu, micros: Math.round(machineMicros(sizes.web, region) / hoursPerMonth) };
  return [
    {
      ...part(
        "housekeeping: machine",
        "Fly",
        { ...hour, unit: "hours" },
        (runs * (minutes + minutesPerThousand * lists)) / 60,
      ),
      note: chores.schedule,
      inShort: "housekeeping",
    },
    part("housekeeping: machine, while it is stopped", "Fly", { ...prices.stopped, unit: "GB" }, imageGb),
    ...(lists === 0
      ? []
      : [
          part(
            "housekeeping: lists of the uploads",
            "Cloudflare",
            prices.writes,
            (runs * lists) / 1_000_000,
            `${lists} requests each time; the free ones are for the uploads`,
          ),
        ]),
  ];
}

/** What the mirror of the uploads costs a month at the assumed amounts, in micro-dollars. */
export function mirrorMicros(settings: CostedSettings): number {
  return sum(mirror(settings));
}

/** The machine that copies the uploads, and what it asks of R2 in each run: lists of both buckets, and the new files. */
function mirror({ uploadsMirror, region }: CostedSettings): UsePart[] {
  if (uploadsMirror === undefined) return [];
  const { minutes, newGb, imageGb } = assumedMirror;
  const { fileMb } = assumedHousekeeping;
  const runs = uploadsMirror.schedule === "daily" ? hoursPerMonth / 24 : 30 / 7;
  const hour = { ...prices.sharedCpu, micros: Math.round(machineMicros(mirrorSize, region) / hoursPerMonth) };
  const lists = Math.ceil((assumed.uploadsGb * 1000) / fileMb / 1000);
  const files = Math.ceil((newGb * 1000) / fileMb);
  const inR2 = uploadsMirror.s3 === undefined;
  const writes = runs * lists * (inR2 ? 2 : 1) + (inR2 ? files : 0);
  const { uploads, writes: write } = prices;
  return [
    {
      ...part("mirror: machine", "Fly", { ...hour, unit: "hours" }, (runs * minutes) / 60),
      note: `${uploadsMirror.schedule}, ${minutes} minutes each`,
      inShort: "the mirror",
    },
    part("mirror: machine, while it is stopped", "Fly", { ...prices.stopped, unit: "GB" }, imageGb),
    part(
      "mirror: traffic of new uploads",
      "Fly",
      regions[region]?.traffic ?? prices.trafficNear,
      newGb,
      `the first run copies all: ${assumed.uploadsGb} GB`,
    ),
    part(
      "mirror: lists and writes",
      "Cloudflare",
      write,
      writes / 1_000_000,
      "the free ones are for the uploads",
    ),
    ...(inR2
      ? [part("mirror: storage", "Cloudflare", { ...uploads, unit: "GB" }, assumed.uploadsGb, "at most")]
      : []),
  ];
}

function traffic(region: string): UsePart[] {
  const price = regions[region]?.traffic ?? prices.trafficNear;
  return [{ ...part("traffic to the internet", "Fly", price, assumed.trafficGb), inShort: "traffic" }];
}

/** Snapshots store what has changed since the one before, so each day that they are kept longer adds a day's changes. */
function snapshots({ snapshotRetention: days = defaultSnapshotDays }: CostedSettings): UsePart {
  const { gb, gbPerDay } = assumedSnapshots;
  const stored = gb + gbPerDay * (days - defaultSnapshotDays);
  return beyondFree("snapshots of the volumes", "Fly", { ...prices.snapshots, unit: "GB" }, stored);
}

/**
 * SendGrid's plan is fixed when the account is the community's own. A shared account has one plan for everybody, so it is shown
 * with what depends on use. The plan is the cheapest with what config needs: Mastiff does not know which one was bought.
 */
function mailCost({ smtpServer, sendgridRegion, sendgridAccountIsOurs }: CostedSettings): {
  fixed: CostPart[];
  use: UsePart[];
} {
  if (smtpServer !== undefined) return { fixed: [], use: [] };
  const isEu = sendgridRegion === "eu";
  const plan = part("mail: SendGrid's plan", "SendGrid", isEu ? prices.pro : prices.essentials, 1);
  plan.note = isEu
    ? "Pro, which has subusers; the EU needs one"
    : "Essentials; a new account has 60 days of trial";
  const mails = Math.max(0, assumed.mails - mailsOfEssentials);
  const more: UsePart[] = isEu
    ? []
    : [
        {
          ...part("mail: beyond the plan", "SendGrid", prices.moreMails, mails),
          unit: "mails",
          note: `of ${assumed.mails.toLocaleString("en-US")} a month; ${mailsOfEssentials.toLocaleString("en-US")} are in the plan`,
        },
      ];
  if (sendgridAccountIsOurs) return { fixed: [plan], use: more };
  const shared = { ...plan, note: `${plan.note}; one for the whole account`, inShort: "SendGrid's plan" };
  return { fixed: [], use: [shared, ...more] };
}

function part(what: string, cloud: Cloud, price: Price, amount: number, note?: string): CostPart {
  const { micros: unitMicros, unit } = price;
  return {
    what,
    cloud,
    amount,
    unit,
    unitMicros,
    micros: Math.round(amount * unitMicros),
    ...(note !== undefined && { note }),
  };
}

/** A part of which only what is beyond the free amount is paid, rounded up to whole units. */
function beyondFree(what: string, cloud: Cloud, price: Price, amount: number): UsePart {
  const { free = 0, unit, micros } = price;
  const paid = Math.max(0, Math.ceil(amount - free));
  return { ...part(what, cloud, price, amount, `${free} ${unit} are free`), micros: paid * micros };
}

function sum(parts: readonly CostPart[]): number {
  return parts.reduce((total, { micros }) => total + micros, 0);
}
