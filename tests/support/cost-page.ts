/** The page docs/cost.md, from the prices (components/cost/prices.ts) and what follows from them. */
import { costOf } from "../../components/cost/cost.ts";
import { type Price, prices, regions, regionsPage } from "../../components/cost/prices.ts";
import { costLine, costTable } from "../../components/cost/report.ts";
import { unitUsd, usd } from "../../components/cost/usd.ts";
import { parse } from "./config.ts";

const presets = ["tiny", "guide", "small", "medium"] as const;
const shownRegions = ["iad", "ams", "fra", "sin", "gru"];

export function costPage(): string {
  return [
    "# What a community costs",
    `Generated from \`components/cost/\` by tests/unit/cost-page.test.ts. All amounts are US dollars without tax. A month has 30 days:
in a month of 31 days, machines cost a thirtieth more.`,
    `Mastiff computes the cost of a stack from its config. It asks no cloud, and needs no key. A preview says the cost in one line.
\`mastiff cost\` shows it as a table, and with \`--json\` for scripts, where all amounts of money are whole micro-dollars. The cost has
two parts. What config fixes (machines, volumes, addresses, plans) is known to the cent, and is the total. What depends on use is
shown beside it at an assumed amount. The last rows say what is free each month, and until when. A table of
its own has the change since the last \`up\`. A review ([review.md](review.md)) says the cost before and after, the change of each
part, and what is free for a time alone.`,
    "## Presets",
    "What config fixes, USD a month, with shared addresses and without the plan of a shared SendGrid account:",
    table(
      ["region", ...presets.map((preset) => `\`${preset}\``)],
      shownRegions.map((region) => [
        `\`${region}\``,
        ...presets.map((preset) => usd(costOf(parse({ region, preset })).fixedMicros)),
      ]),
    ),
    `The preset \`guide\` uses Upstash's Redis, which is paid by use: ${usd(pollsMicros())} USD a month for a Sidekiq with nothing to do.`,
    "The line of a preview, and the table of `mastiff cost`, for a community with the defaults:",
    `\`\`\`\n${costLine(costOf(parse()))}\n\n${costTable(costOf(parse()))}\n\`\`\``,
    "## Budget",
    `\`mastiff:budget\` is the most that the fixed part may cost a month. Beyond it, a preview and an \`up\` warn, or stop with
\`mastiff:budgetAction refuse\`. They say by how much it is too much, and list the changes of config that bring the cost back below
the budget, those that people notice least first: each with its command, what it saves, and what people notice. The changes do
not depend on each other, so each saves what it says alone, too.`,
    `\`\`\`sh
pulumi config set mastiff:budget 30
pulumi config set mastiff:budgetAction refuse
\`\`\``,
    `A change that could lose data is never among them: a volume never gets smaller, Redis keeps its kind and its memory, and nothing
moves to a cheaper region. Another mail server (\`mastiff:smtpServer\`) saves SendGrid's plan, but its price is not known here.`,
    "## Prices",
    "Every price has the page that states it, and the day on which the page stated it.",
    table(
      ["what", "USD", "per", "free a month", "source", "checked", "notes"],
      Object.values<Price>(prices).map((price) => [
        price.what,
        unitUsd(price.micros, 6),
        price.unit,
        String(price.free ?? ""),
        link(price.source),
        price.checked,
        linked(price.note ?? ""),
      ]),
    ),
    `A machine costs its CPUs, and its memory beyond 256 MB for each CPU, times the factor of its region (${link(regionsPage.source)},
${regionsPage.checked}). Machines in a region that is not in the table are counted at the lowest prices, and the report says so.`,
    table(
      ["region", "factor", "traffic, USD a GB"],
      Object.entries(regions).map(([code, { factor, traffic }]) => [
        `\`${code}\``,
        String(factor),
        unitUsd(traffic.micros),
      ]),
    ),
    "## What is assumed",
    `- The amounts of use are those in the table above, for every community. Only the number of backups, the runs of
  housekeeping and mirror, the days of snapshots and the commands of Redis at Upstash follow from config: a Sidekiq thread without a
  job asks Redis every 2 seconds
  ([Sidekiq](https://github.com/sidekiq/sidekiq/blob/main/lib/sidekiq/fetch.rb)), which is 1.3 million commands a month.
- A backup takes 5 minutes and has 1 GB, and the image of its machine has 1 GB. The free amount of R2 is for the uploads.
- Snapshots have 10 GB in five days, and 0.2 GB more for each day that \`mastiff:snapshotRetention\` adds.
- A run of the mirror takes 10 minutes, and 5 GB of uploads are new in a month. Its files are as large as housekeeping's.
- Housekeeping takes 2 minutes, and 3 seconds more for a thousand files, of 0.15 MB each. It lists them twice. Mastodon's image
  has 2 GB. R2 charges nothing for deleting.
- The free amounts are this community's alone. Several communities in one organisation at Fly, or in one account at Cloudflare,
  share them.
- SendGrid's plan counts as fixed with \`mastiff:sendgridAccountIsOurs true\`. Without it the account may be shared, so its plan is
  shown beside the total. Mastiff does not know which plan was bought: it counts the cheapest that does.`,
    "## What is not counted",
    `- Taxes, the domain's registration, and support plans.
- What a mail server of your own (\`mastiff:smtpServer\`) charges, and another S3 for backups or the mirror (the part \`s3\` of
  \`mastiff:backup\` and of \`mastiff:uploadsMirror\`).
- Pulumi Cloud, if the state is kept there.
- Discounts: Fly's reservations of machines, and allowances of Fly's discontinued plans.
- Machines that run for minutes: migrations, checks and jobs of a release, and \`tootctl\`.
- Paid plans and features of Cloudflare. Mastiff needs none of them.
- Traffic between regions. All machines of a community are in one region, where it is free.
- What Upstash charges beside commands and plans: stored data beyond 1 GB, and traffic beyond the plan's.
- Volumes, machines and addresses that config does not know, such as those that were made by hand.`,
    "",
  ].join("\n\n");
}

/** What the preset `guide` pays Upstash while no job waits. */
function pollsMicros(): number {
  return costOf(parse({ preset: "guide" })).use.find(({ cloud }) => cloud === "Upstash")?.micros ?? 0;
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function link(url: string): string {
  return `[${new URL(url).hostname.replace(/^www\./, "")}](${url})`;
}

/** A text with its addresses as links. */
function linked(text: string): string {
  return text.replace(/https:\/\/\S+/g, link);
}
