import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "./schema.ts";

/** One thing that is wrong with the config. */
export interface ConfigProblem {
  key: string;
  /** Where in the key's value, when that is an object: `memoryMb` of `web`. */
  path?: string | undefined;
  /** The value as it was set; undefined when it is missing or secret. */
  value?: string | undefined;
  reason: string;
  /** A value that would do, where one is known. */
  right?: string | undefined;
  /** Whether the way out is to have no such key. Default false. */
  remove?: boolean | undefined;
  /** What to do where that is more than setting or removing the key; a line each. */
  fix?: string[] | undefined;
}

/** Config that is refused, with everything that is wrong with it. Shown without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly problems: ConfigProblem[];

  constructor(problems: ConfigProblem[], stack: string) {
    super(
      `${problems.length} problem(s) in Pulumi.${stack}.yaml, nothing was done:\n\n${describe(problems, stack)}`,
    );
    this.problems = problems;
  }
}

/** One paragraph per problem: what, where, how to fix it. */
function describe(problems: ConfigProblem[], stack: string): string {
  return problems
    .map((problem) => {
      const at = nameOf(problem);
      const { value, reason } = problem;
      const what = value === undefined ? `${at}: ${reason}` : `${at} is ${JSON.stringify(value)}: ${reason}`;
      const fixes = (problem.fix ?? [command(problem)]).map((line) =>
        line.startsWith("pulumi config ") ? `${line} --stack ${stack}` : line,
      );
      return `  ${what}\n${fixes.map((line) => `      fix: ${line}`).join("\n")}`;
    })
    .join("\n");
}

function nameOf({ key, path }: ConfigProblem): string {
  return `mastiff:${key}${path === undefined ? "" : `.${path}`}`;
}

/** The command that sets the key right, or takes it away. */
function command(problem: ConfigProblem): string {
  const { key, path, right, remove } = problem;
  const at = path === undefined ? nameOf(problem) : `--path ${shellWord(nameOf(problem))}`;
  if (remove === true) return `pulumi config rm ${at}`;
  const secret = (secretKeys as readonly string[]).includes(key) ? " --secret" : "";
  // A value that looks like a number is stored as one below a path, unless its type is said.
  const type = key === "env" && path !== undefined ? " --type string" : "";
  return `pulumi config set ${at} ${right === undefined ? "<value>" : shellWord(right)}${secret}${type}`;
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+:,./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
