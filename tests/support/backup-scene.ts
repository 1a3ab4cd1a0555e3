/** A community on the local Fly with an app for its backups, for the tests of the driver. */
import { readFileSync } from "node:fs";
import type { BackupSpec } from "../../providers/fly/spec.ts";
import { type DriverWorld, startDriverWorld } from "./driver.ts";
import { type BucketKey, bucketUrl, makeBucket, objectsIn } from "./driver-bucket.ts";
import { secrets as community, images, lay, release } from "./driver-community.ts";

/** The app of the backups, whose they are, and their bucket. */
export const app = "acme-backup";
export const owned = { stack: "mastiff/dev", org: "mastiff", app };
export const bucket = "backups-acme-example-org";

/** Secrets that the app has. */
export const secretNames = [
  "DATABASE_URL",
  "MASTIFF_BACKUP_KEY_ID",
  "MASTIFF_BACKUP_KEY_SECRET",
  "MASTIFF_ESCROW",
];

const recipient = readFileSync(new URL("../fixtures/backup-recipient.asc", import.meta.url));

/** A machine of the app, as the local Fly has it. */
export interface LiveMachine {
  id: string;
  state: string;
  config: { schedule?: string; restart: { policy: string }; services?: object[]; image: string };
  events: { type: string; timestamp: number; request?: { exit_event: Record<string, unknown> } }[];
  steps: { kind: string; at: number }[];
}

export interface BackupScene {
  world: DriverWorld;
  key: BucketKey;
  /** Gives the app its secrets, the bucket's key with this secret half. */
  giveKey(secretAccessKey: string): Promise<void>;
  /** The app's machines that are not destroyed. */
  machines(): Promise<LiveMachine[]>;
  /** How many backups are in the bucket. */
  taken(): Promise<number>;
}

/** @param options of {@link startDriverWorld} */
export async function startBackupScene(
  options?: Parameters<typeof startDriverWorld>[0],
): Promise<BackupScene> {
  const world = await startDriverWorld(options);
  await lay(world);
  await world.must("release", "ensure", release(images.old, { redisGate: false }));
  const key = await makeBucket(world, bucket);
  await world.must("app", "ensure", { spec: { ...owned, publicAddresses: false, dedicatedV4: false } });
  const giveKey = async (secretAccessKey: string) => {
    const secrets = {
      DATABASE_URL: community.DATABASE_URL ?? "",
      MASTIFF_BACKUP_KEY_ID: key.accessKeyId,
      MASTIFF_BACKUP_KEY_SECRET: secretAccessKey,
      MASTIFF_ESCROW: JSON.stringify({ domain: "acme.example.org", version: "v4.6.3", secrets: {} }),
    };
    await world.must("secrets", "ensure", { spec: { app, names: secretNames }, secrets });
  };
  await giveKey(key.secretAccessKey);
  return {
    world,
    key,
    giveKey,
    async machines() {
      const all = Object.values((await world.fly()).apps[app].machines) as LiveMachine[];
      return all.filter(({ state }) => !state.startsWith("destroy"));
    },
    async taken() {
      return Object.keys(await objectsIn(world, bucket)).filter((one) => one.endsWith(".json")).length;
    },
  };
}

/** Input of the machine, made for the secrets with this digest. */
export function machine(more: Partial<BackupSpec> = {}, secretsDigest?: string) {
  const spec: BackupSpec = {
    ...owned,
    region: "ams",
    server: "acme-db",
    schedule: "daily",
    memoryMb: 512,
    env: {
      MASTIFF_BACKUP_URL: bucketUrl(bucket),
      MASTIFF_BACKUP_REGION: "auto",
      MASTIFF_BACKUP_RECIPIENTS: recipient.toString("base64"),
      MASTIFF_BACKUP_SCHEDULE: "daily",
      MASTIFF_DOMAIN: "acme.example.org",
      MASTIFF_VERSION: "v4.6.3",
    },
    ...more,
  };
  return { spec, env: { SECRETS_DIGEST: secretsDigest } };
}
