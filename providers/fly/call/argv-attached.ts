import { type Argv, on } from "./argv-parts.ts";

/** Argument lists for a person at a terminal (attached.ts); the rules for all of them are in argv.ts. */

/** The log of all machines of an app: what Fly keeps, about a hundred lines, and with `tail` what follows. */
export const appLogs = (app: string, { tail }: { tail: boolean }): Argv => [
  "logs",
  ...on(app),
  ...(tail ? [] : ["--no-tail"]),
];

export interface SshConsole {
  app: string;
  /** Process group of the machine. The first that is started is taken. */
  group: string;
  /** Without it, a program cannot ask a person; with it, standard input has to be a terminal. */
  pty: boolean;
  /**
   * Split into words as a shell would, and run without one (superfly/flyctl#1442), in the folder `/`, as root, with
   * the machine's variables and secrets.
   */
  command: string;
}
/** A command in a machine that is started, through a tunnel. */
export const sshConsole = ({ app, group, pty, command }: SshConsole): Argv => [
  "ssh",
  "console",
  ...on(app),
  "--process-group",
  group,
  ...(pty ? ["--pty"] : []),
  "--command",
  command,
];

/** psql in the leader of a cluster, as its superuser, whose password is in the machine. Always with a terminal. */
export const postgresConnect = (app: string, database: string): Argv => [
  "postgres",
  "connect",
  ...on(app),
  "--database",
  database,
];
