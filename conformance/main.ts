/**
 * `npm run conformance [-- <part> …]`: asks the official parts and ours the same questions and lists every answer that
 * differs. Exit code 0: none did. The folder of official parts is named by MASTIFF_OFFICIAL.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { OfficialParts, Question } from "./question.ts";
import { type Difference, report } from "./report.ts";
import { closeSides } from "./sides.ts";

/** A subject of comparison. `needs` is the official program without which it cannot be compared. */
interface Part {
  needs: string;
  /** How many questions may be asked at once: those that start engines or clouds of their own are few. */
  atOnce: number;
  load(): Promise<{ questions(official: OfficialParts): Promise<Question[]> }>;
}

const parts: Record<string, Part> = {
  random: { needs: "pulumi-resource-random", atOnce: 4, load: () => import("./random.ts") },
  tls: { needs: "pulumi-resource-tls", atOnce: 4, load: () => import("./tls.ts") },
  command: { needs: "pulumi-resource-command", atOnce: 4, load: () => import("./command.ts") },
  cloudflare: { needs: "pulumi-resource-cloudflare", atOnce: 2, load: () => import("./cloudflare.ts") },
  "language-host": { needs: "pulumi-language-nodejs", atOnce: 2, load: () => import("./language-host.ts") },
  flyctl: { needs: "flyctl", atOnce: 2, load: () => import("./flyctl.ts") },
  "fly-toml": { needs: "flyctl", atOnce: 2, load: () => import("./fly-toml.ts") },
};

/** Longest that one side may take with a question, in milliseconds; most take a second. */
const patience = 180_000;

// Ends the process itself: a side that hangs would keep it alive.
process.exit(await main(process.argv.slice(2), process.env.MASTIFF_OFFICIAL));

async function main(wanted: string[], folder: string | undefined): Promise<number> {
  if (folder === undefined) {
    process.stderr.write(
      "Nothing to compare with: MASTIFF_OFFICIAL names no folder with official parts (bin/, home/plugins/).\n",
    );
    return 2;
  }
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown !== undefined) {
    process.stderr.write(`No part is called ${unknown}; there are ${Object.keys(parts).join(", ")}.\n`);
    return 2;
  }
  const official = { bin: join(folder, "bin"), home: join(folder, "home") };
  const lines: string[] = [];
  const differences: Difference[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!existsSync(join(official.bin, part.needs))) {
      lines.push(`${name}: not compared, ${part.needs} is not in MASTIFF_OFFICIAL/bin`);
      continue;
    }
    const started = Date.now();
    const questions = await (await part.load()).questions(official);
    const found = await askAll(questions, part.atOnce);
    differences.push(...found);
    const seconds = Math.round((Date.now() - started) / 1000);
    lines.push(`${name}: ${questions.length} questions, ${found.length} differences, ${seconds} s`);
    process.stdout.write(`${lines.at(-1)}\n`);
  }
  await closeSides();
  process.stdout.write(report(lines, differences));
  return differences.length === 0 ? 0 : 1;
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
