/** `orgs list`, `auth whoami`, `auth token`. Source: superfly/flyctl internal/command/orgs, auth. */
import { queries } from "../api/queries.ts";
import { nodes, type Organization } from "../choose.ts";
import { wrap } from "../go/errors.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function listOrganizations(run: Run): Promise<void> {
  requireSession(run);
  const data = await run.graphql.run(queries.getOrganizations, { admin: false });
  const all = nodes<Organization>(data.organizations);
  if (run.settings.json) {
    run.json(Object.fromEntries(all.map((one) => [one.slug, one.name] as const).sort()));
    return;
  }
  const line = (name: string, slug: string, type: string) =>
    run.print(`${name.padEnd(20)} ${slug.padEnd(20)} ${type.padEnd(10)}`);
  if (all.length > 0) {
    line("Name", "Slug", "Type");
    line("----", "----", "----");
  }
  for (const one of all) line(one.name, one.slug, one.type);
}

async function whoami(run: Run): Promise<void> {
  requireSession(run);
  let email: string;
  try {
    email = (await run.graphql.run(queries.getCurrentUser)).viewer?.email ?? "";
  } catch (error) {
    throw wrap("failed retrieving current user", error);
  }
  if (run.settings.json) run.json({ email });
  else run.print(email);
}

export const commands: Record<string, Command> = {
  "orgs list": listOrganizations,
  "auth whoami": whoami,
};
