/** A community of a stack, as far as a restore and a drill need it. */

import type { BackupAccess } from "../../components/backup/backup-access.ts";
import { appsOf } from "../../components/config/derived-names.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { type FlyPlan, planFly } from "../../components/fly/plan.ts";
import { mailServerOf } from "../../components/mastodon/environment.ts";
import { Bucket } from "../../providers/cloudflare/s3.ts";
import type { DrillSpec, RestorableDump, RestoreSpec } from "../../providers/fly/spec.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { asking, type Backup, backupsIn, bucketOf } from "../backups/in-bucket.ts";
import { accessOf, bucketPlaceOf, notMade, secretOutput, settingsOf } from "../backups/of-stack.ts";
import { communitiesIn, communityNamed, markIn } from "../communities.ts";
import { type OpenedCommunity, openCommunity, resourcesIn } from "../community.ts";
import { UsageError } from "../usage-error.ts";
import type { ChosenBackup } from "./chosen-backup.ts";

/** A community whose backups can be restored. */
export interface RestorableCommunity extends OpenedCommunity {
  plan: FlyPlan;
  /** Where its backups are, with the keys. Secret. */
  access: BackupAccess;
  /** The bucket of the backups, as this machine reaches it. */
  bucket: Bucket;
  /** The mark of the community's things on Fly. */
  mark: string;
  /** Name of the app that exists only for a restore or a drill. Undefined: it follows from the community's. */
  ownApp: string | undefined;
}

/** What the options of a command name. */
export interface NamedCommunity {
  /** Undefined: the stack that is selected. */
  stack: string | undefined;
  /** Logical name; undefined: that of the stack's config, else the only one in the state. */
  community: string | undefined;
  /** `--app`. */
  app: string | undefined;
}

/**
 * @throws OperatorError when there is no such stack, or when the community was never up with backups; UsageError when
 *   there is no such community, or when the app of the restore is one that the community lives in
 */
export async function restorableCommunity({
  stack: name,
  community,
  app: ownApp,
}: NamedCommunity): Promise<RestorableCommunity> {
  const opened = await openCommunity(name, community);
  const { stack, settings, recorded } = opened;
  refuseItsOwn(settings, ownApp);
  const backup = settingsOf(settings);
  const access = await accessOf(stack, recorded);
  if (access === undefined) throw notMade(settings, stack);
  return {
    ...opened,
    plan: planFly(settings, mailServerOf(settings)),
    access,
    bucket: bucketOf(access, backup),
    mark: await markOf(opened, community),
    ownApp,
  };
}

/**
 * The app of a restore or a drill is destroyed at its end, and the community's apps carry the same mark.
 *
 * @throws UsageError when it is one of them
 */
function refuseItsOwn(settings: CommunitySettings, ownApp: string | undefined): void {
  const { app, domain } = settings;
  const temporary = ownApp === undefined ? [`${app}-restore`, `${app}-drill`] : [ownApp];
  const lived = [...appsOf(settings), `${app}-mirror`];
  const own = temporary.find((name) => lived.includes(name));
  if (own === undefined) return;
  throw new UsageError({
    what: `${own} is an app of ${domain} itself: the app of a restore or a drill is destroyed at its end.`,
    fix: ["name an app that does not exist:  --app <name>"],
  });
}

/**
 * The backups of a community, the newest first.
 *
 * @throws OperatorError when the bucket cannot be read, or when config names another one by now
 */
export async function backupsOf(community: RestorableCommunity): Promise<Backup[]> {
  const { stack, settings, access, bucket } = community;
  const { backup, endpoints } = settings;
  const named = bucketPlaceOf(settings);
  // A machine reaches the bucket by the name that config has.
  const isSame = named.bucket === access.bucket && named.region === access.region;
  // No up is needed for other `endpoints`, so the output may be older than they are.
  const isElsewhere = backup?.s3 === undefined && endpoints.r2 !== undefined;
  if (!isSame || (named.endpoint !== access.endpoint && !isElsewhere))
    throw new OperatorError(
      `The backups of ${settings.domain} are in ${access.endpoint}/${access.bucket}, and config names ${named.endpoint}/${named.bucket}, which no up has set up yet.\n  set in  mastiff:backup\n  fix     set it up, which takes a first backup there:  pulumi up -s ${stack.name}\n          or, for a backup that is in the first one, give mastiff:backup its old value until it is restored`,
    );
  return asking(community, () => backupsIn(bucket, settings.domain));
}

/**
 * The secret output `secrets` of a community, decrypted: the permanent secrets and the connections of Mastodon, by the
 * variable's name.
 */
export async function secretsOf({
  stack,
  recorded,
  settings,
}: OpenedCommunity): Promise<Record<string, string>> {
  const secrets = await secretOutput<Record<string, string>>("secrets", stack, recorded);
  if (secrets !== undefined) return secrets;
  throw new OperatorError(
    `The state of ${stack.name} has no output secrets of ${settings.domain}, so nobody can tell whether its keys are those of the backup.\n  fix     have it made:  pulumi up -s ${stack.name}`,
  );
}

/** The mark by which the driver tells the community's apps from others. */
async function markOf({ stack, recorded }: OpenedCommunity, name: string | undefined): Promise<string> {
  const resources = await resourcesIn(stack);
  const ofConfig = communitiesIn(resources).filter(({ args }) => args === undefined);
  const community = recorded ?? communityNamed(ofConfig, name, stack.name);
  const mark = community && markIn(resources, community.name);
  if (mark !== undefined) return mark;
  throw new OperatorError(
    `The state of ${stack.name} has no identity, so what a restore creates on Fly could not be told from others' apps.\n  fix     give it one:  pulumi up -s ${stack.name}`,
  );
}

/** What the driver is told of a dump. */
export function dumpOf({ manifest }: Pick<ChosenBackup, "manifest">): RestorableDump {
  const { dump, bytes, sha256, schema, mastodon, rows, databaseBytes } = manifest;
  const name = dump.replace(/\.dump\.gpg$/, "");
  return {
    name,
    bytes,
    sha256,
    schema,
    mastodon,
    rows,
    ...(databaseBytes !== undefined && { databaseBytes }),
  };
}

/** The spec of a restore. @param dump undefined: the verb needs none */
export function restoreSpecOf(
  { settings, plan, mark, ownApp }: RestorableCommunity,
  dump?: RestorableDump,
): RestoreSpec {
  const { app, flyOrg: org, region } = settings;
  const { app: server, database } = plan.postgres;
  return {
    stack: mark,
    org,
    app,
    region,
    backupApp: plan.backup?.app ?? null,
    server,
    restoreApp: ownApp ?? `${app}-restore`,
    database,
    role: database,
    ...(dump && { dump }),
  };
}

/** The spec of a drill. */
export function drillSpecOf(
  { settings, plan, mark, ownApp }: RestorableCommunity,
  dump: RestorableDump,
): DrillSpec {
  const { app, flyOrg: org, region } = settings;
  return {
    stack: mark,
    org,
    app: ownApp ?? `${app}-drill`,
    region,
    server: plan.postgres.app,
    dump,
    volumeGb: volumeGbFor(dump),
  };
}

/** How much larger a database is than its encrypted dump, where the manifest does not say. */
const growth = 12;

/** Room for the database, for the log that a restore writes, and for indexes that are built. */
export function volumeGbFor({ bytes, databaseBytes = bytes * growth }: RestorableDump): number {
  return Math.ceil((databaseBytes * 1.3) / 1e9) + 1;
}

/** How long a machine may read the dump: a restore of a large community takes hours. */
const daySeconds = 86_400;

/**
 * A URL that lets a machine on Fly read one object, and nothing else. It is for the name by which machines reach the
 * bucket, because the name is part of what is signed. Secret.
 */
export function urlForMachine(key: string, { access, settings }: RestorableCommunity): Promise<string> {
  const { bucket, region, accessKeyId, secretAccessKey } = access;
  const { endpoint } = bucketPlaceOf({ ...settings, endpoints: {} });
  return new Bucket({ bucket, endpoint, region, accessKeyId, secretAccessKey }).presigned(key, daySeconds);
}
