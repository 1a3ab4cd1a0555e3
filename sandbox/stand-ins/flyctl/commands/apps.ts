/** `apps …` and `releases`. Source: superfly/flyctl internal/command/apps. */

import { hasStatus, retry } from "../api/flaps.ts";
import type { Data } from "../api/graphql.ts";
import { operations, queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { chooseOrganization, nodes, organizationFlag } from "../choose.ts";
import { FlyError, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import { relativeTime } from "../go/time.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function create(run: Run): Promise<void> {
  requireSession(run);
  const name = newAppName(run);
  const organization = await chooseOrganization(run);
  const request = { name, org_slug: organization.slug, network: run.string("network"), app_role_id: "" };
  const app = await run.flaps.send("POST", "/apps?wait=true", request);
  await waitForApp(run, app.name);
  if (run.settings.json) {
    const data = await run.graphql.run(queries.getApp, { appName: app.name });
    run.json(conform("App", data.app));
    return;
  }
  run.print(`New app created: ${app.name}`);
  if (run.bool("save"))
    throw new FlyError("'flyctl apps create --save' is not served by the stand-in flyctl");
}

function newAppName(run: Run): string {
  const [argument = ""] = run.args;
  const flag = run.string("name");
  if (argument !== "" && flag !== "" && argument !== flag) {
    throw new FlyError(`two app names specified ${argument} and ${flag}, only one may be specified`);
  }
  if (argument !== "") return argument;
  if (flag !== "") return flag;
  if (run.bool("generate-name")) return generatedName();
  throw new NonInteractive("name argument or flag must be specified when not running interactively");
}

/** Two words and a number, like a name of flyctl's haikunator. */
export function generatedName(): string {
  const pick = (words: string[]) => words[Math.floor(Math.random() * words.length)] ?? "";
  const adjectives = [
    "autumn",
    "billowing",
    "cold",
    "divine",
    "falling",
    "hidden",
    "icy",
    "long",
    "misty",
    "quiet",
  ];
  const nouns = [
    "bird",
    "brook",
    "cloud",
    "dew",
    "feather",
    "fire",
    "frost",
    "glade",
    "lake",
    "moon",
    "pine",
  ];
  return `${pick(adjectives)}-${pick(nouns)}-${1 + Math.floor(Math.random() * 9999)}`;
}

/** A new app may answer 404 or 401 for a moment (fly-go flaps/flaps_apps.go: WaitForApp). */
export async function waitForApp(run: Run, name: string): Promise<void> {
  await retry(
    () => run.flaps.order("", "GET", `/apps/${encodeURIComponent(name)}`),
    (error) => hasStatus(error, 404, 401),
  );
}

async function destroy(run: Run): Promise<void> {
  requireSession(run);
  if (run.args.length === 0) throw new FlyError("no app names provided");
  for (const name of run.args) {
    if (!run.bool("yes")) {
      run.warn("Destroying an app is not reversible.");
      throw new NonInteractive("yes flag must be specified when not running interactively");
    }
    const app = (await run.graphql.run(queries.getApp, { appName: name })).app as Data | null;
    const orgSlug = app?.organization?.slug ?? "";
    await run.graphql.run(queries.getOrganizationBySlug, { slug: orgSlug });
    await lookForStaticsBucket(run, orgSlug);
    await run.flaps.order("", "DELETE", `/apps/${name}`);
    run.folder.setMinSecretsVersion(name, undefined);
    run.print(`Destroyed app ${name}`);
  }
}

/** An app with static files has its own bucket. Static files are not served here, so no bucket is found. */
async function lookForStaticsBucket(run: Run, orgSlug: string): Promise<void> {
  const variables = { orgSlug, addOnType: "tigris" };
  await run.graphql.operation("ListOrganizationAddOns", operations.ListOrganizationAddOns, variables);
}

async function list(run: Run): Promise<void> {
  requireSession(run);
  const slug = organizationFlag(run);
  let org: string | undefined;
  if (slug !== "") {
    try {
      org = (await run.graphql.run(queries.getOrganizationBySlug, { slug })).organization?.id;
    } catch (error) {
      throw wrap("error getting organization", error);
    }
  }
  const apps = await allApps(run, org);
  if (run.settings.json) {
    run.json(apps.map((app) => conform("App", app)));
    return;
  }
  const quiet = run.bool("quiet");
  if (apps.length === 0) {
    if (!quiet) run.print("No apps found");
    return;
  }
  if (quiet) {
    run.out(
      table(
        "",
        apps.map((app) => [app.name]),
      ),
    );
    return;
  }
  const networks = apps.some((app) => app.network);
  const rows = apps.map((app) => {
    const deployed = app.deployed && app.currentRelease;
    const shell = !run.bool("verbose") && String(app.name).startsWith("flyctl-interactive-shells-");
    return [
      shell ? "(interactive shells app)" : app.name,
      app.organization?.slug ?? "",
      app.status ?? "",
      ...(networks ? [app.network ?? ""] : []),
      deployed ? relativeTime(app.currentRelease.createdAt) : "",
    ];
  });
  const columns = ["Name", "Owner", "Status", ...(networks ? ["Network"] : []), "Latest Deploy"];
  run.out(table("", rows, ...columns));
}

async function allApps(run: Run, org: string | undefined): Promise<Data[]> {
  const apps: Data[] = [];
  let after: string | undefined;
  for (;;) {
    const variables = { ...(org && { org }), ...(after && { after }) };
    const page = (
      await run.graphql.run(queries.listApps, Object.keys(variables).length > 0 ? variables : null)
    ).apps;
    apps.push(...nodes<Data>(page));
    if (!page?.pageInfo?.hasNextPage) return apps;
    after = page.pageInfo.endCursor;
  }
}

async function releases(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  let all: Data[];
  try {
    const data = await run.graphql.run(queries.getAppReleasesMachines, { appName, limit: 25 });
    all = nodes<Data>(data.app?.releases).sort((a, b) => b.version - a.version);
  } catch (error) {
    throw wrap(`failed retrieving app releases ${appName}`, error);
  }
  if (run.settings.json) {
    run.json(all.map((release) => conform("Release", release)));
    return;
  }
  const image = run.bool("image");
  const rows = all.map((release) => [
    `v${release.version}`,
    release.status ?? "",
    release.description ?? "",
    release.user?.email ?? "",
    relativeTime(release.createdAt),
    ...(image ? [release.imageRef ?? ""] : []),
  ]);
  const columns = ["Version", "Status", "Description", "User", "Date", ...(image ? ["Docker Image"] : [])];
  run.out(table("", rows, ...columns));
}

export const commands: Record<string, Command> = {
  "apps create": create,
  "apps destroy": destroy,
  "apps list": list,
  "apps releases": releases,
  releases,
};
