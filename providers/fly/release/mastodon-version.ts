import { parseVersion, stepProblem } from "../../rules/mastodon-version.ts";
import { parseImage } from "../things/machines.ts";

/**
 * Why Mastodon must not change from the running image to another; undefined when it may, or when a tag of the
 * two names no release.
 */
export function upgradeProblem(fromImage: string, toImage: string): string | undefined {
  const [from, to] = [parseImage(fromImage).tag ?? "", parseImage(toImage).tag ?? ""];
  const [old, next] = [parseVersion(from), parseVersion(to)];
  if (old === undefined || next === undefined) return undefined;
  switch (stepProblem(old, next)) {
    case "back":
      return `${to} is older than the running ${from}: an older Mastodon cannot read the database of a newer one`;
    case "skips":
      return `${to} skips a minor release after the running ${from}: upgrade to v${old[0]}.${old[1] + 1} first`;
    case "major":
      return `${to} is a new major version after the running ${from}: this version of Mastiff does not know the upgrade path`;
    default:
      return undefined;
  }
}
