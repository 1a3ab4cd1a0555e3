/**
 * Compares two property maps in the same way as the engine's own SDK.
 *
 * @see pulumi/pulumi: sdk/go/common/resource/properties_diff.go, properties_path.go, and
 * sdk/go/common/resource/plugin/provider.go (NewDetailedDiffFromObjectDiff)
 */

import type { DiffKind, PropertyDiff } from "./provider.ts";
import { equal, OutputValue, type Properties, type PropertyValue, Secret, Unknown } from "./values.ts";

/** A step of a path: a name in an object, an index in a list. */
export type PathStep = string | number;

/** All properties that differ, by path. Lists are compared by position, secrets as a whole. */
export function detailedDiff(olds: Properties, news: Properties): Record<string, PropertyDiff> {
  const diffs: Record<string, PropertyDiff> = {};
  diffObjects([], olds, news, (path, kind) => {
    diffs[pathText(path)] = { kind, inputDiff: false };
  });
  return diffs;
}

type Report = (path: PathStep[], kind: DiffKind) => void;

function diffObjects(path: PathStep[], olds: Properties, news: Properties, report: Report): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    diffValues([...path, name], olds[name] ?? null, news[name] ?? null, report);
  }
}

function diffValues(path: PathStep[], old: PropertyValue, now: PropertyValue, report: Report): void {
  if (Array.isArray(old) && Array.isArray(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index += 1) {
      if (index >= old.length) report([...path, index], "add");
      else if (index >= now.length) report([...path, index], "delete");
      else diffValues([...path, index], old[index] ?? null, now[index] ?? null, report);
    }
  } else if (isObject(old) && isObject(now)) {
    diffObjects(path, old, now, report);
  } else if (!equal(old, now)) {
    report(path, old === null ? "add" : now === null ? "delete" : "update");
  }
}

function isObject(value: PropertyValue): value is Properties {
  return (
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    !(value instanceof Secret || value instanceof Unknown || value instanceof OutputValue)
  );
}

/** A path as the engine writes it: `environment.PATH`, `tags[0]`, `environment["a.b"]`. */
export function pathText(path: PathStep[]): string {
  return path
    .map((step, at) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[^A-Za-z0-9_]/.test(step)) return `["${step.replaceAll('"', '\\"')}"]`;
      return at === 0 ? step : `.${step}`;
    })
    .join("");
}

/** The top-level property of a path. */
export function topOf(path: string): string {
  const quoted = /^\["((?:[^"\\]|\\.)*)"\]/.exec(path)?.[1];
  return quoted?.replaceAll('\\"', '"') ?? path.split(/[.[]/, 1)[0] ?? path;
}
