/** Rules for the operator's own variables. */
import type { ConfigProblem } from "./config-error.ts";
import { reservation, reservedReason } from "./reserved-names.ts";
import type { Community } from "./schema.ts";

/** Which variables of `mastiff:env` and `mastiff:secretEnv` cannot be set, and why. */
export function variableProblems(community: Community): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [key, names] of [
    ["env", Object.keys(community.env)],
    ["secretEnv", community.secretEnvNames],
  ] as const) {
    for (const path of names) {
      const remove = removal(key, path);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(path)) {
        problems.push({
          key,
          path,
          reason: "a variable's name is letters, digits and _",
          fix: [remove],
        });
      }
      const reason = reservedReason(path);
      if (reason === undefined) continue;
      problems.push({ key, path, reason, fix: [remove, ...instead(path)] });
    }
  }
  for (const path of community.secretEnvNames) {
    if (!(path in community.env)) continue;
    const reason = "is set in mastiff:env too";
    problems.push({ key: "secretEnv", path, reason, fix: [removal("env", path)] });
  }
  return problems;
}

function removal(key: string, name: string): string {
  const path = /^\w+$/.test(name) ? `mastiff:${key}.${name}` : `'mastiff:${key}["${name}"]'`;
  return `pulumi config rm --path ${path}`;
}

/** The key to set in place of the variable, where there is one. */
function instead(name: string): string[] {
  const found = reservation(name);
  const [key] = found?.kind === "key" ? found.keys : [];
  if (key === undefined) return [];
  return [
    `then, if it is to be another:  pulumi config set ${key.includes(".") ? "--path " : ""}mastiff:${key} <value>`,
  ];
}
