/** Rules for the operator's own variables. */
import { setParts } from "../../providers/rules/config-parts.ts";
import type { ConfigProblem } from "./config-error.ts";
import { reservation, reservedReason } from "./reserved-names.ts";
import type { CommunitySettings } from "./schema.ts";

/** Which variables of `mastiff:env` and `mastiff:secretEnv` cannot be set, and why. */
export function variableProblems(community: CommunitySettings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  // Placeholders: a printed command never contains a secret, so the operator writes its value again.
  const secrets = Object.fromEntries(community.secretEnvNames.map((name) => [name, itsValue]));
  for (const [key, parts] of [
    ["env", community.env],
    ["secretEnv", secrets],
  ] as const) {
    for (const part of Object.keys(parts)) {
      const refused = { key, at: { part, parts }, remove: true };
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(part))
        problems.push({ ...refused, reason: "a variable's name consists of letters, digits and _" });
      const reason = reservedReason(part);
      if (reason !== undefined) problems.push({ ...refused, reason, afterwards: instead(part, community) });
      else if (key === "env" && part in secrets)
        problems.push({ ...refused, reason: "is set in mastiff:secretEnv too" });
    }
  }
  return problems;
}

/** Placeholder in a printed command for the value of an existing secret. */
export const itsValue = "<its value>";

/** How to set the config key that replaces the variable; empty when there is none. */
function instead(name: string, community: CommunitySettings): string[] {
  const found = reservation(name);
  const [path] = found?.kind === "key" ? found.keys : [];
  if (path === undefined) return [];
  const [key = "", part] = path.split(".");
  const set =
    part === undefined
      ? `pulumi config set mastiff:${key} <value>`
      : setParts(`mastiff:${key}`, { ...partsOf(community, key), [part]: "<value>" });
  return [`then, to change the value:  ${set}`];
}

function partsOf({ sizes }: CommunitySettings, key: string): object {
  return sizes[key as keyof typeof sizes] ?? {};
}
