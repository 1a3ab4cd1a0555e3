/**
 * Which Mastodon may follow which (docs.joinmastodon.org/admin/upgrading: "deploy at least one release of every
 * minor"; release notes). The program asks in previews, the driver once more at what runs. Pure.
 */

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** The version in a release's tag (`v4.7.4`); undefined for a fork's, a digest, a moving tag. */
export function parseVersion(tag: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(tag);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Below zero when `one` is the older one, 0 when they are the same. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/**
 * What speaks against a step from one release to another; undefined when nothing does.
 *
 * - `back`: an older release cannot read what a newer one has written (from 4.7 on, not even the accounts' keys);
 * - `skips`: each minor's migrations build on the second half of those before;
 * - `major`: nobody knows yet what the step to a new major asks for.
 */
export function stepProblem(from: Version, to: Version): "back" | "skips" | "major" | undefined {
  if (compareVersions(to, from) < 0) return "back";
  if (to[0] !== from[0]) return "major";
  return to[1] > from[1] + 1 ? "skips" : undefined;
}
