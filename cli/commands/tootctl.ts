import { command } from "../command.ts";
import { notes, runInMachine } from "../machine-job.ts";
import { community, megabytes, memory, stack } from "../options.ts";

export const tootctl = command({
  meta: {
    name: "tootctl",
    description:
      "Runs one tootctl command in a machine of its own, with the image and the settings of the web machines.",
  },
  notes,
  args: { stack, community, "memory-mb": memory },
  words: { name: "command", description: "a tootctl command with its options, which pass unchanged" },
  examples: [
    {
      line: "npx mastiff tootctl -s acme accounts refresh --all --verbose",
      does: "fetches media that went missing",
    },
    {
      line: "npx mastiff tootctl -s acme accounts modify rex --reset-password",
      does: "prints a new password",
    },
    {
      line: "npx mastiff tootctl -s acme --memory-mb 2048 -- --help",
      does: "the help of tootctl itself, in a larger machine",
    },
  ],
  run: ({ args }) =>
    runInMachine({
      stack: args.stack,
      community: args.community,
      memoryMb: megabytes(args["memory-mb"]),
      command: ["bin/tootctl", ...args._],
    }),
});
