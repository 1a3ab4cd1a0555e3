/** Which Mastodon may follow which (docs.joinmastodon.org/admin/upgrading, release notes). Pure. */

/**
 * Why a community may not go from one release to another; undefined when it may.
 *
 * A newer patch, or the next minor. A skipped minor would miss its migrations' second half; an older release
 * cannot read what a newer one has written (from 4.7 on, not even the accounts' keys).
 */
export function versionProblem(from: string, to: string): string | undefined {
  const [old, next] = [parts(from), parts(to)];
  if (old === undefined || next === undefined || from === to) return undefined;
  if (compare(next, old) < 0) {
    return `${from} → ${to} goes back: an older Mastodon cannot read what ${from} has written.\n    proper way: restore the dump that was taken before the upgrade, then pulumi config set --path mastiff:movedFrom.mastodonVersion ${from} (docs/operations.md, “Going back”)`;
  }
  const [major, minor] = old;
  if (next[0] === major && next[1] <= minor + 1) return undefined;
  if (next[0] === major) {
    return `${from} → ${to} skips a minor version: each one's migrations build on those before.\n    proper way: bring up a release of v${major}.${minor + 1} first, then the next`;
  }
  return `${from} → ${to} is a new major version, whose upgrade path is not known here.\n    proper way: read its release notes, and update Mastiff`;
}

/** Version in an image's reference. */
export function versionOf(image: string): string {
  return image.slice(image.lastIndexOf(":") + 1);
}

function parts(version: string): [number, number, number] | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((n, i) => n !== b[i]);
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
