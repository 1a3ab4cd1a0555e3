import { appLogs } from "../../providers/fly/call/argv.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { backupApp } from "../backups/of-stack.ts";
import { command } from "../command.ts";
import { flyctl, type OnFly, onFly } from "../flyctl.ts";
import { community, stack } from "../options.ts";
import { UsageError } from "../usage-error.ts";

/** Which app it is, by the word for it. */
const apps = {
  web: ({ plan }) => plan.web.app,
  streaming: ({ plan }) => plan.streaming.app,
  database: ({ plan }) => plan.postgres.app,
  redis({ settings, plan }) {
    if (plan.redis.size.kind === "own") return plan.redis.name;
    throw new OperatorError(
      `The Redis of ${settings.domain} is Upstash's (mastiff:redis), and has no log on Fly.\n  fix     see it at Upstash:  flyctl redis dashboard ${settings.flyOrg}`,
    );
  },
  backup: ({ settings }) => backupApp(settings),
  mirror({ settings, plan }) {
    if (plan.mirror !== undefined) return plan.mirror.app;
    throw new OperatorError(
      `The uploads of ${settings.domain} have no mirror: mastiff:uploadsMirror is not set.\n  fix     have one, after a look at its price (docs/backups.md, “The uploads”):  pulumi config set mastiff:uploadsMirror '{}' && pulumi up`,
    );
  },
} as const satisfies Record<string, (community: OnFly) => string>;

type App = keyof typeof apps;

export const logs = command({
  meta: { name: "logs", description: "Shows the log of a community's machines on Fly, and follows it." },
  notes: [
    "It runs flyctl logs with the app's name. Fly keeps about a hundred lines of each app.",
    "The web app has the machines of the site and those of Sidekiq. Ctrl-C ends it.",
  ],
  args: {
    stack,
    community,
    app: {
      type: "string",
      valueHint: "name",
      default: "web",
      description: `whose: ${Object.keys(apps).join(", ")}`,
    },
    tail: {
      type: "boolean",
      default: true,
      description: "follow the log",
      negativeDescription: "print what Fly has kept, and end",
    },
  },
  examples: [
    { line: "npx mastiff logs -s acme", does: "follows the site and Sidekiq" },
    { line: "npx mastiff logs -s acme --app backup --no-tail", does: "what the last backups said" },
  ],
  async run({ args }) {
    const app = appOf(args.app);
    const of = await onFly(args.stack, args.community);
    return flyctl(appLogs(apps[app](of), { tail: args.tail }), of);
  },
});

/** @throws UsageError when there is no such app */
function appOf(text: string): App {
  if (Object.hasOwn(apps, text)) return text as App;
  throw new UsageError({
    what: `--app is ${JSON.stringify(text)}: a community has no such app.`,
    fix: [`one of these:  ${Object.keys(apps).join(", ")}`],
  });
}
