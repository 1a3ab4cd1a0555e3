/** The policies as Pulumi takes them: `pulumi preview --policy-pack policy`, with any backend. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Policies, PolicyPack } from "@pulumi/policy";
import { settingsInArguments, settingsInConfig } from "./community-settings.ts";
import { backendProblem, rules } from "./policies.ts";

/** Where the state of this run is: the variable first, as the engine reads it, then the last `pulumi login`. */
function backendUrl(): string | undefined {
  const { PULUMI_BACKEND_URL, PULUMI_CREDENTIALS_PATH, PULUMI_HOME } = process.env;
  if (PULUMI_BACKEND_URL) return PULUMI_BACKEND_URL;
  const folder = PULUMI_CREDENTIALS_PATH ?? PULUMI_HOME ?? join(homedir(), ".pulumi");
  try {
    return (JSON.parse(readFileSync(join(folder, "credentials.json"), "utf8")) as { current?: string })
      .current;
  } catch {
    return undefined;
  }
}

const ofSettings = rules.map(({ problems, ...rule }): Policies[number] => ({
  ...rule,
  // A community that is made from arguments shows them as its inputs.
  validateResource(resource, report) {
    const settings = settingsInArguments(resource);
    for (const problem of settings === undefined ? [] : problems(settings)) report(problem);
  },
  validateStack({ resources }, report) {
    const stack = resources[0]?.urn.split(":")[2] ?? "";
    const settings = settingsInConfig(resources, stack);
    for (const problem of settings === undefined ? [] : problems(settings)) report(problem);
  },
}));

new PolicyPack("mastiff", {
  policies: [
    {
      name: "state-not-a-file",
      description: "The state is in Pulumi Cloud or in a bucket.",
      enforcementLevel: "mandatory",
      validateStack(_stack, report) {
        const problem = backendProblem(backendUrl());
        if (problem !== undefined) report(problem);
      },
    },
    ...ofSettings,
  ],
});
