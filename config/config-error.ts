import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "./schema.ts";

/** One thing that is wrong with the config. */
export interface ConfigProblem {
  key: string;
  /** The value as it was set; undefined when it is missing or secret. */
  value?: string | undefined;
  reason: string;
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
    .map(({ key, value, reason }) => {
      const what =
        value === undefined
          ? `mastiff:${key}: ${reason}`
          : `mastiff:${key} is ${JSON.stringify(value)}: ${reason}`;
      const secret = (secretKeys as readonly string[]).includes(key) ? " --secret" : "";
      const fix = reason.startsWith("is no key")
        ? `pulumi config rm mastiff:${key} --stack ${stack}`
        : `pulumi config set mastiff:${key} <value>${secret} --stack ${stack}`;
      return `  ${what}\n      fix: ${fix}`;
    })
    .join("\n");
}
