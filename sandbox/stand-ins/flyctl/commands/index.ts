/**
 * The file of each command. A file is loaded only when its command runs, because a program that uses flyctl
 * starts it hundreds of times.
 */
import { NotServed } from "../go/errors.ts";
import type { Command } from "../run.ts";

type Commands = Record<string, Command>;

const files: Record<string, () => Promise<{ commands: Commands }>> = {
  "": () => import("./root.ts"),
  apps: () => import("./apps.ts"),
  auth: () => import("./account.ts"),
  certs: () => import("./certs.ts"),
  config: () => import("./config.ts"),
  deploy: () => import("./deploy.ts"),
  ips: () => import("./ips.ts"),
  logs: () => import("./logs.ts"),
  machine: () => import("./machine.ts"),
  orgs: () => import("./account.ts"),
  platform: () => import("./platform.ts"),
  postgres: () => import("./postgres.ts"),
  redis: () => import("./redis.ts"),
  releases: () => import("./apps.ts"),
  scale: () => import("./scale.ts"),
  secrets: () => import("./secrets.ts"),
  version: () => import("./root.ts"),
  volumes: () => import("./volumes.ts"),
};

/** The function that runs a command. A command that the stand-in does not serve is refused. */
export async function findCommand(path: string): Promise<Command> {
  const file = files[path.split(" ")[0] ?? ""];
  const command = file === undefined ? undefined : (await file()).commands[path];
  if (command !== undefined) return command;
  throw new NotServed(path);
}
