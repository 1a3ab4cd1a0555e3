/** A review as Markdown, for a comment: the verdict first, what a person judges by next, the list of resources last. Pure. */
import { signedUsd, usd, usdUp } from "../../components/cost/usd.ts";
import type { Change, System } from "./change.ts";
import type { CostChange } from "./cost-change.ts";
import type { Drift } from "./drift.ts";
import { mermaidOf } from "./picture.ts";
import type { Notice } from "./refusals.ts";
import { type FailedRun, isNobody, type Review } from "./review.ts";
import type { Operation } from "./steps.ts";

/** The most that one list shows: GitHub takes comments of up to 65,536 characters. */
const most = 40;

/** The first line of a review, by which a comment of an earlier run is found again. A reader does not see it. */
export function markerOf(stack: string): string {
  return `<!-- mastiff review ${stack.replaceAll("--", "- -")} -->`;
}

/** The review as a document. Without one of its findings, a section is left out. */
export function markdownOf(review: Review): string {
  const { stack, changes, interruptions, data, drift, failed, cost, refused, warnings } = review;
  const isEmpty = changes.length === 0;
  return [
    markerOf(stack),
    `## Review of ${code(stack)}`,
    verdictOf(review),
    ...section("Refused", refused.flatMap(noticeBlock)),
    ...section("Runs that failed", failed.flatMap(failedLines)),
    ...section("Drift", drift.flatMap(driftLines)),
    ...section("What restarts, and who is cut off", isEmpty ? [] : interruptionTable(interruptions)),
    ...section("Data", isEmpty ? [] : dataLines(data)),
    ...section("Changes", bySystem(changes)),
    ...section("Cost, USD a month", cost.flatMap(costLines)),
    ...section("Warnings", warnings.flatMap(noticeBlock)),
    ...(isEmpty ? [] : ["### The parts touched", `\`\`\`mermaid\n${mermaidOf(changes)}\n\`\`\``]),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

function verdictOf({ verdict, changes, drift, failed, interruptions, data, refused }: Review): string {
  const lost = data.filter(({ isLost }) => isLost).length;
  const cut = interruptions.filter((one) => !isNobody(one)).length;
  const facts = [
    count(changes.length, "change"),
    ...(drift.length > 0 ? [`${count(drift.length, "thing")} changed by other hands`] : []),
    ...(failed.length > 0 ? [`${count(failed.length, "machine")} whose last run failed`] : []),
    cut === 0 ? "nobody is cut off" : `**${count(cut, "interruption")}**`,
    lost === 0 ? noLoss(changes) : `**${count(lost, "loss", "losses")} of data**`,
  ].join(", ");
  if (verdict === "refused")
    return `⛔ **Refused: ${count(refused.length, "reason")}.** Nothing would be done. What follows is as far as the preview came.`;
  if (verdict === "nothing") return "✅ **Nothing to do.** The clouds are as the stack says.";
  const sign = lost > 0 ? "🛑" : cut > 0 || verdict === "drift" || verdict === "failed" ? "⚠️" : "✅";
  return `${sign} ${facts}.`;
}

/** A resource of the program's own may hold data that nothing here knows of. */
function noLoss(changes: readonly Change[]): string {
  const isForeign = ({ system, operation }: Change) =>
    system === "other" && (operation === "delete" || operation === "replace");
  return changes.some(isForeign) ? "no data that Mastiff knows of is lost" : "no data is lost";
}

function section(title: string, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? [] : [`### ${title}`, ...blocks];
}

function noticeBlock({ by, words, resource }: Notice): string[] {
  const about = resource === undefined ? "" : ` of ${code(resource)}`;
  return [`${by} says${about}:`, `\`\`\`text\n${words.replaceAll("```", "'''")}\n\`\`\``];
}

function driftLines({ system, name, differences, isRepaired }: Drift): string[] {
  const end = isRepaired ? "the next `up` repairs it" : "it is what the stack wants by now";
  return [
    `- **${system}** ${code(name)} (${end}):\n${differences.map((one) => `  - ${text(one)}`).join("\n")}`,
  ];
}

function failedLines({ name, words }: FailedRun): string[] {
  return [
    `- ${code(name)} (the next \`up\` starts another):\n${words.map((one) => `  - ${text(one)}`).join("\n")}`,
  ];
}

function interruptionTable(interruptions: Review["interruptions"]): string[] {
  if (interruptions.length === 0) return ["Nothing restarts. Nobody is cut off."];
  const rows = interruptions.map(
    ({ what, cutOff, lasts }) => `| ${cell(what)} | ${cell(cutOff)} | ${cell(lasts)} |`,
  );
  return [
    ["| what | who is cut off | for how long |", "| --- | --- | --- |", ...rows.slice(0, most)].join("\n"),
  ];
}

function dataLines(data: Review["data"]): string[] {
  if (data.length === 0) return ["No data is touched."];
  const lines = data.map(
    ({ what, happens, isLost }) => `- ${isLost ? "🛑 **lost**: " : ""}${text(what)} ${text(happens)}`,
  );
  return [lines.join("\n")];
}

const titles: Readonly<Record<System, string>> = {
  Cloudflare: "Cloudflare",
  Fly: "Fly",
  SendGrid: "SendGrid",
  secrets: "Secrets, in the state",
  state: "Notes in the state",
  other: "Other resources of the program",
};

const verbs: Readonly<Record<Operation, string>> = {
  create: "create",
  update: "change",
  replace: "**replace**",
  delete: "delete",
  forget: "leave",
};

function bySystem(changes: readonly Change[]): string[] {
  return (Object.keys(titles) as System[]).flatMap((system) => {
    const own = changes.filter((change) => change.system === system);
    if (own.length === 0) return [];
    const lines = own.flatMap(changeLines);
    const rest = lines.length > most ? [`- and ${lines.length - most} more`] : [];
    return [`**${titles[system]}**`, [...lines.slice(0, most), ...rest].join("\n")];
  });
}

function changeLines({ operation, what, name, words, isRepair }: Change): string[] {
  const why = isRepair ? " (repairs drift)" : "";
  const head = `- ${verbs[operation]} ${text(what)} ${code(name)}${why}`;
  return words.length === 0 ? [head] : [`${head}\n${words.map((word) => `  - ${text(word)}`).join("\n")}`];
}

function costLines(change: CostChange): string[] {
  const { community, beforeMicros, afterMicros, parts, useMicros, freeUntil, over } = change;
  const money = (micros: number | undefined) => (micros === undefined ? "–" : usd(micros));
  const difference =
    beforeMicros === undefined || afterMicros === undefined ? "" : signedUsd(afterMicros - beforeMicros);
  const rows = [
    ...parts.map(
      (part) =>
        `| ${cell(part.what)} | ${usd(part.beforeMicros)} | ${usd(part.afterMicros)} | ${signedUsd(part.afterMicros - part.beforeMicros)} |`,
    ),
    `| **${cell(community)}, fixed** | ${money(beforeMicros)} | ${money(afterMicros)} | ${difference} |`,
  ];
  return [
    ["| | before | after | change |", "| --- | --: | --: | --: |", ...rows].join("\n"),
    ...(useMicros === undefined
      ? []
      : [
          [
            `On top, by use: about ${usd(useMicros)} (${code("npx mastiff cost")}).`,
            ...freeUntil.map((words) => `Free for a time: ${text(words)}.`),
          ].join(" "),
        ]),
    ...(over === undefined
      ? []
      : [`⚠️ ${usdUp(over.excessMicros)} beyond ${code("mastiff:budget")} (${usd(over.budgetMicros)}).`]),
  ];
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

/** Text in which nothing is markup: names and values come from config and from the clouds. */
function text(words: string): string {
  return words.replaceAll(/[\\`*_[\]<>#|~]/g, "\\$&").replaceAll("\n", " ");
}

function cell(words: string): string {
  return text(words);
}

function code(words: string): string {
  return `\`${words.replaceAll("`", "'")}\``;
}
