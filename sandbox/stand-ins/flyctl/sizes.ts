/**
 * Sizes of machines: the presets, sizes as text, and the `--vm-*` flags.
 *
 * Source: superfly/fly-go machine_types.go (MachinePresets, SetSize), superfly/flyctl
 * internal/flag/machines.go, helpers/size.go over docker/go-units.
 */
import type { Guest } from "./api/machines.ts";
import { FlyError } from "./go/errors.ts";
import type { Run } from "./run.ts";

const sharedCpus = [1, 2, 4, 6, 8];
const performanceCpus = [1, 2, 4, 6, 8, 10, 12, 14, 16];

/** The sizes that are offered, smallest first. */
export const presets: Record<
  string,
  Required<Pick<Guest, "cpu_kind" | "cpus" | "memory_mb">>
> = Object.fromEntries([
  ...sharedCpus.map((cpus) => [`shared-cpu-${cpus}x`, { cpu_kind: "shared", cpus, memory_mb: 256 * cpus }]),
  ...performanceCpus.map((cpus) => [
    `performance-${cpus}x`,
    { cpu_kind: "performance", cpus, memory_mb: 2048 * cpus },
  ]),
]);

/** A guest with a preset's size. Its other values stay. */
export function withSize(guest: Guest, size: string): Guest {
  const preset = presets[size];
  if (preset !== undefined) return { ...guest, ...preset };
  const kind = ["shared", "performance"].find((prefix) => size.startsWith(prefix));
  if (kind === undefined) {
    throw new FlyError(
      `invalid machine preset requested, '${size}', expected to start with 'shared' or 'performance'`,
    );
  }
  const valid = Object.keys(presets).filter((name) => name.startsWith(kind));
  throw new FlyError(`'${size}' is an invalid machine size, choose one of: [${valid.sort().join(" ")}]`);
}

/** Name of the size that is closest to a guest. */
export function sizeOf(guest: Guest | undefined): string {
  if (guest === undefined) return "";
  if (guest.cpu_kind === "shared") return `shared-cpu-${guest.cpus ?? 0}x`;
  if (guest.cpu_kind === "performance") return `performance-${guest.cpus ?? 0}x`;
  return "unknown";
}

/** The guest of the `--vm-*` flags. */
export function guestOfFlags(run: Run, base?: Guest): Guest {
  let guest: Guest = { ...(base ?? presets["shared-cpu-1x"]) };
  if (run.has("vm-size")) guest = withSize(guest, run.string("vm-size"));
  if (run.has("vm-cpus")) {
    guest.cpus = run.int("vm-cpus");
    if (guest.cpus <= 0) throw new FlyError(`--vm-cpus must be greater than zero, got: ${guest.cpus}`);
  }
  if (run.has("vm-memory")) {
    guest.memory_mb = parseSize(run.string("vm-memory"), "MB");
    if (guest.memory_mb === 0) throw new FlyError("--vm-memory cannot be zero");
  }
  if (run.has("vm-max-memory")) {
    guest.max_memory_mb = parseSize(run.string("vm-max-memory"), "MB");
    if (guest.max_memory_mb === 0) throw new FlyError("--vm-max-memory cannot be zero");
  }
  if (run.has("vm-cpu-kind")) {
    guest.cpu_kind = run.string("vm-cpu-kind");
    if (guest.cpu_kind !== "shared" && guest.cpu_kind !== "performance") {
      throw new FlyError("--vm-cpu-kind must be set to 'shared' or 'performance'");
    }
  }
  if (run.has("vm-gpu-kind") || run.has("vm-gpus")) {
    throw new FlyError(
      "GPU machines are no longer supported: --vm-gpu-kind and --vm-gpus are no longer accepted",
    );
  }
  if (run.has("host-dedication-id")) guest.host_dedication_id = run.string("host-dedication-id");
  return guest;
}

/**
 * A size such as "1gb" in whole `unit`s. A plain number is already in that unit. Memory uses powers of 1024
 * (MB means MiB), volumes use powers of 1000.
 */
export function parseSize(text: string, unit: "MB" | "GB"): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  const base = unit === "MB" ? 1024 : 1000;
  const match = /^(.*[\d. ])(.*)$/.exec(text);
  if (match === null) throw new FlyError(`invalid size: invalid size: '${text}'`);
  const [, number = "", suffix = ""] = match;
  const size = Number(number.trim());
  if (number.trim() === "" || Number.isNaN(size)) {
    throw new FlyError(`invalid size: strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`);
  }
  if (size < 0) throw new FlyError(`invalid size: invalid size: '${text}'`);
  const power = /^([kmgtp]?)(|b|ib)$/i.exec(suffix);
  if (power === null || (power[1] === "" && power[2] === "ib")) {
    const shown = suffix.length > 3 ? suffix : suffix.toLowerCase();
    throw new FlyError(`invalid size: invalid suffix: '${shown}'`);
  }
  const bytes = size * base ** ["", "k", "m", "g", "t", "p"].indexOf((power[1] ?? "").toLowerCase());
  // The result is in MiB for memory and in GB for volumes.
  return Math.trunc(bytes / base ** (unit === "MB" ? 2 : 3));
}
