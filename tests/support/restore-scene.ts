/** A community on the local Fly whose database can be restored from a dump, for the tests of the driver. */
import type { DrillSpec, RestorableDump, RestoreSpec } from "../../providers/fly/spec.ts";
import { type DriveInput, type DriverWorld, startDriverWorld } from "./driver.ts";
import { makeBucket } from "./driver-bucket.ts";
import { secrets as community, images, lay, release } from "./driver-community.ts";
import { type PutDump, putDump } from "./restorable-dump.ts";

const owned = { stack: "mastiff/dev", org: "mastiff", region: "ams" };

/** A database of the local server, as far as a restore is concerned. */
export interface LiveDatabase {
  comment?: string;
  closed?: boolean;
  mastodon?: { post: string; accounts: object[] };
}

/** The community, and a dump of an older minor version of Mastodon than it runs. */
export interface RestoreScene {
  world: DriverWorld;
  old: PutDump;
  put(minor: string, name: string): Promise<PutDump>;
  restore(dump?: RestorableDump, more?: Partial<RestoreSpec>): DriveInput;
  /** As `restore`, with all that `prepare` is given. */
  prepare(put: PutDump, more?: Partial<RestorableDump>): DriveInput;
  drill(put: PutDump, more?: Partial<RestorableDump>): DriveInput;
  /** The server's databases by name, without its own. */
  databases(): Promise<Record<string, LiveDatabase>>;
  /** Changes the server's databases behind everybody's back. */
  meddle(change: (databases: Record<string, LiveDatabase & { owner: string }>) => void): Promise<void>;
  /** Names of the organisation's apps. */
  apps(): Promise<string[]>;
}

export async function startRestoreScene(): Promise<RestoreScene> {
  const world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", release(images.old, { redisGate: false }));
  const bucket = "backups-acme-example-org";
  const key = await makeBucket(world, bucket);
  const put = (minor: string, name: string) => putDump(world, { bucket, key, minor, name });
  const restore = (dump?: RestorableDump, more: Partial<RestoreSpec> = {}): DriveInput => {
    const spec: RestoreSpec = {
      ...owned,
      app: "acme",
      backupApp: null,
      server: "acme-db",
      restoreApp: "acme-restore",
      database: "acme",
      role: "acme",
      ...(dump && { dump }),
      ...more,
    };
    return { spec };
  };
  // biome-ignore lint/suspicious/noExplicitAny: the local Fly's state is no code of ours.
  const serverIn = (fly: any): Record<string, LiveDatabase & { owner: string }> => {
    const volumes = Object.values(fly.apps["acme-db"].volumes) as {
      data: { postgres?: { databases: Record<string, LiveDatabase & { owner: string }> } };
    }[];
    return volumes.find(({ data }) => data.postgres !== undefined)?.data.postgres?.databases ?? {};
  };
  return {
    world,
    old: await put("4.5", "monthly/2026-10/20261001T030000Z"),
    put,
    restore,
    prepare: ({ dump, secrets }, more = {}) => ({
      ...restore({ ...dump, ...more }),
      secrets: { ...secrets, databaseUrl: community.DATABASE_URL ?? "" },
    }),
    drill: ({ dump, secrets }, more = {}) => {
      const spec: DrillSpec = {
        ...owned,
        app: "acme-drill",
        server: "acme-db",
        dump: { ...dump, ...more },
        volumeGb: 2,
      };
      return { spec, secrets };
    },
    async databases() {
      const { postgres: _postgres, repmgr: _repmgr, ...found } = serverIn(await world.fly());
      return found;
    },
    meddle: (change) => world.meddle((fly) => change(serverIn(fly))),
    async apps() {
      return Object.keys((await world.fly()).apps).filter((name) => name.startsWith("acme"));
    },
  };
}
