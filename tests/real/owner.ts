import { readFileSync } from "node:fs";

/** Options of spawn: the user that a process runs as. Empty: this process's own user. */
export interface Owner {
  uid?: number;
  gid?: number;
}

/** Somebody who is not root: this process's own user, or else Debian's `postgres` or `nobody`. */
export function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {};
  const owner = userCalled("postgres") ?? userCalled("nobody");
  if (owner !== undefined) return owner;
  throw new Error("/etc/passwd has neither postgres nor nobody, and PostgreSQL refuses to be run by root");
}

/** Who runs a script in the image of the database's machines: root, if this process is, beside Debian's `postgres`. */
export function ownerInImage(): Owner {
  return userCalled("postgres") === undefined ? unprivileged() : {};
}

function userCalled(name: string): Required<Owner> | undefined {
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
