/** How many machines each region gains or loses. Source: superfly/flyctl internal/command/scale/count_machines.go. */
import { FlyError } from "../go/errors.ts";

/** A wanted number: absolute, or relative to the current number. */
export interface GroupCount {
  absolute: number;
  relative: number;
}

/** Reads `3`, `+1`, `web=2 worker=+1`. */
export function parseGroupCounts(args: string[], defaultGroup: string): Map<string, GroupCount> {
  const [only = ""] = args;
  if (args.length === 1 && isNumber(only) && !(isRelative(only) && Number(only) === 0)) {
    return new Map([[defaultGroup, groupCount(only)]]);
  }
  return new Map(
    args.map((arg) => {
      const [group = "", count, more] = arg.split("=");
      if (count === undefined || more !== undefined)
        throw new FlyError(`'${arg}' is not a valid process=count option`);
      return [group, groupCount(count)] as const;
    }),
  );
}

function groupCount(text: string): GroupCount {
  if (!isNumber(text)) throw new FlyError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (!isRelative(text)) return { absolute: Number(text), relative: 0 };
  if (Number(text) === 0) throw new FlyError(`invalid relative scale count: ${text}`);
  return { absolute: 0, relative: Number(text) };
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

function isRelative(text: string): boolean {
  return /^[+-]/.test(text);
}

/**
 * The changes per region that bring the total to `expected`. Regions without a change are left out.
 *
 * @param most maximum per region. Negative: no maximum.
 */
export function convergeGroupCounts(
  expected: number,
  current: Map<string, number>,
  regions: string[],
  most: number,
): Map<string, number> {
  const changes = new Map<string, number>();
  const all = [...new Set(regions.length > 0 ? regions : current.keys())];
  const present = (region: string) => current.get(region) ?? 0;
  const planned = (region: string) => present(region) + (changes.get(region) ?? 0);
  const change = (region: string, by: number) => changes.set(region, (changes.get(region) ?? 0) + by);
  if (most >= 0) {
    if (all.length * most < expected) {
      throw new FlyError(
        "the number of regions by the maximum machines per region is fewer than the expected total",
      );
    }
    for (const region of all) if (present(region) > most) change(region, most - present(region));
  }
  let missing = all.reduce((sum, region) => sum - planned(region), expected);
  for (let i = 0; missing > 0; i++) {
    const region = all[i % all.length] as string;
    if (most >= 0 && planned(region) >= most) continue;
    change(region, 1);
    missing--;
  }
  // It begins with the second region, because the first is usually the primary region.
  for (let i = 1; missing < 0; i++) {
    const region = all[i % all.length] as string;
    if (planned(region) <= 0) continue;
    change(region, -1);
    missing++;
  }
  return changes;
}
