/** `redis …`: Upstash databases. Source: superfly/flyctl internal/command/redis. */
import type { Data } from "../api/graphql.ts";
import { operations, queries } from "../api/queries.ts";
import {
  chooseOrganization,
  chooseRegion,
  nodes,
  type Organization,
  organizationFlag,
  platformRegions,
  type Region,
} from "../choose.ts";
import { FlyError, NonInteractive, wrap } from "../go/errors.ts";
import { table, verticalTable } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

const payAsYouGo = "ekQ85Yjkw155ohQ5ALYq0M";
const legacyPlans = ["pro_2k", "pro_10k", "starter", "standard"];

function isLegacy(plan: string): boolean {
  return legacyPlans.includes(plan.replaceAll(" ", "_").toLowerCase());
}

function isFixed(plan: string): boolean {
  return /^(flyio_fixed_|fixed )/i.test(plan);
}

async function create(run: Run): Promise<void> {
  requireSession(run);
  const planName = run.string("plan");
  if (planName !== "" && isLegacy(planName)) {
    throw new FlyError(
      `plan ${JSON.stringify(planName)} is no longer available for new databases. Please choose a current plan`,
    );
  }
  const organization = await chooseOrganization(run);
  const name = run.string("name");
  if (name === "") throw new NonInteractive();
  const excluded = await excludedRegions(run);
  const region = await chooseRegion(run, { splitPaid: false, excluded });
  const eviction = run.bool("enable-eviction");
  if (!eviction && !run.bool("disable-eviction")) {
    run.print(
      "\nUpstash Redis can evict objects when memory is full. This is useful when caching in Redis. This setting can be changed later.\nLearn more at https://fly.io/docs/reference/redis/#memory-limits-and-object-eviction-policies\n",
    );
    throw new NonInteractive();
  }
  const plan = await choosePlan(run, planName);
  const autoUpgrade = chooseAutoUpgrade(run, String(plan.displayName ?? ""));
  if (!run.has("enable-prodpack")) {
    run.print(
      "\nProdPack adds enhanced features for production workloads at $200/mo.\nThis setting can be changed later.\nFor more information, see https://fly.io/docs/upstash/redis/#prod-pack-200-mo.\n",
    );
    throw new NonInteractive();
  }
  const replicas = await replicaRegions(run, region);
  const options = {
    ...(autoUpgrade && { auto_upgrade: true }),
    ...(eviction && { eviction: true }),
    ...(run.bool("enable-prodpack") && { prod_pack: true }),
  };
  await provision(run, organization, {
    name,
    planId: plan.id,
    primaryRegion: region.code,
    readRegions: replicas.length === 0 ? null : replicas,
    options,
  });
}

function chooseAutoUpgrade(run: Run, plan: string): boolean {
  if (isFixed(plan)) {
    if (run.has("enable-auto-upgrade")) return run.bool("enable-auto-upgrade");
    run.print(
      "\nAuto-upgrade automatically switches to a higher plan when you hit resource limits.\nThis setting can be changed later.\n",
    );
    throw new NonInteractive();
  }
  if (run.bool("enable-auto-upgrade")) {
    run.print("\nNote: Auto-upgrade is only available for fixed plans, not pay-as-you-go.");
  }
  return false;
}

async function replicaRegions(run: Run, primary: Region): Promise<string[]> {
  const excluded = [...(await excludedRegions(run)), primary.code];
  return run.bool("no-replicas") ? [] : chosenReplicas(run, excluded);
}

/** The regions of `--replica-regions`. Without the flag flyctl prompts. */
async function chosenReplicas(run: Run, excluded: string[]): Promise<string[]> {
  const wanted = run.string("replica-regions");
  const all = await platformRegions(run);
  if (wanted === "") {
    throw new NonInteractive(
      "regions codes must be specified in a comma-separated when not running interactively",
    );
  }
  const codes = wanted.split(",");
  return all.map(({ code }) => code).filter((code) => codes.includes(code) && !excluded.includes(code));
}

async function provision(
  run: Run,
  organization: Organization,
  database: {
    name: string;
    planId: string;
    primaryRegion: string;
    readRegions: string[] | null;
    options: object;
  },
): Promise<void> {
  const input = {
    appId: "",
    clientMutationId: "",
    organizationId: organization.id,
    organizationPlanId: "",
    type: "upstash_redis",
    ...database,
  };
  const data = await run.graphql.operation("CreateAddOn", operations.CreateAddOn, { input });
  const addOn = data.createAddOn?.addOn ?? {};
  run.print(
    `\nYour database ${addOn.name} is ready. Apps in the ${organization.slug} org can connect to Redis at ${addOn.publicUrl}`,
  );
  run.print("\nIf you have redis-cli installed, use fly redis connect to get a Redis console.");
  run.print(
    "\nYour database is billed at $0.20 per 100K commands. If you're using Sidekiq or BullMQ, which poll Redis frequently, consider switching to a fixed-price plan. See https://fly.io/docs/reference/redis/#pricing",
  );
}

async function excludedRegions(run: Run): Promise<string[]> {
  const variables = { name: "upstash_redis" };
  const data = await run.graphql.operation("GetAddOnProvider", operations.GetAddOnProvider, variables);
  const excluded: { code: string }[] = data.addOnProvider?.excludedRegions ?? [];
  return excluded.map(({ code }) => code);
}

async function allPlans(run: Run): Promise<Data[]> {
  const variables = { addOnType: "upstash_redis" };
  const data = await run.graphql.operation("ListAddOnPlans", operations.ListAddOnPlans, variables);
  return nodes<Data>(data.addOnPlans);
}

async function choosePlan(run: Run, name: string): Promise<Data> {
  const all = await allPlans(run);
  const found = all.find((plan) =>
    name === "" ? plan.id === payAsYouGo : plan.displayName === name || plan.id === name,
  );
  if (found !== undefined) return found;
  throw new FlyError(name === "" ? "default plan not found" : `plan ${JSON.stringify(name)} not found`);
}

async function getAddOn(run: Run, name: string): Promise<Data> {
  const variables = { name, provider: "upstash_redis" };
  return (await run.graphql.operation("GetAddOn", operations.GetAddOn, variables)).addOn ?? {};
}

async function status(run: Run): Promise<void> {
  requireSession(run);
  const addOn = await getAddOn(run, run.args[0] ?? "");
  const enabled = (option: string) => (addOn.options?.[option] === true ? "Enabled" : "Disabled");
  const readRegions: string[] = addOn.readRegions ?? [];
  const row = [
    addOn.id ?? "",
    addOn.name ?? "",
    addOn.addOnPlan?.displayName ?? "",
    addOn.primaryRegion ?? "",
    readRegions.length > 0 ? readRegions.join(",") : "None",
    enabled("eviction"),
    enabled("auto_upgrade"),
    enabled("prod_pack"),
    addOn.publicUrl ?? "",
  ];
  const columns = [
    "ID",
    "Name",
    "Plan",
    "Primary Region",
    "Read Regions",
    "Eviction",
    "Auto-Upgrade",
    "ProdPack",
  ];
  run.out(verticalTable("Redis", [row], ...columns, "Private URL"));
}

async function list(run: Run): Promise<void> {
  requireSession(run);
  const slug = organizationFlag(run);
  let all: Data[];
  if (slug !== "") {
    await run.graphql.run(queries.getOrganizationBySlug, { slug });
    const variables = { orgSlug: slug, addOnType: "upstash_redis" };
    const data = await run.graphql.operation(
      "ListOrganizationAddOns",
      operations.ListOrganizationAddOns,
      variables,
    );
    all = nodes<Data>(data.organization?.addOns);
  } else {
    const variables = { addOnType: "upstash_redis" };
    all = nodes<Data>((await run.graphql.operation("ListAddOns", operations.ListAddOns, variables)).addOns);
  }
  const rows = all.map((addOn) => [
    addOn.name ?? "",
    slug || (addOn.organization?.slug ?? ""),
    addOn.addOnPlan?.displayName ?? "",
    addOn.options?.eviction === true ? "Enabled" : "Disabled",
    addOn.primaryRegion ?? "",
    (addOn.readRegions ?? []).join(","),
  ]);
  run.out(table("", rows, "Name", "Org", "Plan", "Eviction", "Primary Region", "Read Regions"));
}

async function plans(run: Run): Promise<void> {
  requireSession(run);
  const all = (await allPlans(run)).filter((plan) => !isLegacy(String(plan.displayName ?? "")));
  run.print(
    "\nRedis databases run on Fly.io, fully managed by Upstash.com.\nOther limits, besides memory, apply to most plans. Learn more at https://fly.io/docs/reference/redis\n",
  );
  const rows = all.map((plan) => {
    const cents = Number(plan.pricePerMonth ?? 0);
    const price = cents === 0 ? "Free" : `$${Math.trunc(cents / 100)}/mo`;
    return [plan.displayName ?? "", plan.maxDataSize ?? "", price, plan.description ?? ""];
  });
  run.out(table("", rows, "Name", "Max Data Size", "Price", "Description"));
}

/** flyctl prompts for the plan, whatever the flags are. */
async function update(run: Run): Promise<void> {
  requireSession(run);
  const addOn = await getAddOn(run, run.args[0] ?? "");
  const excluded = [...(await excludedRegions(run)), addOn.primaryRegion];
  await chosenReplicas(run, excluded);
  await allPlans(run);
  throw wrap("failed to select a plan", new NonInteractive());
}

async function reset(run: Run): Promise<void> {
  requireSession(run);
  const [name = ""] = run.args;
  const data = await run.graphql.operation("ResetAddOnPassword", operations.ResetAddOnPassword, { name });
  run.print(`The password for your Redis database ${name} was reset.`);
  run.print(`Your new Redis connection URL is ${data.resetAddOnPassword?.addOn?.publicUrl ?? ""}`);
}

async function destroy(run: Run): Promise<void> {
  requireSession(run);
  const [name = ""] = run.args;
  if (!run.bool("yes")) {
    run.warn("Destroying a Redis instance is not reversible.");
    throw new NonInteractive("yes flag must be specified when not running interactively");
  }
  await run.graphql.operation("DeleteAddOn", operations.DeleteAddOn, { name, provider: "upstash_redis" });
  run.print(`Your Redis database ${name} was destroyed`);
}

export const commands: Record<string, Command> = {
  "redis create": create,
  "redis list": list,
  "redis status": status,
  "redis plans": plans,
  "redis reset": reset,
  "redis update": update,
  "redis destroy": destroy,
};
