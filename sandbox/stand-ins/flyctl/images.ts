/**
 * Finds an existing image. Building an image is not served.
 *
 * Source: superfly/flyctl internal/build/imgsrc/resolver.go, remote_image_resolver.go.
 */
import { existsSync } from "node:fs";
import type { Data } from "./api/graphql.ts";
import { queries } from "./api/queries.ts";
import { FlyError, messageOf } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** An image as Fly resolved it. */
export interface Image {
  id: string;
  /** `docker.io/library/alpine:3.20`. */
  tag: string;
  digest: string;
  /** Bytes. */
  size: number;
  /** Id of the "build" in which Fly found the image. */
  buildId: number;
}

/** `tag@digest`: the image of a machine of `machine run`. */
export function imageString(image: Image): string {
  return image.digest === "" ? image.tag : `${image.tag}@${image.digest}`;
}

/** "3.6 MB" (go-humanize's Bytes). */
export function humanBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  if (bytes < 10) return `${bytes} B`;
  const power = Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1000)));
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`;
}

/** Asks Fly for an image. The search is reported as a build that takes no time. */
export async function resolveImage(run: Run, app: string, reference: string): Promise<Image> {
  const buildId = await createBuild(run, app);
  run.warn(`Searching for image '${reference}' remotely...`);
  let found: Record<string, string> | null;
  try {
    const data = await run.graphql.run(queries.resolveImageForApp, { appName: app, imageRef: reference });
    found = data.app?.image ?? null;
  } catch (error) {
    await finishBuild(run, app, buildId, { error: messageOf(error) });
    throw error;
  }
  if (found === null) {
    await finishBuild(run, app, buildId, { error: "no strategies resulted in an image" });
    throw new FlyError(`could not find image ${JSON.stringify(reference)}`);
  }
  run.warn(`image found: ${found.id ?? ""}`);
  const image: Image = {
    id: found.id ?? "",
    tag: found.ref ?? "",
    digest: found.digest ?? "",
    size: Number(found.compressedSize ?? 0),
    buildId: 0,
  };
  image.buildId = (await finishBuild(run, app, buildId, { image })) ?? 0;
  return image;
}

/** Refuses a build from source. Without a Dockerfile the official flyctl has nothing to build from either. */
export async function refuseBuild(run: Run, app: string, build: Data): Promise<never> {
  const own = ["builder", "buildpacks", "builtin", "dockerfile"].some((key) => build[key] !== undefined);
  const file = ["Dockerfile", "dockerfile"].some((name) => existsSync(name));
  if (own || file || run.string("dockerfile") !== "") {
    throw new FlyError("the stand-in flyctl builds no images: name one with --image");
  }
  const buildId = await createBuild(run, app);
  await finishBuild(run, app, buildId, { error: "no strategies resulted in an image" });
  throw new FlyError(
    "app does not have a Dockerfile or buildpacks configured. See https://fly.io/docs/reference/configuration/#the-build-section",
  );
}

const strategies = ["Local Image Reference", "Remote Image Reference"];

/** If a build cannot be reported, a warning is printed. */
async function createBuild(run: Run, app: string): Promise<number | undefined> {
  const body = { app_name: app, builder_type: "remote", strategies_available: strategies };
  try {
    const failed = "ensure depot builder failed, please try again";
    return Number((await run.uiex.send(failed, "POST", "/builds", body)).id ?? 0);
  } catch (error) {
    run.caution(`failed to create build in graphql: ${messageOf(error)}\n`);
    return undefined;
  }
}

async function finishBuild(
  run: Run,
  app: string,
  buildId: number | undefined,
  result: { image?: Image; error?: string },
): Promise<number | undefined> {
  if (buildId === undefined) return undefined;
  const attempt = (strategy: string, outcome: string, error: string, note: string) => ({
    error,
    note,
    result: outcome,
    strategy,
  });
  const body = {
    build_id: buildId,
    app_name: app,
    machine_id: "",
    status: result.image ? "completed" : "failed",
    strategies_attempted: [
      attempt(strategies[0] ?? "", "failed", "", "local docker daemon not available, skipping"),
      attempt(strategies[1] ?? "", result.image ? "success" : "failed", result.error ?? "", ""),
    ],
    builder_meta: {
      builder_type: "",
      buildkit_enabled: false,
      docker_version: "",
      platform: "",
      remote_app_name: "",
      remote_machine_id: "",
    },
    final_image: {
      id: result.image?.id ?? "",
      size_bytes: result.image?.size ?? 0,
      tag: result.image?.tag ?? "",
    },
    timings: {
      build_and_push_ms: 0,
      build_ms: 0,
      builder_init_ms: -1,
      context_build_ms: -1,
      image_build_ms: -1,
      push_ms: -1,
    },
    logs: result.error ?? "",
  };
  try {
    const failed = "ensure depot builder failed, please try again";
    return Number((await run.uiex.send(failed, "POST", "/builds/finish", body)).id ?? 0);
  } catch (error) {
    run.caution(`failed to finish build in graphql: ${messageOf(error)}\n`);
    return undefined;
  }
}
