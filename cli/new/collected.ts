/** All answers of a new stack: from a person, question by question, or from what was given, all at once. */
import type { ConfigProblem } from "../../components/config/config-error.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import { shell } from "../../providers/shared/shell.ts";
import { UsageError } from "../usage-error.ts";
import { judged } from "./judged.ts";
import { type Answers, missingIn, type Question, questions, wayOf, withUsual } from "./questions.ts";
import type { Objection, Seen } from "./seen.ts";

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
  const found = [...new Set(seen.flatMap(({ problems }) => problems.map(({ words }) => words)))];
  if (found.length > 0)
    throw new OperatorError([...found.map(inOptions), "Nothing was written."].join("\n\n"));
  return answers;
}

/**
 * Asks a person for what is not given. Where rules or clouds object, it says why, and asks the question whose answer is at
 * fault: that may be an earlier one, or one that is not asked otherwise. Then the same look is taken again.
 *
 * @throws OperatorError when the person ends it
 */
export async function askFor(given: Answers, look: Look): Promise<Answers> {
  let answers = given;
  const settled = new Set<string>();
  /** What was answered to the questions that have to be asked again, and what may be right. */
  const again = new Map<string, { was: string | undefined; offered: string | undefined }>();
  const isOpen = ({ key, arises, isAsked }: Question) =>
    !settled.has(key) && arises?.(answers) !== false && (isAsked !== false || answers[key] !== undefined);
  const next = () => questions.find(({ key }) => again.has(key)) ?? questions.find(isOpen);
  for (let question = next(); question !== undefined; question = next()) {
    const { key } = question;
    const { was, offered } = again.get(key) ?? {};
    const answer = answers[key] ?? (await typedFor(question, answers, offered));
    if (again.delete(key))
      answers = without(
        answers,
        outdated(was === undefined ? answers : { ...answers, [key]: was }, key, answer),
      );
    answers = { ...answers, [key]: answer };
    const objections = await objectionsTo(key, answers, look);
    say(objections.map(({ words }) => words));
    for (const { key: one = key, offered: instead } of objections)
      again.set(one, { was: answers[one], offered: instead ?? answers[one] });
    if (objections.length === 0) settled.add(key);
    answers = without(answers, [...again.keys()]);
    for (const one of settled) if (answers[one] === undefined) settled.delete(one);
  }
  return answers;
}

/** Questions whose usual answer was taken, and is another one as soon as this question has another answer. */
function outdated(before: Answers, key: string, answer: string): string[] {
  const after = { ...before, [key]: answer };
  return questions
    .filter(({ usual, ...one }) => {
      const usually = usual?.(before);
      return usually !== undefined && before[one.key] === usually && usual?.(after) !== usually;
    })
    .map((one) => one.key);
}

function without(answers: Answers, keys: readonly string[]): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([key]) => !keys.includes(key)));
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

/** An objection to an answer, and what may be right instead: for a cloud, the same answer at another time. */
type Refusal = Objection & { offered?: string | undefined };

async function objectionsTo(key: string, answers: Answers, look: Look): Promise<readonly Refusal[]> {
  // What a file says beyond the questions is judged with all answers, and nobody can type it here.
  const problems = problemsIn(answers).filter((one) =>
    questions.some((question) => question.key === one.key),
  );
  if (problems.length > 0)
    return problems.map((one) => ({
      words: `${wordsOf(one)}${one.right === undefined ? "" : `   (did you mean ${one.right})`}`,
      key: one.key,
      offered: one.right ?? "",
    }));
  const { problems: found, notes } = await look(key, answers);
  say(notes);
  return found.map((one) => ({ ...one, words: inOptions(one.words) }));
}

/** @param offered what is taken when nothing is typed, where the question has no usual answer */
async function typedFor(
  { key, words, usual, variable }: Question,
  answers: Answers,
  offered: string | undefined,
): Promise<string> {
  const usually = usual?.(answers) ?? (variable === undefined ? offered : undefined);
  const shown = usually === undefined || usually === "" ? "" : ` [${usually}]`;
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
