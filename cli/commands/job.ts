import { command } from "../command.ts";
import { notes, runInMachine } from "../machine-job.ts";
import { community, megabytes, memory, stack } from "../options.ts";

const run = command({
  meta: {
    name: "run",
    description:
      "Runs one command in a machine of its own, with the image and the settings of the web machines.",
  },
  notes,
  args: { stack, community, "memory-mb": memory },
  words: { name: "command", description: "a command with its arguments, which pass unchanged" },
  examples: [
    {
      line: "npx mastiff job run -s acme -- bundle exec rails db:migrate:status",
      does: "which migrations have run",
    },
    {
      line: "npx mastiff job run -s acme --memory-mb 2048 -- bin/tootctl search deploy",
      does: "in a larger machine",
    },
  ],
  run: ({ args }) =>
    runInMachine({
      stack: args.stack,
      community: args.community,
      memoryMb: megabytes(args["memory-mb"]),
      command: args._,
    }),
});

export const job = command({
  meta: { name: "job", description: "Commands that run once, in a machine of their own." },
  commands: { run: { about: "runs a command to its end", load: async () => run } },
  examples: run.examples,
});
