import type { Command } from "../command.ts";

export const fleet: Command = {
  meta: { name: "fleet", description: "Acts on many communities of a project at once, several at a time." },
  notes: [
    "Each command takes the stacks by --stacks, --tag or --all. One that fails does not stop the others.",
    "The exit code is 0 when every stack is done, else that of the worst.",
  ],
  commands: {
    preview: {
      about: "previews each stack",
      load: async () => (await import("./fleet/preview.ts")).preview,
    },
    up: {
      about: "brings up each stack, a canary first",
      load: async () => (await import("./fleet/up.ts")).up,
    },
    doctor: {
      about: "says what is wrong with each community",
      load: async () => (await import("./fleet/doctor.ts")).doctor,
    },
    drift: {
      about: "finds what other hands have changed in each stack",
      load: async () => (await import("./fleet/drift.ts")).drift,
    },
    outputs: {
      about: "prints the outputs of each stack",
      load: async () => (await import("./fleet/outputs.ts")).outputs,
    },
    backup: {
      about: "takes a backup of each community now",
      load: async () => (await import("./fleet/backup.ts")).backup,
    },
    upgrade: {
      about: "brings each community to a version of Mastodon, in waves",
      load: async () => (await import("./fleet/upgrade.ts")).upgrade,
    },
    destroy: {
      about: "destroys the resources of each stack, after a question",
      load: async () => (await import("./fleet/destroy.ts")).destroy,
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
