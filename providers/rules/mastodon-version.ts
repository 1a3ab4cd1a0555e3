/**
 * Which release of Mastodon may follow which (docs.joinmastodon.org/admin/upgrading: "deploy at least one
 * release of every minor"; release notes). The program checks it in previews, and the driver again on the
 * running machines. Pure.
 */

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** The version in a release's tag (`v4.7.4`); undefined for a fork's tag, a digest, or a moving tag. */
export function parseVersion(tag: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(tag);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Below zero when `one` is older, 0 when they are the same. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/**
 * Whether the step between two releases' tags may change the database's schema permanently: between patch releases
 * of one minor version it does not. A tag that names no release may stand for any version.
 */
export function changesMinor(from: string, to: string): boolean {
  const [old, next] = [parseVersion(from), parseVersion(to)];
  if (old === undefined || next === undefined) return from !== to;
  return old[0] !== next[0] || old[1] !== next[1];
}

/**
 * Why Mastodon must not step from one release to another; undefined when it may.
 *
 * - `back`: an older release cannot read what a newer one has written (from 4.7 on, not even the accounts'
 *   keys);
 * - `skips`: each minor's migrations require the post-deployment migrations of the minors before;
 * - `major`: nobody knows yet what the step to a new major version requires.
 */
export function stepProblem(from: Version, to: Version): "back" | "skips" | "major" | undefined {
  if (compareVersions(to, from) < 0) return "back";
  if (to[0] !== from[0]) return "major";
  return to[1] > from[1] + 1 ? "skips" : undefined;
}
