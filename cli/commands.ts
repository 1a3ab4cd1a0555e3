/** The table of the operator's commands: a file of cli/commands/ each, loaded when the command is called. */
import type { Command } from "./command.ts";

export const mastiff: Command = {
  meta: {
    name: "mastiff",
    description: "Commands that an operator of a Mastodon community needs besides pulumi.",
  },
  notes: [
    "The exit code is 0 when the work is done, 1 when it failed, 2 when the command line was wrong and nothing was done.",
  ],
  commands: {
    new: {
      about: "makes the stack of a new community, and checks each answer",
      load: async () => (await import("./commands/new.ts")).newStack,
    },
    tootctl: {
      about: "runs one tootctl command in a machine of its own",
      load: async () => (await import("./commands/tootctl.ts")).tootctl,
    },
    job: {
      about: "runs any command in a machine of its own",
      load: async () => (await import("./commands/job.ts")).job,
    },
    console: {
      about: "opens a console in the machines: of Rails, a shell, or psql",
      load: async () => (await import("./commands/console.ts")).console,
    },
    logs: {
      about: "shows the log of the machines, and follows it",
      load: async () => (await import("./commands/logs.ts")).logs,
    },
    backup: {
      about: "takes a backup of the database now",
      load: async () => (await import("./commands/backup.ts")).backup,
    },
    backups: {
      about: "lists the backups, and says when the newest is too old",
      load: async () => (await import("./commands/backups.ts")).backups,
    },
    restore: {
      about: "restores a backup into the community, beside its old database",
      load: async () => (await import("./commands/restore.ts")).restore,
    },
    drill: {
      about: "proves that a backup can be restored, apart from the community",
      load: async () => (await import("./commands/drill.ts")).drill,
    },
    "restore-keys": {
      about: "gives a new stack the secrets of a backup, before its first up",
      load: async () => (await import("./commands/restore-keys.ts")).restoreKeys,
    },
    cost: {
      about: "says what a community costs a month",
      load: async () => (await import("./commands/cost.ts")).cost,
    },
    review: {
      about: "says what an up would do, for a person to judge",
      load: async () => (await import("./commands/review.ts")).review,
    },
    doctor: {
      about: "says what is wrong with a community, and how to repair it",
      load: async () => (await import("./commands/doctor.ts")).doctor,
    },
    fleet: {
      about: "acts on many communities at once",
      load: async () => (await import("./commands/fleet.ts")).fleet,
    },
    recover: {
      about: "repairs a stack after a run that was interrupted",
      load: async () => (await import("./commands/recover.ts")).recover,
    },
  },
  examples: [
    { line: "npx mastiff new", does: "a stack for a new community" },
    { line: "npx mastiff doctor -s acme", does: "looks at the community of the stack acme" },
    { line: "npx mastiff doctor", does: "at that of the stack that is selected (pulumi stack select)" },
  ],
};
