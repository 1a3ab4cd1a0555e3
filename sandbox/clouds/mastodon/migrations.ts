/**
 * The life of the schema: `db:prepare`, `db:migrate` with its two halves, `db:migrate:status`, `db:seed`.
 *
 * A minor version has migrations that must run before its code (pre) and some that may only run after it
 * (post). If SKIP_POST_DEPLOYMENT_MIGRATIONS is present, with any value, only the first kind runs
 * (mastodon/mastodon lib/mastodon/database.rb). Code of version N runs on a schema whose pre half is at least
 * N and whose post half is at most N.
 */

import type { Outcome, Situation } from "./behaviour.ts";
import { connectDatabase, cutBySilence, type DatabaseConnection } from "./connect.ts";
import { minors, rank, type Schema } from "./database.ts";

/** Minor version of an image: "4.7.4" → "4.7". */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** Connects to the database at the machine's DATABASE_URL. */
export function database(seen: Situation): DatabaseConnection {
  return connectDatabase(seen, seen.env.DATABASE_URL);
}

/** ActiveRecord's error for a connection that failed (activerecord, postgresql_adapter.rb, new_client). */
export function connectionError(failed: Extract<DatabaseConnection, { ok: false }>): string[] {
  if (failed.kind === "database") {
    return [
      `ActiveRecord::NoDatabaseError: We could not find your database: ${failed.name}. Available database configurations can be found in config/database.yml.`,
    ];
  }
  if (failed.kind === "password") {
    return [
      `ActiveRecord::DatabaseConnectionError: There is an issue connecting to your database with your username/password, username: ${failed.user}.`,
      "",
      "Please check your database configuration to ensure the username/password are valid.",
      failed.message,
    ].filter((line) => line !== "");
  }
  return [`ActiveRecord::ConnectionNotEstablished: ${failed.message}`, "PG::ConnectionBad"];
}

/** `rails db:prepare`: loads schema and seeds into an empty database; otherwise it only migrates. */
export function prepare(seen: Situation): Outcome {
  const connection = database(seen);
  if (!connection.ok) return { lines: connectionError(connection), exit: 1 };
  if (connection.catalogue.mastodon !== undefined) return migrate(seen);
  const tooOld = oldServer(connection.server.version);
  if (tooOld !== undefined) return { lines: [tooOld], exit: 1 };
  const denied = refused(connection);
  if (denied !== undefined) return { lines: [denied], exit: 1 };
  const minor = minorOf(seen.image.version);
  connection.catalogue.mastodon = {
    pre: minor,
    post: seen.env.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined ? minor : (minors[rank(minor) - 1] ?? minor),
    seeded: true,
    accounts: [],
    keys: null,
  };
  seen.world.changed();
  return { lines: ["Loading schema", "Loading seeds"], exit: 0 };
}

/** `rails db:seed`: idempotent. */
export function seed(seen: Situation): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  found.seeded = true;
  seen.world.changed();
  return { lines: [], exit: 0 };
}

/** `rails db:migrate`. */
export function migrate(seen: Situation): Outcome {
  const connection = database(seen);
  if (!connection.ok) return { lines: connectionError(connection), exit: 1 };
  const tooOld = oldServer(connection.server.version);
  if (tooOld !== undefined) return { lines: [tooOld], exit: 1 };
  const denied = refused(connection);
  if (denied !== undefined) return { lines: [denied], exit: 1 };
  const cut = cutBySilence(seen.world, connection);
  if (cut !== undefined) {
    const lines = [
      "StandardError: An error has occurred, all later migrations canceled:",
      `PG::ConnectionBad: ${cut}`,
    ];
    return { lines: lines.flatMap((text) => text.split("\n")), exit: 1 };
  }
  const target = minorOf(seen.image.version);
  const skipPost = seen.env.SKIP_POST_DEPLOYMENT_MIGRATIONS !== undefined;
  const found = connection.catalogue.mastodon;
  if (found === undefined) {
    // On an empty database all migrations since the first run, but no seeds.
    connection.catalogue.mastodon = {
      pre: target,
      post: skipPost ? (minors[rank(target) - 1] ?? target) : target,
      seeded: false,
      accounts: [],
      keys: null,
    };
    seen.world.changed();
    return { lines: migrated(["InitialSchema"]), exit: 0 };
  }
  const names: string[] = [];
  // An image ignores what it does not know: migrating with an older image does nothing.
  for (let step = rank(found.pre) + 1; step <= rank(target); step++) {
    const minor = minors[step] as string;
    const before = minors[step - 1] as string;
    if (skipPost && rank(found.post) < rank(before)) {
      return {
        lines: [
          ...migrated(names),
          "StandardError: An error has occurred, all later migrations canceled:",
          `PG::UndefinedColumn: ERROR:  a column that the post-deployment migrations of ${before} make does not exist`,
          "Tasks: TOP => db:migrate",
        ],
        exit: 1,
      };
    }
    found.pre = minor;
    names.push(`Mastodon${minor.replace(".", "")}PreDeployment`);
    if (!skipPost) {
      found.post = minor;
      names.push(`Mastodon${minor.replace(".", "")}PostDeployment`);
    }
  }
  if (!skipPost && rank(found.post) < rank(target)) {
    found.post = target;
    names.push(`Mastodon${target.replace(".", "")}PostDeployment`);
  }
  seen.world.changed();
  return { lines: migrated(names), exit: 0 };
}

/**
 * A role that is neither the owner nor a member of the owner cannot change tables. A member's new tables
 * belong to the member.
 */
function refused(connection: Extract<DatabaseConnection, { ok: true }>): string | undefined {
  const { acts, catalogue, server } = connection;
  if (acts === catalogue.owner || server.roles[acts]?.superuser === true) return undefined;
  if (!server.roles[acts]?.memberOf?.includes(catalogue.owner)) return denial;
  catalogue.owners = [...new Set([...(catalogue.owners ?? []), acts])];
  return undefined;
}

const denial = "PG::InsufficientPrivilege: ERROR:  permission denied for schema public";

function migrated(names: string[]): string[] {
  return names.flatMap((name) => [
    `== 20260101000000 ${name}: migrating ======================================`,
    `== 20260101000000 ${name}: migrated (0.0420s) =============================`,
  ]);
}

/** `rails db:migrate:status`: `down` marks migrations that have not run. */
export function migrateStatus(seen: Situation): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const target = minorOf(seen.image.version);
  const skipPost = seen.env.SKIP_POST_DEPLOYMENT_MIGRATIONS !== undefined;
  const rows: string[] = [];
  for (const minor of minors.slice(0, rank(target) + 1)) {
    const up = (half: "pre" | "post") => (rank(found[half]) >= rank(minor) ? "  up  " : " down ");
    rows.push(`${up("pre")}   20260101000000  Mastodon${minor.replace(".", "")} pre deployment`);
    if (!skipPost)
      rows.push(`${up("post")}   20260101000001  Mastodon${minor.replace(".", "")} post deployment`);
  }
  return {
    lines: ["database: mastodon", " Status   Migration ID    Migration Name", "-".repeat(50), ...rows],
    exit: 0,
  };
}

/** Whether migrations of the image's version have not run yet. */
export function pending(found: Schema, version: string): boolean {
  const target = rank(minorOf(version));
  return rank(found.pre) < target || rank(found.post) < target;
}

/** mastodon/mastodon lib/tasks/db.rake, pre_migration_check */
function oldServer(version: string): string | undefined {
  return Number.parseInt(version, 10) < 14
    ? "This version of Mastodon requires PostgreSQL 14.0 or newer. Please update PostgreSQL before updating Mastodon."
    : undefined;
}

/** The schema, or the outcome of a process that needs it and does not find it. */
export function schema(seen: Situation): Schema | Outcome {
  const connection = database(seen);
  if (!connection.ok) return { lines: connectionError(connection), exit: 1 };
  const { acts, catalogue, server } = connection;
  const role = server.roles[acts];
  if (acts !== catalogue.owner && !role?.superuser && !role?.memberOf?.includes(catalogue.owner))
    return { lines: [denial], exit: 1 };
  const found = catalogue.mastodon;
  if (found === undefined) {
    return {
      lines: [
        'PG::UndefinedTable: ERROR:  relation "user_roles" does not exist (ActiveRecord::StatementInvalid)',
        "LINE 10:  WHERE a.attrelid = '\"user_roles\"'::regclass",
      ],
      exit: 1,
    };
  }
  const misfit = misfitOf(found, seen.image.version);
  return misfit === undefined ? found : { lines: [misfit], exit: 1 };
}

/** Why code of a version cannot work on a schema; undefined: it can. */
export function misfitOf(found: Schema, version: string): string | undefined {
  const code = rank(minorOf(version));
  if (rank(found.pre) < code) {
    return `PG::UndefinedColumn: ERROR:  a column of Mastodon ${minorOf(version)} does not exist (ActiveRecord::StatementInvalid)`;
  }
  if (rank(found.post) > code) {
    return `PG::UndefinedColumn: ERROR:  a column that Mastodon ${minorOf(version)} reads was removed by ${found.post} (ActiveRecord::StatementInvalid)`;
  }
  return undefined;
}
