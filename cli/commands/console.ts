import { type Argv, postgresConnect, sshConsole } from "../../providers/fly/call/argv.ts";
import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { flyctl, type OnFly, onFly } from "../flyctl.ts";
import { community, stack } from "../options.ts";
import { UsageError } from "../usage-error.ts";

/** What flyctl is asked for, by the word for it. */
const consoles = {
  rails: (community) => inWeb(community, "bin/rails console"),
  shell: (community) => inWeb(community, "bash"),
  psql: ({ plan }) => postgresConnect(plan.postgres.app, plan.postgres.database),
} as const satisfies Record<string, (community: OnFly) => Argv>;

type Console = keyof typeof consoles;

export const console = command({
  meta: {
    name: "console",
    description: "Opens a console in a community's machines on Fly: of Rails, a shell, or psql.",
  },
  notes: [
    "rails and shell run in a web machine that serves people, as the user of Mastodon: they share its memory.",
    "psql runs in the database's machine as superuser. What is done there is done at once, and is not in Pulumi.",
    "flyctl needs a way into the private network of the organisation: UDP, or websockets (flyctl wireguard websockets).",
  ],
  args: {
    stack,
    community,
    kind: {
      type: "positional",
      default: "rails",
      description: Object.keys(consoles).join(", "),
    },
  },
  examples: [
    { line: "npx mastiff console -s acme", does: "Rails, in production: mind each line" },
    { line: "npx mastiff console -s acme psql", does: "SQL in the community's database" },
    {
      line: "echo 'puts User.count' | npx mastiff console -s acme rails",
      does: "from a pipe: without a terminal",
    },
  ],
  async run({ args }) {
    const kind = consoleOf(args.kind);
    const of = await onFly(args.stack, args.community);
    return flyctl(consoles[kind](of), of);
  },
});

/** @throws UsageError when there is no such console */
function consoleOf(text: string): Console {
  if (Object.hasOwn(consoles, text)) return text as Console;
  throw new UsageError({
    what: `mastiff console has no ${JSON.stringify(text)}.`,
    fix: [`one of these:  ${Object.keys(consoles).join(", ")}`],
  });
}

/**
 * A program as Mastodon's image runs its own: in its folder, as its user (mastodon/mastodon: Dockerfile, WORKDIR and
 * USER). flyctl's session begins in / as root. A file that root leaves there could not be replaced by Mastodon.
 */
function inWeb({ plan }: OnFly, program: string): Argv {
  const home = "/opt/mastodon";
  const asUser = "setpriv --reuid=mastodon --regid=mastodon --init-groups";
  return sshConsole({
    app: plan.web.app,
    group: "web",
    pty: shell().isTerminal,
    command: `sh -c "cd ${home} && export HOME=${home} && exec ${asUser} ${program}"`,
  });
}
