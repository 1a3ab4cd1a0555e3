/**
 * `PATCH /_local/dials`: sets how a cloud behaves where the real one varies. Each cloud's state.ts documents
 * its dials.
 */
import { z } from "zod";
import type { Dials as CloudflareDials } from "./cloudflare/state.ts";
import type { Dials as FlyDials } from "./fly/state.ts";
import type { Dials as SendgridDials } from "./sendgrid/state.ts";
import type { World } from "./world.ts";

const milliseconds = z.number().nonnegative();
const limit = z.number().int().nonnegative();

/** All dials of a cloud with their types. A dial that is missing in the table is a type error. */
type Table<Dials> = { [Dial in keyof Required<Dials>]: z.ZodType<Dials[Dial]> };

const cloudflare: Table<CloudflareDials> = {
  retryHints: z.boolean(),
  domainActivationMs: milliseconds,
  bucketSettleMs: milliseconds,
  domainReleaseMs: milliseconds,
  certificatesDown: z.boolean(),
  tokenActivationMs: milliseconds,
  callsPerFiveMinutes: limit,
  recordsPerZone: limit,
  operatorModes: z.array(z.enum(["owned", "shared", "created"])),
  clockAheadMs: z.number(),
  domainsStartDisabled: z.boolean(),
  universalSslMs: milliseconds,
  r2Enabled: z.boolean(),
};

const sendgrid: Table<SendgridDials> = {
  callsPerMinute: limit,
  negativeCacheMs: milliseconds,
  revocationMs: milliseconds,
  keysPerUser: limit,
};

const fly: Table<FlyDials> = {
  upstashRedisVersion: z.string().regex(/^\d+(\.\d+)*$/, "a version such as 7.2.5"),
  rateLimitedUntil: z.record(z.string(), z.iso.datetime()),
  smtpServers: z.record(z.string().regex(/^.+:\d+$/, "host:port"), z.array(z.string())),
  smtpMethods: z.record(z.string().regex(/^.+:\d+$/, "host:port"), z.array(z.string())),
  mailDomains: z.array(z.string()),
  fullRegions: z.array(z.string()),
  scheduledStarts: z.boolean(),
  brokenUploads: limit,
  execDeadlines: limit,
  listLagMs: milliseconds,
  logLagMs: milliseconds,
  sharedV4InList: z.boolean(),
  requestsPerSecond: milliseconds,
  longestStatementMs: milliseconds,
};

const turns = z.strictObject({
  cloudflare: z.strictObject(cloudflare).partial().optional(),
  sendgrid: z.strictObject(sendgrid).partial().optional(),
  fly: z.strictObject(fly).partial().optional(),
});

/**
 * Sets dials: `{"fly": {"fullRegions": ["ams"]}}`. Dials that are not named keep their value. A list or a
 * table is replaced as a whole.
 * @returns undefined when all dials were set; otherwise the error text, and no dial was set.
 */
export function turnDials(world: World, wanted: unknown): string | undefined {
  const read = turns.safeParse(wanted);
  if (!read.success) return z.prettifyError(read.error);
  for (const cloud of ["cloudflare", "sendgrid", "fly"] as const) {
    Object.assign(world.state[cloud].dials, read.data[cloud]);
  }
  world.changed();
  return undefined;
}
