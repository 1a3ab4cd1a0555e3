/**
 * Parses the configuration that a caller sends for a machine. The types follow superfly/fly-go
 * machine_types.go. Options that the local Fly does not act on are stored and returned.
 */
import { z } from "zod";
import { Refusal } from "./errors.ts";
import { findImage, pinned } from "./images.ts";
import { checkSchedule } from "./schedule.ts";
import { checkGuest, defaultGuest } from "./sizes.ts";
import type { App, MachineConfig } from "./state.ts";

/** Go's durations in JSON: "15s", "1m0s". */
const duration = z.string().regex(/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/, "invalid duration");
const words = z.array(z.string());
const check = z.looseObject({
  type: z.enum(["http", "tcp"]).optional(),
  port: z.number().int().min(1).max(65535).optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  grace_period: duration.optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  protocol: z.string().optional(),
  headers: z.array(z.object({ name: z.string(), values: words })).optional(),
});
const port = z.looseObject({
  port: z.number().int().min(1).max(65535).optional(),
  handlers: z.array(z.enum(["http", "tls", "pg_tls", "proxy_proto", "edge_http"])).optional(),
  force_https: z.boolean().optional(),
});
const service = z.looseObject({
  protocol: z.enum(["tcp", "udp"]).optional(),
  internal_port: z.number().int().min(1).max(65535),
  ports: z.array(port).optional(),
  checks: z.array(check).optional(),
});

const config = z.looseObject({
  image: z.string().min(1, "config.image is required"),
  env: z.record(z.string(), z.string()).optional(),
  init: z
    .looseObject({ cmd: words.optional(), exec: words.optional(), entrypoint: words.optional() })
    .optional(),
  guest: z
    .looseObject({
      cpu_kind: z.enum(["shared", "performance"]),
      cpus: z.number().int(),
      memory_mb: z.number().int(),
    })
    .partial()
    .optional(),
  size: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  mounts: z
    .array(z.looseObject({ volume: z.string(), path: z.string(), name: z.string().optional() }))
    .optional(),
  services: z.array(service).optional(),
  checks: z.record(z.string(), check).optional(),
  auto_destroy: z.boolean().optional(),
  restart: z
    .looseObject({
      policy: z.enum(["", "no", "always", "on-failure"]).optional(),
      max_retries: z.number().int().optional(),
    })
    .optional(),
  schedule: z.string().optional(),
  standbys: words.optional(),
  stop_config: z.looseObject({ timeout: duration.optional(), signal: z.string().optional() }).optional(),
});

/** The body of `POST …/machines` and `POST …/machines/<id>`. */
export const machineInput = z.looseObject({
  name: z.string().optional(),
  region: z.string().optional(),
  config,
  skip_launch: z.boolean().optional(),
  skip_service_registration: z.boolean().optional(),
  skip_secrets: z.boolean().optional(),
  min_secrets_version: z.number().int().nullish(),
  lease_ttl: z.number().int().optional(),
});
export type MachineInput = z.infer<typeof machineInput>;

/** Parses a body. A wrong value is a 400 that names the field, as a strict JSON decoder does. */
export function readInput(body: unknown): MachineInput {
  const read = machineInput.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Refusal(400, `invalid request: ${issue?.path.join(".")}: ${issue?.message}`);
}

/**
 * Completes and checks a configuration: the image exists, Fly offers the size, the volumes belong to the app
 * and are not attached.
 */
export function checkConfig(app: App, machineId: string, region: string, input: MachineInput): MachineConfig {
  const { config: wish } = input;
  const image = findImage(wish.image);
  if (image === undefined) {
    throw new Refusal(
      400,
      `invalid config.image: failed to get manifest ${wish.image}: request failed: not found`,
    );
  }
  const guest = { ...defaultGuest, ...preset(wish.size), ...wish.guest } as NonNullable<
    MachineConfig["guest"]
  >;
  checkGuest(guest);
  checkSchedule(wish.schedule);
  const { size: _size, restart, ...rest } = wish;
  for (const mount of wish.mounts ?? []) {
    const volume = app.volumes[mount.volume];
    if (volume === undefined || volume.state === "destroyed") {
      throw new Refusal(404, `volume ${mount.volume} not found`);
    }
    if (volume.region !== region) {
      throw new Refusal(412, `volume ${volume.id} is in region ${volume.region}, not ${region}`);
    }
    if (volume.machineId !== null && volume.machineId !== machineId) {
      throw new Refusal(412, `volume ${volume.id} is already attached to machine ${volume.machineId}`);
    }
    // flyctl reads these fields of a mount, and creates further volumes of the same size (scale count).
    Object.assign(mount, { name: volume.name, size_gb: volume.sizeGb, encrypted: volume.encrypted });
  }
  return {
    ...rest,
    image: wish.image.includes("@") ? wish.image : pinned(image),
    guest,
    ...(restart?.policy && { restart: { ...restart, policy: restart.policy } }),
  } as MachineConfig;
}

/** `size: "shared-cpu-2x"` stands for a guest with the preset's minimum memory. */
function preset(size: string | undefined): Partial<NonNullable<MachineConfig["guest"]>> {
  if (size === undefined || size === "") return {};
  const found = /^(shared-cpu|performance)-(\d+)x$/.exec(size);
  if (found === null) throw new Refusal(422, `invalid config.size: ${size}`);
  const cpus = Number(found[2]);
  return found[1] === "performance"
    ? { cpu_kind: "performance", cpus, memory_mb: 2048 * cpus }
    : { cpu_kind: "shared", cpus, memory_mb: 256 * cpus };
}
