/**
 * Inputs with the state's values at the paths of `ignoreChanges`.
 *
 * @see pulumi/pulumi-terraform-bridge: unstable/propertyvalue/ignore_changes.go
 */

import { type Properties, type PropertyValue, Unknown } from "../values.ts";

/** @param paths property paths, such as `rules[0].expression`, `tags["a.b"]` and `rules[*].enabled`. */
export function overlooking(news: Properties, olds: Properties, paths: string[]): Properties {
  return paths.reduce<Properties>((kept, path) => {
    const steps = stepsOf(path);
    return steps.length === 0 ? kept : (overlook(steps, olds, kept) as Properties);
  }, news);
}

/** `a.b[0]["c.d"].*` → a, b, 0, c.d, * */
function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.[\]]+)/g);
  return [...steps].map(([, quoted, index, star, name]) => {
    if (index !== undefined) return Number(index);
    return quoted?.replace(/\\(.)/g, "$1") ?? star ?? name ?? "";
  });
}

/** The new value, with the old value at the path if both have such a path. */
function overlook(steps: (string | number)[], old: PropertyValue, now: PropertyValue): PropertyValue {
  const [step, ...rest] = steps;
  if (step === undefined) return old;
  if (step === "*") return overlookAll(rest, old, now);
  if (typeof step === "number") {
    if (!Array.isArray(old) || !Array.isArray(now) || step >= old.length || step >= now.length) return now;
    return now.map((item, index) => (index === step ? overlook(rest, old[step] ?? null, item) : item));
  }
  if (!isProperties(old) || !isProperties(now)) return now;
  const [before, after] = [old[step], now[step]];
  if (before !== undefined && after !== undefined) return { ...now, [step]: overlook(rest, before, after) };
  if (rest.length > 0) return now;
  const { [step]: _dropped, ...others } = now;
  return before === undefined ? others : { ...others, [step]: before };
}

function overlookAll(rest: (string | number)[], old: PropertyValue, now: PropertyValue): PropertyValue {
  const all = (keys: (string | number)[]) =>
    keys.reduce((kept, key) => overlook([key, ...rest], old, kept), now);
  if (Array.isArray(old) && Array.isArray(now)) return all([...old.keys()]);
  if (isProperties(old) && isProperties(now))
    return all([...new Set([...Object.keys(old), ...Object.keys(now)])]);
  return now;
}

function isProperties(value: PropertyValue): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Unknown);
}
