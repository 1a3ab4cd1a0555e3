import type { Command } from "../command.ts";

export const fleet: Command = {
  meta: { name: "fleet", description: "Acts on many communities of a project at once, several at a time." },
  notes: [
    "Each command takes the stacks by --stacks, --tag or --all. One that fails does not stop the others.",
    "The exit code is 0 when every stack is done, else that of the worst.",
  ],
  commands: {
    outputs: {
      about: "prints the outputs of each stack",
      load: async () => (await import("./fleet/outputs.ts")).outputs,
    },
    matrix: {
      about: "prints the stacks as a job matrix for GitHub Actions",
      load: async () => (await import("./fleet/matrix.ts")).matrix,
    },
  },
  examples: [
    { line: "npx mastiff fleet up --all", does: "brings up every community of the project" },
    { line: "npx mastiff fleet doctor --tag eu", does: "looks at those with the tag eu" },
  ],
};
