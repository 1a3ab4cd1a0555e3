/** Go's durations: "1m30s" and nanoseconds. Source: Go's time.ParseDuration and Duration.String. */
import { FlyError } from "./errors.ts";

const units: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration. A number is already in nanoseconds (fly-go duration.go). */
export function parseDuration(value: unknown): number {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") throw new FlyError(`unknown duration type: ${typeof value}`);
  const quoted = JSON.stringify(value);
  const sign = value.startsWith("-") ? -1 : 1;
  let rest = value.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw new FlyError(`time: invalid duration ${quoted}`);
  let total = 0;
  while (rest !== "") {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) throw new FlyError(`time: invalid duration ${quoted}`);
    rest = rest.slice(number.length);
    const unit = /^[^\d.]+/.exec(rest)?.[0];
    if (unit === undefined) throw new FlyError(`time: missing unit in duration ${quoted}`);
    const size = units[unit];
    if (size === undefined) {
      throw new FlyError(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    total += Number(number) * size;
    rest = rest.slice(unit.length);
  }
  return sign * Math.round(total);
}

/** Formats nanoseconds as "1m0s". */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 0) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${trim(nanoseconds / 1e3)}µs`;
  if (nanoseconds < 1e9) return `${trim(nanoseconds / 1e6)}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = trim((nanoseconds % 60e9) / 1e9);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(9)));
}
