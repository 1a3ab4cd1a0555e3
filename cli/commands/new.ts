import { budgetProblem } from "../../components/cost/budget.ts";
import { costOf } from "../../components/cost/cost.ts";
import { costLine } from "../../components/cost/report.ts";
import { shell } from "../../providers/shared/shell.ts";
import { yes } from "../asking.ts";
import { command } from "../command.ts";
import { agreed, askFor, settingsOf, takeAll } from "../new/collected.ts";
import { givenAnswers } from "../new/given.ts";
import { looksFor } from "../new/looks.ts";
import { type Answers, configFor, questions } from "../new/questions.ts";
import { well } from "../new/seen.ts";
import { fileOf, refuseExisting, writeStack } from "../new/written.ts";

/** An option for each question whose answer is no secret. */
const options = Object.fromEntries(
  questions.flatMap(({ option, valueHint, words }) =>
    option === undefined ? [] : [[option, { type: "string" as const, valueHint, description: words }]],
  ),
);

/**
 * Makes a stack and its config; `pulumi up` makes the community.
 *
 *   options, file, environment ─┬─► rules of config ─► looks at the clouds ─► cost ─► the stack and its file
 *   the person at the terminal ─┘        an answer that is refused is asked for again
 *
 * Until the last step nothing is written, here or anywhere.
 */
export const newStack = command({
  meta: {
    name: "new",
    description: "Makes the stack of a new community, and looks each answer up at the clouds.",
  },
  notes: [
    "On a terminal it asks for what no option says. Ctrl-C stops it at any question, with nothing written.",
    "Elsewhere, or with --yes, all that is missing is named at once, and the exit code is 2.",
    "It looks at the clouds with the tokens of the environment, which it stores nowhere: their rights, the zone and what",
    "stands at the community's hosts, R2, the names of the apps, the region, SendGrid's plan. It changes nothing there.",
    "A file of answers is YAML or JSON, with any key of docs/config.md. The password of a mail server is asked for, or",
    "read from MASTIFF_SMTP_PASSWORD. A stack or a file that exists is never overwritten.",
  ],
  args: {
    stack: {
      type: "string",
      alias: "s",
      valueHint: "name",
      description: "name of the new stack (Default: the first part of the domain)",
    },
    ...options,
    from: { type: "string", valueHint: "file", description: "a file of answers; options count more" },
    look: {
      type: "boolean",
      default: true,
      negativeDescription: "write the stack without a look at the clouds",
      description: "look at the clouds before the stack is written",
    },
    yes,
  },
  examples: [
    { line: "npx mastiff new", does: "asks" },
    { line: "npx mastiff new -s acme --domain acme.social --region fra", does: "asks for the rest" },
    { line: "npx mastiff new -s acme --from acme.answers.yaml --yes", does: "for a script" },
  ],
  async run({ args }) {
    const { isTerminal, stdout, stderr } = shell();
    const { stack: name, from, look: isLooked, yes: isSure } = args as Words;
    const named = ({ domain = "" }: Answers) => name ?? domain.split(".")[0] ?? "";
    const given = await givenAnswers(args, from);
    const early = named(given);
    if (early !== "") await refuseExisting(early);
    const look = isLooked ? looksFor(named) : async () => well;
    const isAsking = isTerminal && !isSure;
    const answers = isAsking ? await askFor(given, look) : await takeAll(given, isSure === true, look);

    const stack = named(answers);
    if (stack !== early) await refuseExisting(stack);
    const settings = settingsOf(answers);
    const cost = costOf(settings);
    stdout(`${settings.domain} costs ${costLine(cost)}\n`);
    if (isAsking) await agreed(`Make the stack ${stack}, with its config in ${fileOf(stack)}?`);
    await writeStack(stack, configFor(answers));
    stdout(`The stack ${stack} is there, with its config in ${fileOf(stack)}.\n`);
    // Its ways back are commands, which need the stack.
    const beyond = budgetProblem(settings, cost);
    if (beyond !== undefined) stderr(`${beyond}\n`);
    stderr(
      `now     see what would be made:  pulumi preview -s ${stack}\n        then make it:  pulumi up -s ${stack}\n        then see whether all is well:  npx mastiff doctor -s ${stack}\n`,
    );
  },
});

/** The options that are no answers. */
interface Words {
  stack?: string;
  from?: string;
  look: boolean;
  yes?: boolean;
}
