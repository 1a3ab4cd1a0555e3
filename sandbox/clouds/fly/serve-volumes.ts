/** `/v1/apps/<app>/volumes`: https://fly.io/docs/machines/api/volumes-resource/ */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { World } from "../world.ts";
import { requireApp } from "./apps.ts";
import { Refusal } from "./errors.ts";
import type { FlyEnv } from "./fly-env.ts";
import { volumeId } from "./ids.ts";
import { findRegion } from "./regions.ts";
import type { App, Volume } from "./state.ts";

/**
 * https://fly.io/docs/volumes/overview/: sizes from 1 GB to 500 GB; names of lower case letters, digits and
 * underscores.
 */
const sizes = { least: 1, most: 500, unasked: 3 } as const;
const name = /^[a-z0-9_]{1,30}$/;

const newVolume = z.looseObject({
  name: z.string().default(""),
  region: z.string().default(""),
  size_gb: z.number().int().nullish(),
  encrypted: z.boolean().nullish(),
  snapshot_retention: z.number().int().min(1).max(60).nullish(),
  auto_backup_enabled: z.boolean().nullish(),
});

/** Serves all paths below an app's /volumes. */
export function serveVolumes(world: World): Hono<FlyEnv> {
  const api = new Hono<FlyEnv>();
  const appOf = (c: Context<FlyEnv>) => requireApp(world, c.get("caller"), c.req.param("app") ?? "");
  const find = (c: Context<FlyEnv>): Volume => {
    const volume = appOf(c).volumes[c.req.param("id") ?? ""];
    if (volume === undefined || volume.state === "destroyed") throw new Refusal(404, "volume not found");
    return volume;
  };

  api.get("/", (c) => c.json(present(appOf(c)).map(volumeBody)));
  api.post("/", async (c) => {
    const app = appOf(c);
    const wish = newVolume.parse(await c.req.json());
    return c.json(volumeBody(create(world, app, wish)));
  });
  api.get("/:id", (c) => c.json(volumeBody(find(c))));
  api.put("/:id", async (c) => {
    const volume = find(c);
    const wish = newVolume.partial().parse(await c.req.json());
    if (wish.snapshot_retention != null) volume.snapshotRetention = wish.snapshot_retention;
    if (wish.auto_backup_enabled != null) volume.autoBackup = wish.auto_backup_enabled;
    world.changed();
    return c.json(volumeBody(volume));
  });
  api.put("/:id/extend", async (c) => {
    const volume = find(c);
    const { size_gb } = z.object({ size_gb: z.number().int() }).parse(await c.req.json());
    if (size_gb < volume.sizeGb) throw new Refusal(422, "volume size can't be decreased");
    checkSize(size_gb);
    volume.sizeGb = size_gb;
    world.changed();
    return c.json({ volume: volumeBody(volume), needs_restart: false });
  });
  api.delete("/:id", (c) => {
    const volume = find(c);
    if (volume.machineId !== null) {
      throw new Refusal(
        412,
        `failed_precondition: volume ${volume.id} is attached to machine ${volume.machineId}`,
      );
    }
    volume.state = "destroyed";
    volume.data = {};
    world.changed();
    return c.json({ ...volumeBody(volume), state: "pending_destroy" });
  });
  api.get("/:id/snapshots", (c) => {
    find(c);
    return c.json([]);
  });
  return api;
}

/** Volumes that still exist. */
export function present(app: App): Volume[] {
  return Object.values(app.volumes).filter((v) => v.state === "created");
}

function create(world: World, app: App, wish: z.infer<typeof newVolume>): Volume {
  if (!name.test(wish.name)) {
    throw new Refusal(
      422,
      "Validation failed: Name can only contain lowercase alphanumeric characters and underscores, at most 30 of them",
    );
  }
  const region = wish.region || "ams";
  if (findRegion(region) === undefined) throw new Refusal(422, `invalid region: ${region}`);
  const sizeGb = wish.size_gb ?? sizes.unasked;
  checkSize(sizeGb);
  const id = volumeId(world);
  const volume: Volume = {
    id,
    name: wish.name,
    sizeGb,
    region,
    zone: id.slice(-4),
    encrypted: wish.encrypted ?? true,
    machineId: null,
    createdAt: world.now().toISOString(),
    snapshotRetention: wish.snapshot_retention ?? 5,
    autoBackup: wish.auto_backup_enabled ?? true,
    state: "created",
    data: {},
  };
  app.volumes[id] = volume;
  world.changed();
  return volume;
}

function checkSize(sizeGb: number): void {
  if (sizeGb < sizes.least || sizeGb > sizes.most) {
    throw new Refusal(422, `Validation failed: Size gb must be between ${sizes.least} and ${sizes.most}`);
  }
}

/** A volume as the API shows it (superfly/fly-go: volume_types.go). */
function volumeBody(volume: Volume): Record<string, unknown> {
  return {
    id: volume.id,
    name: volume.name,
    state: volume.state,
    size_gb: volume.sizeGb,
    region: volume.region,
    zone: volume.zone,
    encrypted: volume.encrypted,
    attached_machine_id: volume.machineId,
    attached_alloc_id: null,
    created_at: volume.createdAt,
    snapshot_retention: volume.snapshotRetention,
    auto_backup_enabled: volume.autoBackup,
    fstype: "ext4",
    host_status: "ok",
  };
}
