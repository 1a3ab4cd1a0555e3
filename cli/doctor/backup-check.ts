/** The check of a stack's backups: nobody sees them from outside, so it is asked with the stack's own key. */
import { type Check, check, type Instead } from "../../checks/check.ts";
import { must } from "../../checks/expect.ts";
import type { Inspector } from "../../checks/inspector.ts";
import { look } from "../../checks/repairs.ts";
import type { BackupAccess } from "../../components/backup/backup-access.ts";
import type { BackupSettings } from "../../components/config/backup-settings.ts";
import { S3Error } from "../../providers/cloudflare/s3.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { bucketOf, newestIn } from "../backups/in-bucket.ts";
import { accessOf } from "../backups/of-stack.ts";
import { closedTo, lateness } from "../backups/report.ts";
import type { OpenedCommunity } from "../community.ts";

/** What the bucket answered. */
interface Seen {
  /** When the newest backup was taken, in milliseconds since 1970; undefined: there is none. */
  newest: number | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** Which recipients cannot open the newest; undefined: all can. */
  closed?: string | undefined;
  /** Why there can be none. */
  because?: string;
}

/** The key of the bucket, or why nobody can have it; undefined: no `up` has made one. */
export type KnownAccess = BackupAccess | OperatorError | undefined;

/** Asks pulumi for the key of the bucket. What an operator can mend is a finding, and no error. */
export async function knownAccess({
  stack,
  recorded,
}: Pick<OpenedCommunity, "stack" | "recorded">): Promise<KnownAccess> {
  return accessOf(stack, recorded).catch(keptForLater);
}

/** @param known from {@link knownAccess} */
export function backupCheck(
  { stack, named }: Pick<OpenedCommunity, "stack" | "named">,
  domain: string,
  backup: BackupSettings,
  known: Promise<KnownAccess>,
): Check<unknown, Inspector> {
  const { bucket, schedule } = backup;
  const none: Instead = {
    urgency: "critical",
    means:
      "If the database were lost now, nothing could bring it back but Fly's snapshots of its volume, of the last five days.",
  };
  return check({
    name: "backups: the newest is as young as the schedule promises",
    at: () => `the bucket ${bucket}`,
    asked: () => `the manifests in the bucket ${bucket}`,
    async ask({ signal }: Inspector): Promise<Seen> {
      const access = await known;
      const now = Date.now();
      if (access instanceof OperatorError) throw access;
      if (access === undefined)
        return { newest: undefined, now, because: "the stack has no output backups: none was set up yet" };
      try {
        const newest = await newestIn(bucketOf(access, backup, signal), domain);
        return { newest: newest?.taken, now, closed: closedTo(newest?.manifest) };
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        if (error.code === "NoSuchBucket") return { newest: undefined, now, because: error.words };
        throw new Error(error.words, { cause: error });
      }
    },
    judge({ newest, now, because, closed }) {
      must(newest !== undefined, because ?? `${bucket}: there is no backup`, none);
      const late = lateness({ taken: newest }, schedule, now);
      must(late === undefined, `${bucket}: ${late}`);
      must(closed === undefined, `${bucket}: the newest backup ${closed}`, {
        means: "Whoever has only this key can open older backups and no newer ones.",
        repair: `pulumi preview -s ${stack.name}     (says which key of mastiff:backup.recipients has expired)`,
      });
    },
    means: "If the database were lost now, what was written since then would be lost with it.",
    repair:
      `npx mastiff backup -s ${named}     (takes one now, or says why it cannot)\n` +
      `npx mastiff logs -s ${named} --app backup --no-tail     (what the last ones said)\n${look}`,
    urgency: "warning",
    // Before the bucket is asked, pulumi decrypts the key.
    limitMs: 30_000,
    unanswered: {
      means: "Nothing is known about the backups: their bucket, or the key to read it, is out of reach here.",
      repair:
        `npx mastiff backups -s ${named}     (asks again, without a limit)\n` +
        "The key is in the stack's output backups: this machine needs what decrypts the stack's secrets.",
    },
  });
}

function keptForLater(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  throw error;
}
