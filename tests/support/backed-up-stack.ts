/** The stack `acme`, which is up and has backups in a bucket: what the tests of restore and drill begin with. */
import { afterEach, beforeAll, beforeEach } from "vitest";
import type { PutBackup } from "./backups.ts";
import { type S3Server, startS3 } from "./s3-server.ts";
import { type Answer, type ScriptedPulumi, scriptedPulumi } from "./scripted-pulumi.ts";
import { backupPair, type Pair, putSealedBackup, upAnswers } from "./sealed-backup.ts";

/** The stack of one test. */
export interface BackedUpStack {
  /** The stack's own key. */
  readonly pair: Pair;
  /** The bucket. */
  readonly s3: S3Server;
  readonly pulumi: ScriptedPulumi;
  /** Puts a backup into the bucket. @param secrets of its escrow. Default: the stack's */
  put(wanted: PutBackup, secrets?: Record<string, string>): ReturnType<typeof putSealedBackup>;
  /** Has pulumi answer otherwise from now on. */
  answer(answers: Record<string, Answer>): void;
}

/** Makes the stack anew for each test of a file. @param secrets of the stack */
export function backedUpStack(secrets: Record<string, string>): BackedUpStack {
  let pair: Pair;
  let s3: S3Server;
  let pulumi: ScriptedPulumi;
  beforeAll(async () => {
    pair = await backupPair();
  });
  beforeEach(async () => {
    s3 = await startS3("backups-mastiff-party");
    pulumi = scriptedPulumi(upAnswers(s3, pair, secrets));
  });
  afterEach(async () => {
    pulumi[Symbol.dispose]();
    await s3[Symbol.asyncDispose]();
  });
  return {
    get pair() {
      return pair;
    },
    get s3() {
      return s3;
    },
    get pulumi() {
      return pulumi;
    },
    put: (wanted, own = secrets) => putSealedBackup(s3, pair, own, wanted),
    answer(answers) {
      pulumi[Symbol.dispose]();
      pulumi = scriptedPulumi(answers);
    },
  };
}
