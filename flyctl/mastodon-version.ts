import { parseImage } from "./machines.ts";

/**
 * Why Mastodon must not go from one image to another; undefined when it may.
 *
 * Migrations are tested from one minor to the next, and never backwards ("deploy at least one release of every
 * minor", docs.joinmastodon.org/admin/upgrading). A preview judges by the same rule (components/version-rule.ts). What is no release tag (a fork's, a digest) is not judged.
 */
export function upgradeProblem(fromImage: string, toImage: string): string | undefined {
  const from = versionOf(fromImage);
  const to = versionOf(toImage);
  if (from === undefined || to === undefined) return undefined;
  const [fromMajor, fromMinor, fromPatch] = from;
  const [toMajor, toMinor, toPatch] = to;
  const forward = toMajor - fromMajor || toMinor - fromMinor || toPatch - fromPatch;
  if (forward < 0)
    return `${text(to)} is older than ${text(from)}, which runs: an older Mastodon cannot read a newer one's database`;
  if (toMajor !== fromMajor)
    return `${text(to)} is a new major version after ${text(from)}, which runs: its upgrade path is not known here`;
  if (toMinor > fromMinor + 1)
    return `${text(to)} skips a minor release after ${text(from)}, which runs: go by v${fromMajor}.${fromMinor + 1} first`;
  return undefined;
}

type Version = [number, number, number];

function versionOf(image: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(parseImage(image).tag ?? "");
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function text([major, minor, patch]: Version): string {
  return `v${major}.${minor}.${patch}`;
}
