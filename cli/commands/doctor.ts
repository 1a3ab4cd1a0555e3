import { examine, isAtLeast, type Progress } from "../../checks/examine.ts";
import { inspection } from "../../checks/inspector.ts";
import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { failOn, urgencyOf } from "../doctor/fail-on.ts";
import { reportOf } from "../doctor/report.ts";
import { patientAt, patientOfStack } from "../doctor/whom.ts";
import { json, stack, community as whose } from "../options.ts";
import { UsageError } from "../usage-error.ts";

export const doctor = command({
  meta: {
    name: "doctor",
    description: "Looks at a community from outside and inside, and says what is wrong and how to repair it.",
  },
  notes: [
    "It asks as visitors, apps, other servers and mail servers do: DNS at the zone's name servers, certificates,",
    "the site, the fediverse's addresses, streaming, assets, files and the records of mail. All checks run at once,",
    "each for ten seconds at most. That needs no token, and neither stack nor pulumi with --domain.",
    "With a stack, a machine beside the web machines looks from inside, by flyctl: Sidekiq, migrations, the mail server's",
    "login, the bucket, Redis, the database and its disk. The machine, and an object that it puts, are gone at its end.",
    "With a stack that takes backups, it looks into their bucket too, with the key of the secret output backups.",
    "With the tokens of the environment, it asks the accounts: the rights and the end of each token, SendGrid's quota and",
    "bounces, what at Cloudflare keeps servers out. Nothing is changed.",
    "Each finding says what was asked, what came back, what it means and how to repair it. Its severity is info, warning",
    "or critical. The exit code is 1 when a finding has the severity of --fail-on or a higher one.",
  ],
  args: {
    stack,
    community: whose,
    domain: {
      type: "string",
      valueHint: "name",
      description: "instead of a stack: a community with the default hosts of this domain",
    },
    inside: {
      type: "boolean",
      default: true,
      negativeDescription: "leave out the look into the machines, which takes half a minute",
      description: "with a stack, look into its machines too",
    },
    json,
    "fail-on": failOn,
  },
  examples: [
    { line: "npx mastiff doctor -s acme", does: "checks the community of the stack acme" },
    { line: "npx mastiff doctor --domain acme.social", does: "without stack, project and pulumi" },
    { line: "npx mastiff doctor -s acme --no-inside", does: "without a machine for the look from inside" },
    { line: "npx mastiff doctor -s acme --json --fail-on warning", does: "for a script or a timer" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const talk = (line: string) => stderr(`${line}\n`);
    const least = urgencyOf(args["fail-on"]);
    const named = args.stack ?? args.community;
    if (args.domain !== undefined && named !== undefined)
      throw new UsageError({
        what: "-s and --domain each name a community, and doctor looks at one at a time.",
        fix: ["the hosts of a stack's config:  -s <stack>", "the default hosts:  --domain <domain>"],
      });
    const { community, internet, checks, leftOut, waited } =
      args.domain === undefined
        ? await patientOfStack(args.stack, args)
        : await patientAt(args.domain, inspection());
    const { length: count } = checks;
    if (leftOut !== undefined) talk(leftOut);
    talk(`${community.domain}: ${count} checks, all at once`);
    let ended = 0;
    const told = ({ check, found }: Progress) => {
      ended += 1;
      talk(`${ended}/${count}  ${check}: ${found?.urgency ?? "ok"}`);
    };
    const [found] = await Promise.all([examine(internet, community, told, checks), waited]);
    const silent = found.filter(({ answered }) => !answered).flatMap(({ also }) => [...also, ""]);
    if (silent.length === count) talk("Nothing answered at all: is this machine online?");
    stdout(
      args.json
        ? `${JSON.stringify(found, null, 2)}\n`
        : `${reportOf(found, { domain: community.domain, checks: count })}\n`,
    );
    return found.some(({ urgency }) => isAtLeast(urgency, least)) ? 1 : 0;
  },
});
