/**
 * What the comments on databases say of a restore: PostgreSQL has no labels, but each database has a comment. Pure.
 *
 *   acme                  the community's, without a comment of ours
 *   acme_restored         "mastiff: restoring …" ─► "mastiff: restored from …, complete"
 *   acme_before           "mastiff: replaced by … on …": what the community ran on
 *   acme_restored again   "mastiff: restored from …, withdrawn on …": what it ran on until it went back
 *
 * A database of such a name without such a comment is somebody else's, unless nothing is in it: CREATE DATABASE cannot
 * be in one transaction with its comment, so a run may stop between the two.
 */
import type { RestoreState } from "../spec.ts";

/** Names of the databases beside the community's: for what is restored, and for what was replaced. */
export function besides(database: string): { restored: string; before: string } {
  return { restored: `${database}_restored`, before: `${database}_before` };
}

/** What a comment says; `name` is the backup's, `since` in ISO 8601. */
export type Mark =
  | { kind: "restoring" | "complete"; name: string }
  | { kind: "replaced" | "withdrawn"; name: string; since: string };

export function commentOf(mark: Mark): string {
  switch (mark.kind) {
    case "restoring":
      return `mastiff: restoring ${mark.name}`;
    case "complete":
      return `mastiff: restored from ${mark.name}, complete`;
    case "replaced":
      return `mastiff: replaced by ${mark.name} on ${mark.since}`;
    case "withdrawn":
      return `mastiff: restored from ${mark.name}, withdrawn on ${mark.since}`;
  }
}

/** @returns undefined when the comment is not one of ours */
export function markIn(comment: string): Mark | undefined {
  const forms: [Mark["kind"], RegExp][] = [
    ["restoring", /^mastiff: restoring (\S+)$/],
    ["complete", /^mastiff: restored from (\S+), complete$/],
    ["replaced", /^mastiff: replaced by (\S+) on (\S+)$/],
    ["withdrawn", /^mastiff: restored from (\S+), withdrawn on (\S+)$/],
  ];
  for (const [kind, form] of forms) {
    const [, name, since] = form.exec(comment) ?? [];
    if (name !== undefined) return { kind, name, since } as Mark;
  }
  return undefined;
}

/** A database, as far as a restore is concerned. */
export interface Database {
  name: string;
  /** Whether anybody may connect to it. */
  accepts: boolean;
  /** "" when it has none. */
  comment: string;
  /** It has no comment and no table. */
  isEmpty?: boolean;
}

/** The databases that a restore is about; undefined: there is none of that name. */
export interface Databases {
  own: Database | undefined;
  restored: Database | undefined;
  before: Database | undefined;
}

/** The databases beside the community's that are not ours. */
export function foreignAmong({ restored, before }: Databases): Database[] {
  const isOurs = (one: Database, kinds: readonly Mark["kind"][]) =>
    one.isEmpty === true || kinds.some((kind) => kind === markIn(one.comment)?.kind);
  return [
    ...(restored === undefined || isOurs(restored, ["restoring", "complete", "withdrawn"]) ? [] : [restored]),
    ...(before === undefined || isOurs(before, ["replaced"]) ? [] : [before]),
  ];
}

/** How far a restore has come. */
export function stateOf({ restored, before }: Databases): RestoreState {
  const was = before && markIn(before.comment);
  if (was?.kind === "replaced") return { state: "switched", name: was.name, since: was.since };
  if (restored === undefined) return { state: "none" };
  const mark = markIn(restored.comment);
  switch (mark?.kind) {
    case "complete":
      return { state: "restored", name: mark.name };
    case "withdrawn":
      return { state: "undone", name: mark.name, since: mark.since };
    default:
      return { state: "restoring", ...(mark !== undefined && { name: mark.name }) };
  }
}
