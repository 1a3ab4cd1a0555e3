/** A flyctl with a community whose databases are exchanged: its machines, its secrets, and a server that knows that SQL. */
import { tmpdir } from "node:os";
import { run } from "../../providers/fly/run.ts";
import type { RestoreSpec } from "../../providers/fly/spec.ts";
import type { Machine } from "../../providers/fly/things/machines.ts";
import type { Ended, Program } from "../../providers/shared/program.ts";
import { inShell } from "../../providers/shared/shell.ts";

/** A database of the server. */
interface Database {
  comment: string;
  isOpen: boolean;
}

const name = "daily/2026-11-29/20261129T030000Z";

/** Before anything is done, `acme` is the community's database, and `acme_restored` is complete. */
export class RestoreFlyctl {
  /** The lines with which it was called. Of SQL, the statement. */
  readonly calls: string[] = [];
  /** Machines of the database in which a command was run. */
  readonly execs: string[] = [];
  /** Machines by app. */
  readonly machines: Record<string, Machine[]> = {
    acme: [
      machineOf("web", { metadata: deployed("web") }),
      machineOf("sidekiq", { metadata: deployed("sidekiq") }),
    ],
    "acme-db": [machineOf("server", { image: "flyio/postgres-flex:17.2" })],
    "acme-backup": [],
  };
  /** Programs that have a session with the community's database. */
  sessions: string[] = [];
  /** Names of the community's secrets. */
  secrets: string[] = [];
  readonly databases = new Map<string, Database>([
    ["acme", { comment: "", isOpen: true }],
    ["acme_restored", { comment: `mastiff: restored from ${name}, complete`, isOpen: true }],
  ]);
  /** Exit code of the next migrations. */
  migrating = 0;
  /** Databases with a schema that is older than that of the others. */
  readonly behind = new Set<string>();
  readonly #reactions: [when: RegExp, react: () => void][] = [];

  /** Does something once, before the first call whose line looks so is answered. */
  before(when: RegExp, react: () => void): void {
    this.#reactions.push([when, react]);
  }

  /** `node providers/fly/start.mjs restore <verb>` on it. */
  async drive(verb: "switch" | "undo"): Promise<{ code: number; stdout: string; stderr: string }> {
    const spec: RestoreSpec = {
      stack: "mastiff/dev",
      org: "mastiff",
      app: "acme",
      region: "ams",
      backupApp: "acme-backup",
      server: "acme-db",
      restoreApp: "acme-restore",
      database: "acme",
      role: "acme",
    };
    const said = { stdout: "", stderr: "" };
    const never = async () => {
      throw new Error("the driver has no terminal");
    };
    const surroundings = {
      env: { SPEC: JSON.stringify(spec) },
      temporaryFolder: tmpdir(),
      input: async () => "",
      stdout(text: string) {
        said.stdout += text;
      },
      stderr(text: string) {
        said.stderr += text;
      },
      onStop: () => {},
      runProgram: this.run,
      fetch: never,
      columns: undefined,
      isTerminal: false,
      runAttached: never,
      ask: never,
    };
    const code = await inShell(surroundings, () => run(["restore", verb]));
    return { code, ...said };
  }

  run = async (_file: string, args: readonly string[], _how: Program): Promise<Ended> => {
    const line = args[1] === "exec" ? statementIn(args[3] ?? "") : args.join(" ");
    const [, database = ""] = /:5433\/(\w+)/.exec(args[3] ?? "") ?? [];
    this.calls.push(line);
    if (args[1] === "exec" && !this.execs.includes(args[2] ?? "")) this.execs.push(args[2] ?? "");
    const i = this.#reactions.findIndex(([when]) => when.test(line));
    if (i >= 0) this.#reactions.splice(i, 1)[0]?.[1]();
    const stdout =
      args[1] === "exec"
        ? JSON.stringify({ stdout: this.#sql(line, database) })
        : this.#answer(args.slice(0, 2).join(" "), args);
    return { exitCode: 0, stderr: "", stdout };
  };

  /** Starts or stops a machine, as Fly, a schedule or its own program does. */
  become(id: string, state: "started" | "stopped", exit: object = {}): void {
    const machine = Object.values(this.machines)
      .flat()
      .find((one) => one.id === id);
    if (machine === undefined) throw new Error(`there is no machine ${id}`);
    machine.state = state;
    if (state === "stopped")
      machine.events = [{ type: "exit", timestamp: Date.now(), request: { exit_event: exit } }];
  }

  #answer(verb: string, args: readonly string[]): string {
    const app = args[args.indexOf("-a") + 1] ?? "";
    const ids = args.slice(2, args.indexOf("-a"));
    switch (verb) {
      case "machine list":
        return JSON.stringify(this.machines[app] ?? []);
      case "machine stop":
        for (const id of ids) this.become(id, "stopped", { requested_stop: true });
        return "";
      case "machine start":
        for (const id of ids) this.become(id, "started");
        return "";
      case "machine run":
        this.machines[app]?.push(machineOf("migration", { metadata: { mastiff_job: "db-prepare" } }));
        this.become("migration", "stopped", { exit_code: this.migrating });
        return "Machine ID: migration\n";
      case "machine destroy":
        this.machines[app] = (this.machines[app] ?? []).filter(({ id }) => !ids.includes(id));
        return "";
      case "secrets sync":
        return "";
      case "secrets list":
        return JSON.stringify(this.secrets.map((one) => ({ name: one, digest: "1" })));
      case "secrets unset":
        this.secrets = this.secrets.filter((one) => !ids.includes(one));
        return "";
      default:
        if (args[0] === "logs") return "";
        throw new Error(`nobody has planned for: flyctl ${args.join(" ")}`);
    }
  }

  #sql(statement: string, database: string): string {
    if (statement.startsWith("SELECT datname"))
      return [...this.databases]
        .map(([one, { isOpen, comment }]) => `${one}|${isOpen ? "t" : "f"}|${comment}\n`)
        .join("");
    if (statement.includes("application_name")) return this.sessions.map((one) => `${one}\n`).join("");
    if (statement.includes("schema_migrations"))
      return this.behind.has(database) ? "20260701000000|390\n" : "20261001000000|400\n";
    if (statement.startsWith("SELECT")) return "1\n";
    for (const part of statement.split("; ")) this.#alter(part);
    return "";
  }

  #alter(part: string): void {
    const [, database = ""] = /DATABASE "(\w+)"/.exec(part) ?? [];
    const found = this.databases.get(database);
    const [, next] = /RENAME TO "(\w+)"/.exec(part) ?? [];
    const [, allowed] = /ALLOW_CONNECTIONS (true|false)/.exec(part) ?? [];
    const [, comment] = /^COMMENT .* IS (?:'(.*)'|NULL)$/.exec(part) ?? [];
    if (found === undefined) return;
    if (allowed !== undefined) found.isOpen = allowed === "true";
    if (part.startsWith("COMMENT")) found.comment = comment ?? "";
    if (next === undefined) return;
    this.databases.delete(database);
    this.databases.set(next, found);
  }
}

/** A machine that runs. @param config of it */
export function machineOf(id: string, config: Machine["config"]): Machine {
  return { id, name: id, state: "started", region: "ams", config: { ...config } };
}

/** Metadata of a machine that a deploy has made. */
export function deployed(group: string): Record<string, string> {
  return { fly_platform_version: "v2", fly_process_group: group };
}

/** The SQL of a command in the machine, without what two shells need. */
function statementIn(command: string): string {
  const [, quoted = ""] = /-c "(.*)"'$/.exec(command) ?? [];
  return quoted.replaceAll("'\\''", "'").replaceAll('\\"', '"');
}
