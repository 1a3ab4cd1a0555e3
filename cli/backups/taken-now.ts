/** Takes a backup now, beside the schedule. */
import type { CommunitySettings } from "../../components/config/schema.ts";
import type { BackupManifest, BackupNowSpec } from "../../providers/fly/spec.ts";
import { runDriver } from "../driver.ts";
import { manifestOf } from "./manifest.ts";
import { backupApp } from "./of-stack.ts";

/** A backup that was taken, or not. */
export interface TakenBackup {
  /** 0 when the backup is in the bucket and was read back, else that of the machine, or 1. */
  code: number;
  /** Undefined: it was not taken, or Fly has lost the log of its machine. */
  manifest: BackupManifest | undefined;
}

/** @throws OperatorError when the community has no backups */
export async function takeBackup(settings: CommunitySettings): Promise<TakenBackup> {
  const spec: BackupNowSpec = { app: backupApp(settings) };
  let answer = "";
  const code = await runDriver({
    call: ["backup-now", "run"],
    spec,
    endpoint: settings.endpoints.fly,
    stdout: (text) => {
      answer += text;
    },
  });
  return { code, manifest: code === 0 ? manifestOf(answer) : undefined };
}
