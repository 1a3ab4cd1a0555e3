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
      return `${to} is older than ${from}, which runs: an older Mastodon cannot read a newer one's database`;
    case "skips":
      return `${to} skips a minor release after ${from}, which runs: go by v${old[0]}.${old[1] + 1} first`;
    case "major":
      return `${to} is a new major version after ${from}, which runs: its upgrade path is not known here`;
    default:
      return undefined;
  }
}
