/** All answers of a new stack: from a person, question by question, or from what was given, all at once. */
import type { ConfigProblem } from "../../components/config/config-error.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { UsageError } from "../usage-error.ts";
import { judged } from "./judged.ts";
import { type Answers, missingIn, type Question, questions, wayOf, withUsual } from "./questions.ts";
import type { Seen } from "./seen.ts";

/** Looks at the cloud that an answer is about. */
export type Look = (key: string, answers: Answers) => Promise<Seen>;

/**
 * Takes the answers without asking.
 *
 * @param isSure whether nobody has to be asked (`--yes`)
 * @throws UsageError with all that is missing or breaks a rule; OperatorError with all that the clouds object to
 */
export async function takeAll(given: Answers, isSure: boolean, look: Look): Promise<Answers> {
  const answers = withUsual(given);
  const missing = missingIn(answers);
  const problems = problemsIn(answers);
  if (missing.length + problems.length > 0 || !isSure) throw refused(missing, problems, isSure);
  const seen = await Promise.all(questions.map(({ key }) => look(key, answers)));
  say(seen.flatMap(({ notes }) => notes));
  // Two answers about one cloud meet the same obstacle.
  const found = [...new Set(seen.flatMap((one) => one.problems))];
  if (found.length > 0)
    throw new OperatorError([...found.map(inOptions), "Nothing was written."].join("\n\n"));
  return answers;
}

/**
 * Asks a person for what is not given, and again for what cannot be used.
 *
 * @throws OperatorError when the person ends it
 */
export async function askFor(given: Answers, look: Look): Promise<Answers> {
  let answers = given;
  for (const question of questions) {
    const { key, arises, isAsked } = question;
    if (arises?.(answers) === false || (isAsked === false && given[key] === undefined)) continue;
    answers = { ...answers, [key]: await settled(question, answers, look) };
  }
  return answers;
}

/** The settings that the answers make. @throws UsageError when they break a rule */
export function settingsOf(answers: Answers): CommunitySettings {
  const judgement = judged(answers);
  if ("settings" in judgement) return judgement.settings;
  throw refused([], judgement.problems);
}

/** Has the person agree. @throws OperatorError when the person does not */
export async function agreed(question: string): Promise<void> {
  const typed = await shell().ask(`${question} [Y/n] `);
  if (typed === undefined || !/^(y(es)?)?$/i.test(typed.trim())) throw stopped();
}

/** The same text with options in place of commands: there is no stack yet whose config could be set. */
function inOptions(text: string): string {
  return text.replace(/pulumi config set mastiff:(\w+) (.*)$/gm, (_line, key: string, value: string) =>
    wayOf(key, value),
  );
}

/** Says paragraphs to the person. */
function say(paragraphs: readonly string[]): void {
  for (const text of paragraphs) shell().stderr(`${text}\n`);
}

/** An answer that rules and clouds accept: the given one, or one that is typed. */
async function settled(question: Question, answers: Answers, look: Look): Promise<string> {
  const { key } = question;
  for (let given = answers[key]; ; given = undefined) {
    const answer = given ?? (await typedFor(question, answers));
    const problems = await objectionsTo(key, { ...answers, [key]: answer }, look);
    if (problems.length === 0) return answer;
    say(problems);
  }
}

async function objectionsTo(key: string, answers: Answers, look: Look): Promise<readonly string[]> {
  // What a file says beyond the questions is judged with all answers, and nobody can type it here.
  const problems = problemsIn(answers).filter((one) =>
    questions.some((question) => question.key === one.key),
  );
  if (problems.length > 0)
    return problems.map(
      (one) => `${wordsOf(one)}${one.right === undefined ? "" : `   (did you mean ${one.right})`}`,
    );
  const { problems: found, notes } = await look(key, answers);
  say(notes);
  return found.map(inOptions);
}

async function typedFor({ key, words, usual, variable }: Question, answers: Answers): Promise<string> {
  const usually = usual?.(answers);
  const shown = usually === undefined ? "" : ` [${usually}]`;
  for (;;) {
    const typed = await shell().ask(`${words}${shown}: `, { isHidden: variable !== undefined });
    if (typed === undefined) throw stopped();
    // A password may begin or end with a blank.
    const text = (variable === undefined ? typed.trim() : typed) || usually;
    if (text) return text;
    say([`${key} is needed.`]);
  }
}

function problemsIn(answers: Answers): readonly ConfigProblem[] {
  const judgement = judged(answers);
  return "problems" in judgement ? judgement.problems : [];
}

function refused(
  missing: readonly Question[],
  problems: readonly ConfigProblem[],
  isSure = true,
): UsageError {
  return new UsageError({
    what: `Answers that are missing: ${missing.length}, that cannot be used: ${problems.length}. Nothing was written.`,
    fix: [
      ...missing.map(({ key, variable, valueHint, words }) => {
        const value = variable === undefined ? `<${valueHint}>` : "…";
        return `${wayOf(key, value)}   (${words})`;
      }),
      ...problems.map((one) => `${wayOf(one.key, one.right ?? "<value>")}   (${wordsOf(one)})`),
      ...(isSure ? [] : ["--yes   (no terminal to ask on)"]),
    ],
  });
}

function wordsOf({ key, value, reason }: ConfigProblem): string {
  return value === undefined ? `${key}: ${reason}` : `${key} is ${JSON.stringify(value)}: ${reason}`;
}

function stopped(): OperatorError {
  return new OperatorError("Stopped. Nothing was written.");
}
