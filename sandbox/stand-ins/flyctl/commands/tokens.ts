/** `tokens create deploy` and `tokens create org`. Source: superfly/flyctl internal/command/tokens/create.go. */
import type { Data } from "../api/graphql.ts";
import { operations, queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { type Organization, organizationBySlug, organizationFlag } from "../choose.ts";
import { FlyError, messageOf, NonInteractive, wrap } from "../go/errors.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function createDeploy(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  let app: Data;
  try {
    app = (await run.graphql.run(queries.getAppCompact, { appName })).appcompact;
  } catch (error) {
    throw wrap(`failed retrieving app ${appName}`, error);
  }
  await create(run, app.organization?.id, "deploy", { app_id: app.id });
}

async function createOrg(run: Run): Promise<void> {
  requireSession(run);
  await create(run, (await organization(run)).id, "deploy_organization", {});
}

async function organization(run: Run): Promise<Organization> {
  const slug = organizationFlag(run) || (run.args[0] ?? "");
  try {
    if (slug !== "") return await organizationBySlug(run, slug);
    throw new NonInteractive("slug argument must be specified when not running interactively");
  } catch (error) {
    const details = error instanceof FlyError ? error.details : {};
    throw new FlyError(`failed retrieving org ${messageOf(error)}`, { ...details, cause: error });
  }
}

async function create(
  run: Run,
  organizationId: string,
  profile: string,
  profileParams: object,
): Promise<void> {
  let header: string;
  try {
    const data = await run.graphql.operation(
      "CreateLimitedAccessToken",
      operations.CreateLimitedAccessToken,
      {
        name: run.string("name"),
        organizationId,
        profile,
        profileParams,
        expiry: run.string("expiry"),
      },
    );
    header = data.createLimitedAccessToken?.limitedAccessToken?.tokenHeader ?? "";
  } catch (error) {
    throw wrap("failed creating token", error);
  }
  if (run.settings.json) run.json({ token: header });
  else run.print(header);
}

export const commands: Record<string, Command> = {
  "tokens create deploy": createDeploy,
  "tokens create org": createOrg,
};
