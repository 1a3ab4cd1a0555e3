/** `mpg list|create|status`: managed Postgres. Source: superfly/flyctl internal/command/mpg, internal/uiex/mpg. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Data } from "../api/graphql.ts";
import { operations } from "../api/queries.ts";
import { readAnswer } from "../api/uiex.ts";
import { chooseOrganization, organizationBySlug, organizationFlag, platformRegions } from "../choose.ts";
import { FlyError, NonInteractive, wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table, verticalTable } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

/** Name, processor, memory and dollars a month (plans.go; "Performance" is not found by any spelling). */
const plans: Record<string, [string, string, string, number]> = {
  basic: ["Basic", "Shared x 2", "1 GB", 38],
  starter: ["Starter", "Shared x 2", "2 GB", 72],
  launch: ["Launch", "Performance x 2", "8 GB", 282],
  scale: ["Scale", "Performance x 4", "33 GB", 962],
};

const pauseMs = 5000;

function requireMacaroon(run: Run): void {
  requireSession(run);
  if (/(^|,)\s*(fm[12][ar]?_|fo1_)/.test(run.settings.token)) return;
  throw new FlyError(
    "MPG commands require updated tokens but found older-style tokens.\n\nPlease upgrade your authentication by running:\n  flyctl auth logout\n  flyctl auth login\n",
  );
}

/** The organisation's slug behind names such as "personal". */
async function rawSlug(run: Run, slug: string): Promise<string> {
  try {
    const data = await run.graphql.operation("GetOrganization", operations.GetOrganization, { slug });
    return data.organization?.rawSlug ?? "";
  } catch (error) {
    throw wrap("failed fetching org", error);
  }
}

async function list(run: Run): Promise<void> {
  requireMacaroon(run);
  const asked = organizationFlag(run) || run.args[0] || "";
  if (asked === "")
    throw new NonInteractive("slug argument must be specified when not running interactively");
  const { slug } = await organizationBySlug(run, asked);
  const deleted = run.bool("deleted");
  const raw = await rawSlug(run, slug);
  let clusters: Data[];
  try {
    const found = await listClusters(run, raw, deleted);
    clusters = found.map((cluster) => conform("ManagedCluster", cluster) as Data);
  } catch (error) {
    throw wrap(`failed to list postgres clusters for organization ${slug}`, error);
  }
  if (clusters.length === 0) {
    run.print(`No ${deleted ? "deleted " : ""}managed postgres clusters found in organization ${slug}`);
    return;
  }
  if (run.settings.json) {
    run.json(clusters);
    return;
  }
  const rows = clusters.map((cluster) => [
    cluster.id,
    cluster.name,
    cluster.organization.Slug,
    cluster.region,
    cluster.status,
    cluster.plan,
    attachedApps(cluster.attached_apps ?? []),
  ]);
  run.out(table("", rows, "ID", "Name", "Org", "Region", "Status", "Plan", "Attached Apps"));
}

function attachedApps(apps: { name: string }[]): string {
  return apps.length === 0 ? "<no attached apps>" : apps.map((app) => app.name).join(", ");
}

async function listClusters(run: Run, org: string, deleted: boolean): Promise<Data[]> {
  const path = `/organizations/${org}/postgres${deleted ? "/deleted" : ""}`;
  const answer = await run.uiex.request("GET", path);
  if (answer.status === 200) return readAnswer(answer).data ?? [];
  if (answer.status === 404) throw new FlyError(`organization ${org} not found`);
  throw new FlyError(`failed to list clusters (status ${answer.status}): ${answer.text}`);
}

async function create(run: Run): Promise<void> {
  requireMacaroon(run);
  if (run.has("v2")) {
    run.warn(
      "The '--v2' flag is deprecated and no longer has any effect. Managed Postgres clusters are always created on v2.",
    );
  }
  const name = run.string("name");
  if (name === "")
    throw new NonInteractive("name argument or flag must be specified when not running interactively");
  const organization = (await chooseOrganization(run)) as Data;
  const version = run.int("pg-major-version");
  if (version !== 16 && version !== 17) {
    throw new FlyError(`invalid Postgres major version: ${version}. Supported versions are 16 and 17`);
  }
  // A plan that there is not becomes the cheapest one, without a word.
  const asked = run.string("plan").trim().toLowerCase();
  const plan = asked in plans ? asked : "basic";
  const slug = organization.slug === "personal" ? await rawSlug(run, organization.slug) : organization.slug;
  const region = await clusterRegion(run, organization.rawSlug ?? "", slug);
  const cluster = await createCluster(run, slug, {
    name,
    region,
    org_slug: slug,
    plan,
    pg_major_version: `${version}`,
    storage_in_gb: run.int("volume-size"),
    postgis_enabled: run.bool("enable-postgis-support"),
  });
  const [title, cpu, memory, price] = plans[plan] ?? ["", "", "", 0];
  run.print(
    [
      `Selected Plan: ${title}`,
      `  CPU: ${cpu}`,
      `  Memory: ${memory}`,
      `  Price: $${price} per month\n`,
      `Waiting for cluster ${name} (${cluster.id}) to be ready...`,
      `You can view the cluster in the UI at: https://fly.io/dashboard/${slug}/managed_postgres/${cluster.id}`,
      "You can cancel this wait with Ctrl+C - the cluster will continue provisioning in the background.",
      `Once ready, you can connect to the database with: fly mpg connect ${cluster.id}\n`,
    ].join("\n"),
  );
  const uri = await connectionWhenReady(run, cluster.id);
  run.print(
    [
      "\nManaged Postgres cluster created successfully!",
      `  ID: ${cluster.id}`,
      `  Name: ${name}`,
      `  Organization: ${slug}`,
      `  Region: ${cluster.region ?? ""}`,
      `  Plan: ${plan}`,
      `  Disk: ${cluster.disk ?? 0}GB`,
      `  PostGIS: ${cluster.postgis_enabled ?? false}`,
      `  Connection string: ${uri}`,
    ].join("\n"),
  );
}

async function clusterRegion(run: Run, org: string, slug: string): Promise<string> {
  const available = await regionCodes(run, org);
  if (available.length === 0) throw new FlyError("no valid regions found for Managed Postgres");
  const code = run.string("region");
  if (code === "") throw new NonInteractive();
  if (available.includes(code)) return code;
  const all = await regionCodes(run, slug).catch(() => []);
  throw new FlyError(
    `region ${code} is not available for Managed Postgres. Available regions: [${all.join(" ")}]`,
  );
}

async function regionCodes(run: Run, org: string): Promise<string[]> {
  const platform = await platformRegions(run);
  const failed = "failed to list MPG regions";
  const path = `/organizations/${org}/postgresv2/regions`;
  const data: { code: string; available: boolean }[] = (await run.uiex.send(failed, "GET", path)).data ?? [];
  return platform
    .map((region) => region.code)
    .filter((code) => data.some((one) => one.code === code && one.available));
}

async function createCluster(run: Run, org: string, input: Data): Promise<Data> {
  const answer = await run.uiex.request("POST", `/organizations/${org}/postgresv2`, input);
  if (answer.status === 201) return readAnswer(answer).data ?? {};
  const failed = (reason: string) => new FlyError(`failed creating managed postgres cluster: ${reason}`);
  if (answer.status === 404) throw failed(`organization ${org} not found`);
  if (answer.status === 500) throw failed(`server error: ${answer.text}`);
  const detail = answer.status === 403 ? readDetail(answer.text) : "";
  throw failed(detail || `failed to create cluster (status ${answer.status}): ${answer.text}`);
}

function readDetail(text: string): string {
  try {
    return JSON.parse(text).errors?.detail ?? "";
  } catch {
    return "";
  }
}

async function connectionWhenReady(run: Run, id: string): Promise<string> {
  for (;;) {
    let answer: Data;
    try {
      answer = await clusterById(run, "postgresv2", id);
    } catch (error) {
      throw wrap("failed checking cluster status", error);
    }
    const { status = "", id: found = "" } = answer.data ?? {};
    if (found === "") throw new FlyError("invalid cluster response: no cluster ID");
    if (status === "ready") return answer.credentials?.pgbouncer_uri ?? "";
    if (status === "error") throw new FlyError("cluster creation failed");
    await sleep(pauseMs);
  }
}

async function clusterById(run: Run, kind: "postgres" | "postgresv2", id: string): Promise<Data> {
  const answer = await run.uiex.request("GET", `/${kind}/${id}`);
  if (answer.status === 200) return readAnswer(answer);
  throw new FlyError(answer.status === 404 ? `Cluster ${id} not found` : "Something went wrong");
}

async function status(run: Run): Promise<void> {
  requireMacaroon(run);
  const [id = ""] = run.args;
  if (id === "") throw new NonInteractive("org slug must be specified when not running interactively");
  const kind = await kindOf(run, id);
  let detail: Data;
  try {
    detail = await clusterById(run, kind, id);
  } catch (error) {
    throw wrap(`failed retrieving details for cluster ${id}`, error);
  }
  const shown = conform(
    kind === "postgres" ? "ManagedClusterDetailV1" : "ManagedClusterDetail",
    detail,
  ) as Data;
  if (run.settings.json) {
    run.json(shown);
    return;
  }
  const cluster = shown.data;
  const row = [
    cluster.id,
    cluster.name,
    cluster.organization.Slug,
    cluster.region,
    cluster.status,
    `${cluster.disk}`,
    `${cluster.replicas}`,
    cluster.ip_assignments.direct,
  ];
  const columns = ["ID", "Name", "Organization", "Region", "Status", "Allocated Disk (GB)", "Replicas"];
  run.out(verticalTable("Cluster Status", [row], ...columns, "Direct IP"));
}

/** Clusters of the old kind are looked for second. */
async function kindOf(run: Run, id: string): Promise<"postgres" | "postgresv2"> {
  try {
    if ((await clusterById(run, "postgresv2", id)).data?.mpgd_cluster_id) return "postgresv2";
  } catch {
    // The other kind may have it.
  }
  try {
    await clusterById(run, "postgres", id);
    return "postgres";
  } catch {
    throw new FlyError(`managed postgres cluster ${JSON.stringify(id)} not found`);
  }
}

export const commands: Record<string, Command> = {
  "mpg create": create,
  "mpg list": list,
  "mpg status": status,
};
