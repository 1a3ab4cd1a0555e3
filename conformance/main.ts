/**
 * `npm run conformance [-- <part> …]`: asks the official parts and ours the same questions and lists every answer that
 * differs. The folder of official parts is named by MASTIFF_OFFICIAL; what needs none of them is compared without it.
 * Exit code 0: no answer differed; 1: some did; 2: there was nothing to compare with.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { OfficialParts, Question } from "./question.ts";
import { type Difference, report } from "./report.ts";
import { closeSides } from "./sides.ts";

/** A subject of comparison. */
interface Part {
  /** The official program without which it cannot be compared; none where a recording or documents are the other side. */
  needs?: string;
  /** How many questions may be asked at once: those that start engines or clouds of their own are few. */
  atOnce: number;
  load(): Promise<Subject>;
}

interface Subject {
  questions(official: OfficialParts): Promise<Question[]>;
  /** What whoever reads the counts should know. */
  remarks?(): string[];
}

const parts: Record<string, Part> = {
  random: { needs: "pulumi-resource-random", atOnce: 4, load: () => import("./random.ts") },
  tls: { needs: "pulumi-resource-tls", atOnce: 4, load: () => import("./tls.ts") },
  command: { needs: "pulumi-resource-command", atOnce: 4, load: () => import("./command.ts") },
  cloudflare: { needs: "pulumi-resource-cloudflare", atOnce: 2, load: () => import("./cloudflare.ts") },
  "language-host": { needs: "pulumi-language-nodejs", atOnce: 2, load: () => import("./language-host.ts") },
  flyctl: { needs: "flyctl", atOnce: 2, load: () => import("./flyctl.ts") },
  "fly-toml": { needs: "flyctl", atOnce: 2, load: () => import("./fly-toml.ts") },
  "recorded-cloudflare": { atOnce: 1, load: () => import("./recorded-cloudflare.ts") },
  "documented-sendgrid": { atOnce: 4, load: () => import("./documented-sendgrid.ts") },
};

/** Longest that one side may take with a question, in milliseconds; most take a second. */
const patience = 180_000;

// Ends the process itself: a side that hangs would keep it alive.
process.exit(await main(process.argv.slice(2), process.env.MASTIFF_OFFICIAL));

async function main(wanted: string[], folder: string | undefined): Promise<number> {
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown !== undefined) {
    process.stderr.write(`No part is called ${unknown}; there are ${Object.keys(parts).join(", ")}.\n`);
    return 2;
  }
  const official = { bin: join(folder ?? "", "bin"), home: join(folder ?? "", "home") };
  const lines: string[] = [];
  const differences: Difference[] = [];
  let compared = 0;
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const missing = missingProgram(part, folder);
    if (missing !== undefined) {
      lines.push(`${name}: not compared, ${missing}`);
      continue;
    }
    compared += 1;
    const started = Date.now();
    const subject = await part.load();
    const questions = await subject.questions(official);
    const found = await askAll(questions, part.atOnce);
    differences.push(...found);
    const seconds = Math.round((Date.now() - started) / 1000);
    lines.push(`${name}: ${questions.length} questions, ${found.length} differences, ${seconds} s`);
    process.stdout.write(`${lines.at(-1)}\n`);
    for (const remark of subject.remarks?.() ?? []) process.stdout.write(`    ${remark}\n`);
  }
  await closeSides();
  if (compared === 0) {
    process.stderr.write(`${lines.join("\n")}\nnothing compared\n`);
    return 2;
  }
  process.stdout.write(report(lines, differences));
  return differences.length === 0 ? 0 : 1;
}

/** Why a part cannot be compared; undefined when it can. */
function missingProgram({ needs }: Part, folder: string | undefined): string | undefined {
  if (needs === undefined) return undefined;
  if (folder === undefined)
    return `it needs ${needs}, and MASTIFF_OFFICIAL names no folder (bin/, home/plugins/)`;
  return existsSync(join(folder, "bin", needs)) ? undefined : `${needs} is not in MASTIFF_OFFICIAL/bin`;
}

/** Asks both sides each question; an error is an answer too. */
async function askAll(questions: Question[], atOnce: number): Promise<Difference[]> {
  const waiting = [...questions];
  const differences: Difference[] = [];
  const worker = async () => {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift()) {
      const [official, ours] = await Promise.all([answer(question, "official"), answer(question, "ours")]);
      if (!isDeepStrictEqual(official, ours)) {
        differences.push({ part: question.part, question: question.name, official, ours });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return differences;
}

/** A side's answer; that there is none is an answer too, so that one who hangs is named and the others are asked. */
async function answer(question: Question, side: "official" | "ours"): Promise<unknown> {
  const limit = new AbortController();
  const silence = setTimeout(patience, { silent: `no answer within ${patience / 1000} s` }, limit).catch(
    () => {},
  );
  try {
    return await Promise.race([question.ask(side), silence]);
  } catch (error) {
    return { threw: error instanceof Error ? error.message : String(error) };
  } finally {
    limit.abort();
  }
}
