/**
 * Machine sizes. Presets and limits: superfly/fly-go machine_types.go (MachinePresets and the MIN_/MAX_
 * constants). Texts of refusals: superfly/flyctl issues 1636, 1648, 1806, pull 2329.
 */
import { Refusal } from "./errors.ts";
import type { Guest } from "./state.ts";

const limits = {
  shared: { cpus: [1, 2, 4, 6, 8], minMb: 256, maxMb: 2048, stepMb: 256 },
  performance: { cpus: [1, 2, 4, 6, 8, 10, 12, 14, 16], minMb: 2048, maxMb: 8192, stepMb: 1024 },
} as const;

/** The default size of a machine: shared-cpu-1x. */
export const defaultGuest: Guest = { cpu_kind: "shared", cpus: 1, memory_mb: 256 };

/** @throws 422 when Fly does not offer this size. */
export function checkGuest(guest: Guest): void {
  const kind = limits[guest.cpu_kind];
  if (kind === undefined) {
    throw new Refusal(422, `invalid config.guest.cpu_kind, must be one of: shared, performance`);
  }
  if (!(kind.cpus as readonly number[]).includes(guest.cpus)) {
    throw new Refusal(422, `invalid config.guest.cpus, must be one of: ${kind.cpus.join(", ")}`);
  }
  const minimum = kind.minMb * guest.cpus;
  const maximum = kind.maxMb * guest.cpus;
  if (guest.memory_mb < minimum) {
    throw new Refusal(422, `invalid config.guest.memory_mb, minimum required ${minimum} MiB`);
  }
  if (guest.memory_mb > maximum) {
    throw new Refusal(
      422,
      `invalid config.guest.memory_mb, cannot exceed ${maximum} MiB, more than ${kind.maxMb} MiB per CPU`,
    );
  }
  if (guest.memory_mb % kind.stepMb !== 0) {
    const below = Math.floor(guest.memory_mb / kind.stepMb) * kind.stepMb;
    throw new Refusal(
      422,
      `invalid memory size ${guest.memory_mb}; must be in ${kind.stepMb} MiB increment (${below} would work)`,
    );
  }
}
