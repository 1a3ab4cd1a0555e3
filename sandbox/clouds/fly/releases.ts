/** Releases: `deploy` records them before it changes a machine, and records afterwards how they ended. */
import type { World } from "../world.ts";
import { opaqueId } from "./ids.ts";
import type { App, Release } from "./state.ts";

/** Records a release. Versions count from 1 per app. */
export function createRelease(
  world: World,
  app: App,
  wish: { definition: Record<string, unknown>; image: string; strategy: string },
): Release {
  const release: Release = {
    id: opaqueId(world, "rel_"),
    version: (app.releases.at(-1)?.version ?? 0) + 1,
    status: "pending",
    ...wish,
    createdAt: world.now().toISOString(),
    description: "Deploy image",
    reason: "deployment",
  };
  app.releases.push(release);
  world.changed();
  return release;
}

/** A release as the ui API shows it (superfly/flyctl: internal/uiex/releases.go). */
export function releaseBody(world: World, release: Release): Record<string, unknown> {
  return {
    id: release.id,
    version: release.version,
    stable: release.status === "complete",
    in_progress: release.status === "running" || release.status === "pending",
    status: release.status,
    strategy: release.strategy,
    user: world.state.fly.user.email,
    created_at: release.createdAt,
    image_ref: release.image,
  };
}
