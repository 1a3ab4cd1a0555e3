/** What a changed release restarts, and for how long, in the words that a preview shows. Pure. */
import type { ReleaseSpec } from "../../providers/fly/spec.ts";
import { changesMinor } from "../../providers/rules/mastodon-version.ts";
import { versionOf } from "../mastodon/version-rule.ts";

/** Inputs of a past or a future release. */
export interface ReleaseInputs {
  spec: ReleaseSpec;
  flyToml: string;
  /** Changes when a secret does. */
  secretsDigest: string;
}

/**
 * Sentences for an operator; empty when nothing restarts and nothing is migrated.
 *
 * The times are Mastodon's and Fly's: Rails takes 20 to 90 s to boot, Sidekiq gets 25 s to put its jobs back
 * (config/sidekiq.yml), and migrations may take hours on a large server (release notes of 4.7.0).
 */
export function releaseWords(old: ReleaseInputs, next: ReleaseInputs): string[] {
  const [from, to] = [versionOf(old.spec.image), versionOf(next.spec.image)];
  const causes = [
    old.spec.image !== next.spec.image && `${from} → ${to}`,
    tomlWithoutImage(old) !== tomlWithoutImage(next) && "settings or sizes",
    old.secretsDigest !== next.secretsDigest && "secrets",
  ].filter((cause) => cause !== false);
  const counts = countWords(old.spec, next.spec);
  if (causes.length === 0) return counts.length === 0 ? [] : [`${counts.join(", ")}; nothing else restarts`];
  const migrates = next.spec.database !== null && from !== to;
  const backsUp = migrates && next.spec.backup !== undefined && changesMinor(from, to);
  return [
    `${causes.join(", ")}: ${backsUp ? "a backup, " : ""}${migrates ? "migrations, then " : ""}restarts ${groupWords(old.spec)}`,
    ...(backsUp
      ? ["first a backup of the database, while it serves; when that fails, nothing is released"]
      : []),
    ...(migrates
      ? [
          `${backsUp ? "then" : "first"} the migrations that ${from} tolerates, in a machine of their own: minutes, on a large server hours, without a time limit; ${from} keeps serving meanwhile`,
        ]
      : []),
    ...restartWords(old.spec),
    ...(migrates ? [`last the remaining migrations, once all machines run ${to}`] : []),
    ...counts,
  ];
}

/** fly.toml without the image, whose change is already reported as a change of version. */
function tomlWithoutImage({ flyToml, spec }: ReleaseInputs): string {
  return flyToml.replaceAll(spec.image, "");
}

function groupWords({ groups }: ReleaseSpec): string {
  return Object.entries(groups)
    .map(([group, { count }]) => `${count} × ${group}`)
    .join(", ");
}

function restartWords({ groups }: ReleaseSpec): string[] {
  const words: string[] = [];
  if (groups.web !== undefined) {
    words.push(
      groups.web.count > 1
        ? "web machines restart one after the other, about a minute each; the others keep answering"
        : "the only web machine restarts: the site does not answer for about a minute (mastiff:web.count 2 avoids this)",
    );
  }
  if (groups.sidekiq !== undefined)
    words.push("Sidekiq returns its jobs to the queues and continues after its restart; no job is lost");
  if (groups.streaming !== undefined)
    words.push("live timelines disconnect for some seconds and reconnect by themselves");
  return words;
}

function countWords(old: ReleaseSpec, next: ReleaseSpec): string[] {
  const names = [...new Set([...Object.keys(old.groups), ...Object.keys(next.groups)])];
  return names.flatMap((group) => {
    const more = (next.groups[group]?.count ?? 0) - (old.groups[group]?.count ?? 0);
    if (more === 0) return [];
    return [`${Math.abs(more)} × ${group} ${more > 0 ? "is added" : "is removed"}`];
  });
}
