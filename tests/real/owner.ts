import { readFileSync } from "node:fs";

/** Options of spawn: the user that a process runs as. Empty: this process's own user. */
export interface Owner {
  uid?: number;
  gid?: number;
}

/** Somebody who is not root: this process's own user, or else Debian's `postgres` or `nobody`. */
export function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("/etc/passwd has neither postgres nor nobody, and PostgreSQL refuses to be run by root");
}
