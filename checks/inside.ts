/**
 * What must hold of a community inside its machines. All of it comes from one look (`mastiff doctor` asks the driver for
 * it), so these checks wait for one answer, which is told here as data. Judges are pure.
 */
import { type Check, check, type Instead } from "./check.ts";
import { must } from "./expect.ts";
import { look } from "./repairs.ts";

/** A part of the report, or why it could not be made. */
export type Part<T> = T | { error: string };

/** A community from inside, as one look has found it. */
export interface Inside {
  sidekiq: Part<{
    /** What each process works on, and how long ago it gave a sign of life. */
    processes: { queues: string[]; silentSeconds: number }[];
    /** Jobs that wait, and how long the oldest has waited. */
    queues: { name: string; jobs: number; waitSeconds: number }[];
  }>;
  /** Versions of migrations that have not run. */
  migrations: Part<{ pending: string[] }>;
  /** A login at the mail server that worked; empty: none is set. */
  mail: Part<{ server: string }>;
  /** An object that was put into the bucket, and how its public address answered a page of another origin. */
  bucket: Part<{ bucket: string; same: boolean; url: string; status: number; cors: string | null }>;
  /** Null where Redis tells no limit. */
  redis: Part<{
    version: string;
    bytes: number;
    mostBytes: number | null;
    policy: string | null;
    clients: number;
    mostClients: number | null;
  }>;
  database: Part<{ version: string; bytes: number; connections: number; mostConnections: number }>;
  /** A visitor's address, and whom Mastodon takes the visitor for through each of the community's addresses. */
  proxy: Part<{ client: string; seen: { by: string; client: string }[] }>;
  /** The volume of the database, in bytes. */
  disk: Part<{ size: number; free: number }>;
}

/** Where the answers come from, and how a person goes on from a finding. */
export interface InsideLook {
  /** Asked once by all checks. */
  ask(): Promise<Inside>;
  /**
   * How much the database grows a day, in bytes, from its size now; undefined where nobody has measured it before.
   */
  growth(bytes: number): Promise<number | undefined>;
  domain: string;
  /** What names the community after `-s` in lines to type: `acme`, or `acme --community cats`. */
  named: string;
  /** The app of the web machines. */
  app: string;
  /**
   * The command that gives a part of the community's sizes another value.
   *
   * @param part of the config, with its key: `sidekiq.threads`
   * @param value a value, or words for it
   */
  resize(part: `${"sidekiq" | "postgres" | "redis"}.${string}`, value: string): string;
}

/** How long the look may take: a machine starts, and Rails in it. */
const limitMs = 180_000;

/** A process writes its heartbeat each ten seconds, and Sidekiq takes it for dead after sixty. */
const longestSilence = 60;
/** How long jobs may wait, in seconds. People notice minutes. */
const longWait = { warning: 300, critical: 3_600 };
/** The share of a limit that may be used. */
const mostUsed = { warning: 0.8, critical: 0.95 };
/** The share of a disk that should be free. PostgreSQL stops when it has none. */
const leastFree = { warning: 0.2, critical: 0.05 };
/** Days until a disk is full. */
const daysToFull = { warning: 30, critical: 7 };

/** Oldest versions that work: mastodon/documentation admin/prerequisites.md, and Sidekiq 8 for Redis. */
const oldest = { postgres: 14, redis: 7 };

/** All of them, in the order in which they are reported. */
export function insideChecks({ ask, growth, domain, named, app, resize }: InsideLook): Check[] {
  const log = `npx mastiff logs -s ${named} --no-tail`;
  const unanswered: Instead = {
    urgency: "warning",
    means: "Nothing is known about the inside: the machine that should look did not run to its end.",
    repair:
      `${look}\n${log}     (whether the web machines run)\n` +
      "flyctl and FLY_API_TOKEN are needed: flyctl auth whoami     (the look from outside alone: --no-inside)",
  };
  const common = { at: () => `the machines of ${app}`, limitMs, unanswered };
  return [
    check({
      ...common,
      name: "Sidekiq: its processes are alive",
      asked: () => "Sidekiq::ProcessSet, in a machine beside the web machines",
      ask: async () => (await ask()).sidekiq,
      judge(part) {
        const { processes } = known(part);
        must(processes.length > 0, "no process is signed in at Redis");
        const silent = processes.filter(({ silentSeconds }) => silentSeconds > longestSilence);
        must(
          silent.length === 0,
          `${silent.length} of ${processes.length} processes gave no sign of life for ${silent[0]?.silentSeconds} s`,
        );
      },
      means: "Nothing leaves and nothing arrives: posts, mails and notifications wait as jobs in Redis.",
      repair: `${log}     (what Sidekiq said last)\n${look}`,
      urgency: "critical",
    }),
    check({
      ...common,
      name: "Sidekiq: exactly one process has the scheduler",
      asked: () => "Sidekiq::ProcessSet: the processes with the queue scheduler",
      ask: async () => (await ask()).sidekiq,
      judge(part) {
        const { processes } = known(part);
        const count = processes.filter(({ queues }) => queues.includes("scheduler")).length;
        must(count > 0, `none of ${processes.length} processes has the queue scheduler`);
        must(count === 1, `${count} processes have the queue scheduler`, {
          urgency: "warning",
          means:
            "Scheduled work is done more than once: trends, digests and clean-ups run against each other.",
        });
      },
      means:
        "Scheduled work stops: posts for later are not published, and nothing is cleaned up, so that the disk fills.",
      repair: `${look}\nA Sidekiq that was started elsewhere on the same Redis must not have this queue.`,
      urgency: "critical",
    }),
    check({
      ...common,
      name: "Sidekiq: every queue is worked off in time",
      asked: () => "Sidekiq::Queue: size and latency of each",
      ask: async () => (await ask()).sidekiq,
      judge(part) {
        const { processes, queues } = known(part);
        const worked = new Set(processes.flatMap((one) => one.queues));
        const idle = queues.find(({ name, jobs }) => jobs > 0 && !worked.has(name));
        must(idle === undefined, `${idle?.jobs} jobs wait in ${idle?.name}, and no process has this queue`, {
          urgency: "critical",
          means: "The jobs of this queue are never done.",
          repair: `${look}\nmastiff:env must not set the queues of Sidekiq.`,
        });
        const [longest] = [...queues].sort((a, b) => b.waitSeconds - a.waitSeconds);
        must(
          longest === undefined || longest.waitSeconds < longWait.warning,
          `the oldest of ${longest?.jobs} jobs in ${longest?.name} has waited for ${minutes(longest?.waitSeconds ?? 0)}`,
          { urgency: (longest?.waitSeconds ?? 0) < longWait.critical ? "warning" : "critical" },
        );
      },
      means: "There is more work than Sidekiq can do, or it hangs: posts and mails are late.",
      repair:
        `${log}     (a job that fails again and again, a server that does not answer)\n` +
        `https://${domain}/sidekiq, Busy     (jobs that have run for very long)\n` +
        `more threads, if it only has too much to do:  ${resize("sidekiq.threads", "<more>")}`,
      urgency: "warning",
    }),
    check({
      ...common,
      name: "database: no migration is pending",
      asked: () => "the versions of the image's migrations, and those in schema_migrations",
      ask: async () => (await ask()).migrations,
      judge(part) {
        const { pending } = known(part);
        must(pending.length === 0, `${pending.length} have not run: ${excerpt(pending)}`);
      },
      means:
        "An upgrade was not finished: pages fail where the code expects what is not in the database yet.",
      repair: `pulumi preview   (says what is left to do)\npulumi up\nnpx mastiff job run -s ${named} -- bundle exec rails db:migrate:status`,
      urgency: "critical",
    }),
    check({
      ...common,
      name: "database: its version and connections suffice",
      asked: () => "SHOW server_version, numbackends of pg_stat_database, SHOW max_connections",
      ask: async () => (await ask()).database,
      judge(part) {
        const { version, connections, mostConnections } = known(part);
        must(Number.parseInt(version, 10) >= oldest.postgres, `PostgreSQL ${version}`, {
          means: `Mastodon needs PostgreSQL ${oldest.postgres} or newer: the next upgrade will not run.`,
          repair: "docs/operations.md, “Moving house”: a new database with a newer server",
        });
        mustHaveRoom("connections", connections, mostConnections);
      },
      means: "When all connections are taken, pages and jobs fail.",
      repair:
        "fewer threads or machines (docs/config.md, mastiff:web, mastiff:sidekiq, mastiff:streaming):\n" +
        "each thread of Puma and Sidekiq takes one connection, each machine of streaming its databasePool",
      urgency: "warning",
    }),
    check({
      ...common,
      name: "database: its disk has room",
      asked: () => "df of the volume, and the size of the database now and in earlier backups",
      async ask() {
        const { disk, database } = await ask();
        const bytes = "error" in database ? undefined : database.bytes;
        return { disk, perDay: bytes === undefined ? undefined : await growth(bytes) };
      },
      judge({ disk: part, perDay = 0 }) {
        const disk = known(part);
        const days = perDay > 0 ? disk.free / perDay : Number.POSITIVE_INFINITY;
        const left = disk.free / disk.size;
        const seen = `${size(disk.free)} of ${size(disk.size)} are free${growthText(perDay, days)}`;
        const isScarce = (limit: "warning" | "critical") =>
          left < leastFree[limit] || days < daysToFull[limit];
        must(!isScarce("warning"), seen, { urgency: isScarce("critical") ? "critical" : "warning" });
      },
      means: "When the disk is full, the database stops, and the community with it.",
      repair:
        `a larger volume, which grows while the community is up:  ${resize("postgres.volumeGb", "<more>")}\n` +
        `pulumi up\nwhat can go:  npx mastiff tootctl -s ${named} statuses --help     (statuses of other servers that nobody here reacted to)`,
      urgency: "warning",
      unanswered: { ...unanswered, means: "Nothing is known about the disk of the database." },
    }),
    check({
      ...common,
      name: "Redis: its version, memory and connections suffice",
      asked: () => "INFO of the Redis at REDIS_URL",
      ask: async () => (await ask()).redis,
      judge(part) {
        const { version, bytes, mostBytes, policy, clients, mostClients } = known(part);
        must(Number.parseInt(version, 10) >= oldest.redis, `Redis ${version}`, {
          urgency: "critical",
          means: `Sidekiq needs Redis ${oldest.redis} or newer: it does not start again.`,
        });
        must(policy === null || policy === "noeviction", `maxmemory_policy is ${policy}`, {
          urgency: "critical",
          means:
            "When its memory is full, Redis throws away jobs: posts and mails that nobody can send again.",
          repair: "Upstash's console, the database: eviction off",
        });
        if (mostBytes !== null)
          mustHaveRoom("bytes of memory", bytes, mostBytes, {
            means: "When its memory is full, Redis takes no more jobs: posts and mails are lost.",
            repair: `more memory:  ${resize("redis.memoryMb", "<more>")}\npulumi up\n${log}     (why jobs pile up)`,
          });
        if (mostClients !== null) mustHaveRoom("connections", clients, mostClients);
      },
      means: "When all connections are taken, pages and jobs fail.",
      repair: `another Redis (docs/operations.md, “Another Redis”)\n${look}`,
      urgency: "warning",
    }),
    check({
      ...common,
      name: "mail: the mail server accepts the login",
      asked: () => "a login at SMTP_SERVER, as Mastodon does before each mail; no mail is sent",
      ask: async () => (await ask()).mail,
      judge: (part) => void known(part),
      means: "No mail leaves: nobody can sign up, confirm an address or reset a password.",
      repair:
        "pulumi up     (with SendGrid: makes the key again when it is gone)\n" +
        "another server: check mastiff:smtpServer, mastiff:smtpPort, mastiff:smtpLogin and mastiff:smtpPassword",
      urgency: "critical",
    }),
    check({
      ...common,
      name: "files: an object can be put, read from any origin, and deleted",
      asked: () =>
        "the bucket of the uploads, with the community's own key; then the object's public address",
      ask: async () => (await ask()).bucket,
      judge(part) {
        const { bucket, same, url, status, cors } = known(part);
        must(same, `the object came back from ${bucket} changed`);
        must(status === 200, `status ${status} of ${url}, should be 200`, {
          means: "Uploads arrive in the bucket, and nobody can see them: its public host does not serve it.",
        });
        must(
          cors === "*",
          `header access-control-allow-origin of ${url} is ${cors ?? "absent"}, should be *`,
          {
            urgency: "warning",
            means:
              "Web apps of other origins cannot read the uploads: audio, video and cropped pictures fail.",
          },
        );
      },
      means: "Nobody can upload anything: posts with pictures fail, and pictures of other servers stay away.",
      repair:
        "pulumi preview --refresh   (says what differs at Cloudflare: the bucket, its key, its host)\n" +
        "pulumi up --refresh        (repairs it)\nhttps://www.cloudflarestatus.com",
      urgency: "critical",
    }),
    check({
      ...common,
      name: "web: the real addresses of visitors arrive",
      asked: () =>
        "Rails, whom it takes a visitor for who comes through Fly's proxy at each of the domain's addresses",
      ask: async () => (await ask()).proxy,
      judge(part) {
        const { client, seen } = known(part);
        const wrong = seen.find((one) => one.client !== client);
        must(wrong === undefined, `a visitor at ${wrong?.by} is taken for ${wrong?.client}`);
      },
      means:
        "All visitors seem to have one address: limits meet everybody at once, and blocks of addresses meet nobody.",
      repair: `TRUSTED_PROXY_IP does not have the app's own address\n${look}`,
      urgency: "critical",
    }),
  ];
}

/** The values of a part. @throws Finding with why there are none */
function known<T extends object>(part: Part<T>): T {
  const { error } = part as { error?: string };
  must(error === undefined, error ?? "");
  return part as T;
}

function mustHaveRoom(what: string, used: number, most: number, instead: Instead = {}): void {
  const isScarce = (limit: "warning" | "critical") => used > most * mostUsed[limit];
  must(!isScarce("warning"), `${used} of ${most} ${what} are taken`, {
    urgency: isScarce("critical") ? "critical" : "warning",
    ...instead,
  });
}

function growthText(perDay: number, days: number): string {
  if (!(perDay > 0)) return "";
  const when =
    days < 1 ? "within a day" : days > 3_650 ? "in more than ten years" : `in ${Math.floor(days)} days`;
  return `; it grows by ${size(perDay)} a day, and is full ${when}`;
}

/** With one decimal: 3.4 GB. */
function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const minutes = (seconds: number) =>
  seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;

const excerpt = (list: readonly string[]) => `${list.slice(0, 3).join(", ")}${list.length > 3 ? ", …" : ""}`;
