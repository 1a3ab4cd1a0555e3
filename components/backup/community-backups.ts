/** The backups of a community, from its config and what its last state has. */
import * as pulumi from "@pulumi/pulumi";
import { setParts } from "../../providers/rules/config-parts.ts";
import { backupParts } from "../config/backup-settings.ts";
import { type GivenSettings, ownBackupKey } from "../config/given.ts";
import type { CommunitySettings } from "../config/schema.ts";
import type { CommunityFly } from "../fly/community-fly.ts";
import type { MastodonSecrets } from "../mastodon/mastodon-secrets.ts";
import type { Groundwork } from "../stack/groundwork.ts";
import { answerIn } from "../stack/last-state.ts";
import { resourceNames } from "../stack/logical-names.ts";
import { Backups, type BackupsArgs } from "./backups.ts";
import { exported, skippedIn } from "./recipients.ts";

/** Arguments of {@link communityBackups}. */
export interface CommunityBackupsArgs {
  /** The checked settings, the names, the plan of everything on Fly, and the last state. */
  ground: Groundwork;
  /** The settings with their secrets, among them the operator's own key for the bucket, if there is one. */
  given: GivenSettings;
  /** The secrets that can never be made again: they go into the escrow. */
  secrets: Pick<MastodonSecrets, "variables">;
  /** The database, and the release that the backups are of. */
  fly: Pick<CommunityFly, "connections" | "webRelease">;
}

/**
 * Declares the backups, and warns of what they lack.
 *
 * @returns undefined where backups are off and never were on. Were they on, the key stays: it opens those that are in
 *   the bucket
 */
export function communityBackups(args: CommunityBackupsArgs): Backups | undefined {
  const { settings, names, last, protect, own } = args.ground;
  const { backup, destroy, domain } = settings;
  const warning = destroy === undefined ? backupWarning(settings) : undefined;
  const skipped = backup && skippedIn(answerIn(last, resourceNames.backupMachine(names.backups)));
  for (const words of [warning, skipped]) if (words !== undefined) pulumi.log.warn(words);
  const wasOn = last[resourceNames.backupKey(names.backups)] !== undefined;
  if (backup === undefined && !wasOn) return undefined;
  return new Backups(names.backups, { domain, protect, taking: takingOf(args) }, own);
}

function takingOf({ ground, given, secrets, fly }: CommunityBackupsArgs): BackupsArgs["taking"] {
  const { settings, place, plan, cloudflare } = ground;
  if (settings.backup === undefined || plan.backup === undefined) return undefined;
  return {
    key: ownBackupKey(given),
    databaseUrl: fly.connections.DATABASE_URL,
    escrow: secrets.variables,
    after: [fly.webRelease.databaseReady],
    place,
    plan: plan.backup,
    settings: settings.backup,
    jurisdiction: settings.bucketJurisdiction,
    keyWord: settings.rotate.r2Token,
    endpoint: settings.endpoints.r2,
    reach: cloudflare.reach,
  };
}

/** What a community's backups lack, with the way out; undefined: nothing. */
export function backupWarning(
  community: Pick<
    CommunitySettings,
    "app" | "backup" | "cloudflareAccountId" | "domain" | "snapshotRetention"
  >,
): string | undefined {
  const { backup, domain, snapshotRetention: snapshotDays = "five" } = community;
  if (backup === undefined)
    return `mastiff:backup is off: the only copies of the database of ${domain} are Fly's snapshots of its volume, for ${snapshotDays} days.\n  fix     switch backups on:  pulumi config rm mastiff:backup`;
  if (backup.recipients.length > 0) return undefined;
  return `Only the state of this stack has a key that opens the backups of ${domain}: if the state is lost, nobody can open them.\n  fix     add a public key of your own:  ${setParts("mastiff:backup", { ...backupParts(backup, community), recipients: [exported("<your address>")] })}`;
}
