// Not from the whole SDK, which takes five times as long to load: the commands check config too.
import { RunError } from "@pulumi/pulumi/errors.js";
import { type Parts, setParts, setTexts, shellWord } from "../../providers/rules/config-parts.ts";
import { inArguments } from "./arguments.ts";
import { secretKeys } from "./schema.ts";

/** One problem in the config. */
export interface ConfigProblem {
  /** The key without its namespace: `domain`. */
  key: string;
  /** The part with the problem, when the key's value is an object. */
  at?: { part: string; parts: Parts } | undefined;
  /** The value as it was set; undefined when it is missing or secret. */
  value?: string | undefined;
  reason: string;
  /** A correct value, where one is known. */
  right?: string | undefined;
  /** Whether the fix is to remove the key or its part. Default false. */
  remove?: boolean | undefined;
  /** The steps of a fix that is more than setting or removing the key; a line each. Not for a part (`at`). */
  fix?: string[] | undefined;
  /** Further steps after the fix; a line each. */
  afterwards?: string[] | undefined;
}

/** Where the values were set: in the config of a stack, or in the arguments of a community. */
export type Origin = { stack: string } | { community: string };

/** The error for a refused config, with all of its problems. Pulumi shows it without a stack trace. */
export class ConfigError extends RunError {
  readonly problems: ConfigProblem[];

  constructor(problems: ConfigProblem[], origin: Origin) {
    super(
      "stack" in origin
        ? `${problems.length} problem(s) in Pulumi.${origin.stack}.yaml, nothing was done:\n\n${describe(problems, origin.stack)}`
        : `${problems.length} problem(s) in the arguments of Community "${origin.community}", nothing was done:\n\n${inArguments(describe(problems), origin.community)}`,
    );
    this.problems = problems;
  }
}

/**
 * One paragraph per problem: the key, its value and what is wrong with it. Each step of the fix is a line.
 *
 * @param stack the stack that the printed `pulumi config` commands name. Default: the commands name none.
 */
function describe(problems: ConfigProblem[], stack?: string): string {
  return problems
    .map((problem) => {
      const name = nameOf(problem);
      const { value, reason } = problem;
      const what =
        value === undefined ? `${name}: ${reason}` : `${name} is ${JSON.stringify(value)}: ${reason}`;
      const fixes = [...(problem.fix ?? commands(problem, problems)), ...(problem.afterwards ?? [])].map(
        (line) =>
          stack !== undefined && line.startsWith("pulumi config ") ? `${line} --stack ${stack}` : line,
      );
      return `  ${what}\n${fixes.map((line) => `      fix: ${line}`).join("\n")}`;
    })
    .join("\n");
}

/** The key, or the part of its object, as an operator writes it: `mastiff:web.count`. */
function nameOf({ key, at }: ConfigProblem): string {
  return `mastiff:${key}${at === undefined ? "" : `.${at.part}`}`;
}

/** The commands that correct or remove the key. The problems of one object all have the same commands. */
function commands({ key, at, right, remove }: ConfigProblem, all: readonly ConfigProblem[]): string[] {
  const name = `mastiff:${key}`;
  const isSecret = (secretKeys as readonly string[]).includes(key);
  if (at !== undefined) return partCommands(name, at.parts, partProblems(key, all), isSecret);
  if (remove === true) return [`pulumi config rm ${name}`];
  return [
    `pulumi config set ${name} ${right === undefined ? "<value>" : shellWord(right)}${isSecret ? " --secret" : ""}`,
  ];
}

/** The problems in the parts of one object. */
function partProblems(key: string, all: readonly ConfigProblem[]): ConfigProblem[] {
  return all.filter((problem) => problem.key === key && problem.at !== undefined);
}

/**
 * The commands that fix all problems of one object together. They set every part of the object
 * (config-parts.ts), so commands for one problem alone would set the wrong values of the other parts again.
 */
function partCommands(
  name: string,
  parts: Parts,
  problems: readonly ConfigProblem[],
  isSecret: boolean,
): string[] {
  const repaired = structuredClone(parts) as Record<string, unknown>;
  for (const { at, right = "<value>", remove } of problems) {
    if (at === undefined) continue;
    const { holder, name: last } = holderOf(repaired, at.part);
    if (remove === true) delete holder[last];
    else holder[last] = right;
  }
  // `set-all` keeps the parts that it does not name. To lose one part, the object is removed and set again.
  const removal = problems.some((problem) => problem.remove === true) ? [`pulumi config rm ${name}`] : [];
  if (Object.keys(repaired).length === 0) return removal;
  // The value of an environment variable may look like a number, and must be stored as text.
  const isText = name === "mastiff:env";
  return [...removal, ...(isText ? setTexts(name, repaired) : [setParts(name, repaired, isSecret)])];
}

/** The object or list that contains a part, `keep.daily` or `recipients.0`, and the part's name in it. */
function holderOf(
  parts: Record<string, unknown>,
  part: string,
): { holder: Record<string, unknown>; name: string } {
  const [first = "", ...rest] = part.split(".");
  const below = parts[first];
  // The name of a variable may have a dot in it.
  if (rest.length === 0 || part in parts || typeof below !== "object" || below === null)
    return { holder: parts, name: part };
  return holderOf(below as Record<string, unknown>, rest.join("."));
}
