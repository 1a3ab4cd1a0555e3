/**
 * flyio/postgres-flex: Postgres with repmgr and HAProxy, as `postgres create` creates it. HAProxy listens on
 * port 5432 of all addresses and closes connections that are silent for 30 minutes (config/haproxy.cfg,
 * connect.ts here). Postgres itself listens on 5433 (internal/flypg/node.go, NewNode; listen_addresses '*' in
 * internal/flypg/pg.go).
 *
 * At each start it sets the passwords of its own roles from the secrets (fly-apps/postgres-flex
 * internal/flypg/admin/admin.go, ManageDefaultUsers). So a rotated secret takes effect at a restart.
 */

import { volumeOf } from "../fly/situation.ts";
import { backup, backupMs, isBackup } from "./backup.ts";
import type { Behaviour, Execution, Outcome, Situation } from "./behaviour.ts";
import { type Database, firstDay } from "./database.ts";
import { dump, dumpJob } from "./dump.ts";
import { psql } from "./psql.ts";
import { restore, restoreJob, restoreMs } from "./restore.ts";
import { verifierOf, verifies } from "./scram.ts";
import { sessionsWith } from "./sessions.ts";

const roles = { postgres: "OPERATOR_PASSWORD", flypgadmin: "SU_PASSWORD", repmgr: "REPL_PASSWORD" } as const;

export const postgresFlex: Behaviour = {
  plan({ argv }) {
    if (isBackup(argv)) return { kind: "job", milliseconds: backupMs };
    if (restoreJob(argv) !== undefined) return { kind: "job", milliseconds: restoreMs };
    return dumpJob(argv) === undefined
      ? { kind: "service", milliseconds: 9000 }
      : { kind: "job", milliseconds: 6000 };
  },

  boot(seen): Outcome {
    if (isBackup(seen.argv)) return backup(seen);
    if (dumpJob(seen.argv) !== undefined) return dump(seen);
    const restoring = restoreJob(seen.argv);
    if (restoring !== undefined) return restore(seen, restoring);
    for (const name of ["OPERATOR_PASSWORD", "SU_PASSWORD", "REPL_PASSWORD", "FLY_CONSUL_URL"]) {
      if (!seen.env[name])
        return { lines: [`panic: failed to initialize node: ${name} is not set`], exit: 2 };
    }
    const fresh = seen.disk.postgres === undefined;
    const server: Database = serverOf(seen) ?? {
      version: seen.image.version,
      roles: {},
      databases: { postgres: { owner: "postgres" } },
    };
    server.databases.repmgr ??= { owner: "repmgr" };
    seen.disk.postgres = server;
    setPasswords(server, seen);
    return {
      lines: [
        ...(fresh
          ? ['postgres | initdb: warning: enabling "trust" authentication for local connections']
          : []),
        `postgres | LOG:  starting PostgreSQL ${server.version} (Debian ${server.version}-1.pgdg120+1)`,
        'postgres | LOG:  listening on IPv6 address "::", port 5433',
        "postgres | LOG:  database system is ready to accept connections",
        "repmgrd  | [NOTICE] monitoring cluster primary",
      ],
    };
  },

  execute(seen, command) {
    const server = seen.disk.postgres;
    if (server === undefined) return undefined;
    if (command.join(" ") === "df -B1 --output=size,avail /data") return df(seen, server);
    if (command[0] !== "psql") return undefined;
    const real = seen.world.real?.server(volumeOf(seen.machine) ?? "");
    if (real !== undefined) return real.psql(command.slice(1));
    return psql(server, command.slice(1), (database) => sessionsWith(seen.world, server, database));
  },

  respond(_seen, request) {
    // The three checks that `postgres create` configures, on port 5500.
    if (request.port !== 5500 || !/^\/flycheck\/(pg|role|vm)$/.test(request.path)) return undefined;
    const name = request.path.split("/")[2];
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: name === "role" ? '"primary"' : '"[✓] checks passed"',
    };
  },

  sockets: () => ["[::]:5432", "[::]:5433", "[::]:5500"],
};

/** The server on the volume; undefined: there is none yet. One that really runs is started. */
function serverOf({ world, machine, disk }: Situation): Database | undefined {
  const volume = volumeOf(machine);
  if (world.real === undefined || volume === undefined) return disk.postgres;
  world.real.startServer(volume);
  return world.real.contents(volume);
}

/** The file system of the volume, of which ext4 keeps five per cent for root (mke2fs(8), -m). */
function df({ app, machine }: Situation, server: Database): Execution {
  const volume = app.volumes[machine.config.mounts?.[0]?.volume ?? ""];
  if (volume === undefined) return { exit: 1, stdout: "", stderr: "df: /data: No such file or directory\n" };
  const size = volume.sizeGb * 1024 ** 3;
  const taken = empty + Object.keys(server.databases).length * (server.bytes ?? firstDay.bytes);
  const free = Math.max(0, Math.floor(size * 0.95) - taken);
  return { exit: 0, stdout: `  1B-blocks      Avail\n${size} ${free}\n`, stderr: "" };
}

/** What a server without data takes: its catalogues and its log. */
const empty = 60_000_000;

function setPasswords(server: Database, seen: Situation): void {
  for (const [role, secret] of Object.entries(roles)) {
    const password = seen.env[secret] ?? "";
    const known = server.roles[role]?.verifier;
    if (known && verifies(known, password)) continue;
    server.roles[role] = { verifier: verifierOf(password), superuser: true, login: true };
  }
}
