/** What a preview says about a change from one version of Mastodon to another. Pure. */
import { setParts } from "../../providers/rules/config-parts.ts";
import { parseVersion, stepProblem } from "../../providers/rules/mastodon-version.ts";

/** Why a community may not change from one release to another; undefined when it may. */
export function versionProblem(from: string, to: string, movedFrom: object = {}): string | undefined {
  const [old, next] = [parseVersion(from), parseVersion(to)];
  if (old === undefined || next === undefined) return undefined;
  switch (stepProblem(old, next)) {
    case "back":
      return `${from} → ${to} is a downgrade: an older Mastodon cannot read what ${from} has written.\n    proper way: restore the dump that was taken before the upgrade, then ${setParts("mastiff:movedFrom", { ...movedFrom, mastodonVersion: from })} (docs/operations.md, “Going back”)`;
    case "skips":
      return `${from} → ${to} skips a minor version: the migrations of each version build on those before.\n    proper way: upgrade to a release of v${old[0]}.${old[1] + 1} first, then to the next`;
    case "major":
      return `${from} → ${to} is a new major version, whose upgrade path this version of Mastiff does not know.\n    proper way: read its release notes, and update Mastiff`;
    default:
      return undefined;
  }
}

/** The version in an image's reference. */
export function versionOf(image: string): string {
  return image.slice(image.lastIndexOf(":") + 1);
}
