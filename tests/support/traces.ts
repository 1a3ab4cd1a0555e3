/** What a community leaves in the engine's state and in the clouds, comparable between runs. */
import type { StateResource, TestStack } from "./stack.ts";
import { withoutGenerated } from "./without-generated.ts";
import type { TestWorld } from "./world.ts";

/** Both sides of a community, without what each run generates. */
export interface Traces {
  state: unknown;
  clouds: unknown;
}

/** Progress holds times, DRIFT what some run has mended, and the rest is bookkeeping of one run. */
const passing = new Set(
  "stderr created modified sourcePosition stackTrace __provider version DRIFT ignoreChanges".split(" "),
);

/** Fields that only say when, by whom or in which order something was done. */
const moments = new Set(
  (
    "id seq number etag serial createdAt updatedAt modifiedOn createdOn readyAt instanceId lease data password " +
    "privateIp numericId hashId fly_flyctl_version"
  ).split(" "),
);

/** The traces of a community that is up. */
export async function tracesOf(stack: TestStack, world: TestWorld): Promise<Traces> {
  const { cloudflare, sendgrid, fly } = await world.state();
  const clouds = {
    records: cloudflare.records,
    rulesets: cloudflare.rulesets,
    buckets: cloudflare.buckets,
    domains: sendgrid.domains,
    apps: Object.values(fly.apps).map(essence),
    addOns: fly.addOns,
  };
  return {
    state: inOrder(
      withoutGenerated((await stack.resources()).filter(isLasting).map(withoutIdentity), passing),
    ),
    clouds: inOrder(withoutGenerated(clouds, moments)),
  };
}

/** The engine's own provider is there after a run that found a difference on Fly and asked what was mended before. */
function isLasting({ type }: StateResource): boolean {
  return type !== "pulumi:providers:pulumi";
}

/** A stack's identity stands there in four bases, too short to be known by their form. */
function withoutIdentity(resource: StateResource): StateResource {
  if (resource.type !== "random:index/randomId:RandomId") return resource;
  const { b64Std, b64Url, dec, hex, id, ...outputs } = resource.outputs;
  return { ...resource, id: "<identity>", outputs };
}

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state has shapes of its own, which tests may not import.
function essence(app: any): unknown {
  const machines = Object.values(app.machines) as { state: string; config: unknown }[];
  return {
    name: app.name,
    org: app.orgSlug,
    role: app.role,
    addresses: app.addresses.map((address: { type: string }) => address.type),
    shared: app.sharedV4,
    secrets: Object.keys(app.secrets),
    certificates: app.certificates.map((certificate: { hostname: string }) => certificate.hostname),
    volumes: Object.values(app.volumes).map((volume) => (volume as { sizeGb: number }).sizeGb),
    machines: machines.filter((m) => m.state !== "destroyed").map(({ state, config }) => ({ state, config })),
  };
}

/** Lists have no order of their own here: they come in the order of their texts. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inOrder(inner)]));
}

function text(value: unknown): string {
  return JSON.stringify(withoutGenerated(value, moments)) ?? "";
}
