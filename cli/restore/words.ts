/** What a restore and a drill say. Pure. */
import type { DatabaseMeasures } from "../../providers/fly/spec.ts";
import { moment } from "../../providers/rules/backup-age.ts";
import { inColumns } from "../../providers/shared/columns.ts";
import type { DrillRecord } from "../backups/drill-record.ts";
import { ageText, sizeText } from "../backups/report.ts";
import type { ChosenBackup } from "./chosen-backup.ts";

/** What is known before a restore. */
export interface Outlook {
  domain: string;
  stack: string;
  /** What names the community after `-s`: `acme`, or `acme --community cats`. */
  named: string;
  backup: Pick<ChosenBackup, "manifest" | "taken" | "drill">;
  /** Milliseconds since 1970. */
  now: number;
  /** Release of Mastodon that config names. */
  version: string;
  /** What the community runs on; undefined: nothing that can be counted. */
  running: DatabaseMeasures | undefined;
  /** Name of the running database. */
  database: string;
  /** What is known of the keys in the escrow. */
  keys: string;
}

/** What a restore will do, for the person who has to agree. */
export function outlookOf(outlook: Outlook): string {
  const { domain, stack, named, backup, now, version, running, database, keys } = outlook;
  const { manifest, taken, drill } = backup;
  const both = (name: keyof typeof manifest.rows) =>
    [manifest.rows[name], running?.rows[name]].map((count) => (count === undefined ? "" : String(count)));
  const table = inColumns(
    [
      ["", "the backup", "the community now"],
      ["taken", `${moment(taken)}, ${ageText(now - taken)} ago`, ""],
      ["Mastodon", manifest.mastodon, version],
      ["schema", manifest.schema, running?.schema ?? ""],
      ["accounts", ...both("accounts")],
      ["users", ...both("users")],
      ["posts", ...both("statuses")],
      ["dump", sizeText(manifest.bytes), ""],
      ["proven", drill === undefined ? "never (mastiff drill)" : moment(Date.parse(drill.drilled)), ""],
      ["keys", keys, ""],
    ],
    [false, false, false],
  );
  return [
    `A restore of ${domain} (stack ${stack}):`,
    "",
    ...table.map((line) => `  ${line}`),
    "",
    `  1  The backup is restored into a new database, ${database}_restored. The community runs on meanwhile.`,
    "  2  Its machines stop, the two databases change names, and the machines start: a minute or more.",
    `  3  The old database stays as ${database}_before, until  npx mastiff restore -s ${named} --finish`,
    "",
    `What was written since ${moment(taken)} is not in the backup, and not in the community then.`,
  ].join("\n");
}

/** After a switch that did not come to its end. @param line completes it */
export function halfwayWords({ domain, named }: Outlook, line: string): string {
  return [
    `${domain} may be stopped now, on its old database or on the backup. Both are kept: nothing is lost.`,
    `  see why    npx mastiff logs -s ${named} --no-tail`,
    `  go on      ${line}`,
    `  go back    npx mastiff restore -s ${named} --undo      (to the old database)`,
  ].join("\n");
}

/** After a restore. */
export function restoredWords({ domain, named, backup, database }: Outlook): string {
  return [
    `${domain} runs on the backup of ${moment(backup.taken)}. The old database is kept as ${database}_before.`,
    `  see        https://${domain}   and   npx mastiff doctor -s ${named}`,
    `  home feeds npx mastiff tootctl -s ${named} feeds build`,
    `  go back    npx mastiff restore -s ${named} --undo      (what is written from now on is not there then)`,
    `  keep it    npx mastiff restore -s ${named} --finish    (the old database is dropped, for good)`,
  ].join("\n");
}

/** What a drill has proved. @param kept where the record is */
export function provenWords(
  { drilled, schema, rows, databaseBytes, seconds, key }: DrillRecord,
  { domain, taken, kept, why }: { domain: string; taken: number; kept: string; why: string | undefined },
): string {
  const lines = inColumns(
    [
      ["schema", `${schema}, as its manifest says`],
      ["accounts", String(rows.accounts)],
      ["users", String(rows.users)],
      ["posts", String(rows.statuses)],
      ["keys", key === "decrypted" ? "a signing key, decrypted with the escrow" : `none to try: ${why}`],
      ["database", `${sizeText(databaseBytes)}, restored in ${Math.ceil(seconds)} s`],
      ["record", kept],
    ],
    [false, false],
  );
  return [
    `${domain}: the backup of ${moment(taken)} is proven restorable, on ${moment(Date.parse(drilled))}.`,
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}
