/** The graph of a stack as its state has it: components, what each is made of, and who takes what from whom. Pure. */

/** A resource of a state, as far as the graph needs it. */
export interface GraphResource {
  urn: string;
  type: string;
  parent?: string;
  /** URNs. */
  dependencies?: readonly string[];
  /** URNs by input. */
  propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

/** A component with resources. Those that hold only components are left out. */
export interface Part {
  /** Its logical name without the community's: `media`. */
  name: string;
  /** The last part of its type: `MediaBucket`. */
  kind: string;
  system: System;
  /** The roles of its resources, in the order of their names. */
  roles: readonly string[];
}

/** An arrow leads from what is made first to what needs it. */
export interface Arrow {
  from: string;
  to: string;
  /** A value flows, or only the order is fixed. */
  kind: "value" | "order";
}

export interface StackGraph {
  /** Its resources that are no components and no providers. */
  resources: number;
  parts: readonly Part[];
  arrows: readonly Arrow[];
}

/** Where a part is. */
export const systems = ["Cloudflare", "SendGrid", "Secrets, in the state", "Fly.io"] as const;
export type System = (typeof systems)[number];

/** By the beginning of a component's type, the most exact first. */
const systemOf: readonly (readonly [beginning: string, system: System])[] = [
  ["mastiff:cloudflare:", "Cloudflare"],
  ["mastiff:sendgrid:", "SendGrid"],
  ["mastiff:fly:", "Fly.io"],
  // Their machines; their buckets are at Cloudflare.
  ["mastiff:backup:", "Fly.io"],
  ["mastiff:mirror:", "Fly.io"],
  ["mastiff:mastodon:Facts", "Secrets, in the state"],
  ["mastiff:mastodon:Identity", "Secrets, in the state"],
  ["mastiff:mastodon:Lock", "Secrets, in the state"],
  ["mastiff:mastodon:Secrets", "Secrets, in the state"],
  // What is done in Mastodon's machines.
  ["mastiff:mastodon:", "Fly.io"],
];

/** Bookkeeping: the identity marks every part, and the lock holds what has data. Their arrows would lead everywhere. */
const withoutArrows = new Set(["mastiff:mastodon:Identity", "mastiff:mastodon:Lock"]);

/**
 * @param all the resources of a state with one community
 * @throws Error when the state has none, or a component of a kind that no system is known for
 */
export function graphOf(all: readonly GraphResource[]): StackGraph {
  const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
  const community = all.find(({ type }) => type === "mastiff:index:Community");
  if (community === undefined) throw new Error("the state has no community");
  const prefix = `${nameOf(community)}-`;
  const short = (resource: GraphResource) => nameOf(resource).replace(prefix, "");
  const partOf = (urn: string): GraphResource | undefined => {
    let found = byUrn.get(urn);
    while (found !== undefined && !isComponent(found)) found = byUrn.get(found.parent ?? "");
    return found;
  };
  const leaves = all.filter((one) => !isComponent(one) && !/^pulumi:(pulumi|providers):/.test(one.type));
  const parts = all.filter(isComponent).flatMap((component) => {
    const own = leaves.filter(({ urn }) => partOf(urn) === component);
    if (own.length === 0) return [];
    const system = systemOf.find(([beginning]) => component.type.startsWith(beginning))?.[1];
    if (system === undefined) throw new Error(`the picture has no place for a component ${component.type}`);
    const name = short(component);
    const roles = own.map((leaf) => short(leaf).replace(`${name}-`, "")).sort();
    return [{ name, kind: component.type.split(":").at(-1) ?? "", system, roles }];
  });

  const arrows = new Map<string, Arrow>();
  for (const leaf of leaves) {
    const values = new Set(Object.values(leaf.propertyDependencies ?? {}).flat());
    for (const needed of new Set([...(leaf.dependencies ?? []), ...values])) {
      const [from, to] = [partOf(needed), partOf(leaf.urn)];
      if (from === undefined || to === undefined || from === to) continue;
      if (withoutArrows.has(from.type) || withoutArrows.has(to.type)) continue;
      const [a, b] = [short(from), short(to)];
      const kind = values.has(needed) || arrows.get(`${a} ${b}`)?.kind === "value" ? "value" : "order";
      arrows.set(`${a} ${b}`, { from: a, to: b, kind });
    }
  }
  return {
    resources: leaves.length,
    parts: parts.sort(
      (a, b) => systems.indexOf(a.system) - systems.indexOf(b.system) || (a.name < b.name ? -1 : 1),
    ),
    arrows: reduced(
      [...arrows.values()].sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1)),
    ),
  };
}

/**
 * Leaves out arrows that others say already: an order where a value flows the other way (a part's last resource may
 * wait for the part that took a value of its first one), and what follows from a longer way.
 */
function reduced(arrows: readonly Arrow[]): Arrow[] {
  const has = (from: string, to: string, kind: Arrow["kind"]) =>
    arrows.some((one) => one.from === from && one.to === to && one.kind === kind);
  const forward = arrows.filter(({ from, to, kind }) => kind === "value" || !has(to, from, "value"));
  const leads = (from: string, to: string, without: Arrow): boolean =>
    forward.some(
      (one) => one !== without && one.from === from && (one.to === to || leads(one.to, to, without)),
    );
  return forward.filter((one) => one.kind === "value" || !leads(one.from, one.to, one));
}

const isComponent = ({ type }: GraphResource) => type.startsWith("mastiff:");

const nameOf = ({ urn }: GraphResource) => urn.split("::").at(-1) ?? "";
