/** The communities of a stack, as its state records them. */
import { componentNames, resourceNames } from "../components/stack/logical-names.ts";
import { markOf } from "../providers/shared/mark.ts";
import { UsageError } from "./usage-error.ts";

/** A resource of an exported state, as far as the commands read it. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  /** URN and id of its provider: `<urn>::<id>`. */
  provider?: string;
  created?: string;
  modified?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A community that a state records. */
export interface RecordedCommunity {
  /** Its logical name. */
  name: string;
  urn: string;
  /** Its arguments, secrets encrypted; undefined where it is made from the stack's config. */
  args: object | undefined;
}

/** All communities of a state, in its order. */
export function communitiesIn(
  resources: readonly Pick<StateResource, "urn" | "type" | "inputs">[],
): RecordedCommunity[] {
  return resources
    .filter(({ type }) => type === "mastiff:index:Community")
    .map(({ urn, inputs = {} }) => ({
      urn,
      name: nameIn(urn),
      // A StackConfig has no properties of its own.
      args: Object.keys(inputs).length === 0 ? undefined : inputs,
    }));
}

/**
 * The community that a command is about.
 *
 * @param name its logical name; undefined: the only one
 * @param stack name of the stack, for the errors
 * @returns undefined when the state has no community and none is named
 * @throws UsageError when there is no such community, or when there are several and none is named
 */
export function communityNamed(
  communities: readonly RecordedCommunity[],
  name: string | undefined,
  stack: string,
): RecordedCommunity | undefined {
  if (name === undefined && communities.length < 2) return communities[0];
  const found = communities.find((one) => one.name === name);
  if (found !== undefined) return found;
  const which =
    name === undefined ? `has ${communities.length} communities` : `has no community ${JSON.stringify(name)}`;
  const names = communities.map((one) => one.name).join(", ") || "none";
  throw new UsageError({
    what: `The stack ${stack} ${which}.`,
    fix: [`name an existing community with --community <name>: ${names}`],
  });
}

/** The resources of a community, itself among them. A logical name may begin with that of another community. */
export function resourcesOf<Resource extends Pick<StateResource, "urn" | "parent">>(
  { urn }: RecordedCommunity,
  resources: readonly Resource[],
): Resource[] {
  const parents = new Map(resources.map((one) => [one.urn, one.parent]));
  const isOwn = (of: string | undefined): boolean =>
    of !== undefined && (of === urn || isOwn(parents.get(of)));
  return resources.filter((one) => isOwn(one.urn));
}

/** The identity that the state holds for a community (components/stack/stack-identity.ts). */
export function identityIn(resources: readonly StateResource[], community: string): string | undefined {
  const { hex } = identityOutputs(resources, community);
  return typeof hex === "string" ? hex : undefined;
}

/** The mark of a community's things: its identity, and the name that the stack had when that was made. */
export function markIn(resources: readonly StateResource[], community: string): string | undefined {
  const identity = identityIn(resources, community);
  const { stack } = (identityOutputs(resources, community).keepers ?? {}) as { stack?: unknown };
  return identity === undefined || typeof stack !== "string" ? undefined : markOf({ identity, stack });
}

function identityOutputs(resources: readonly StateResource[], community: string): Record<string, unknown> {
  const name = resourceNames.identity(componentNames(community).identity);
  const one = resources.find(
    ({ urn, type }) => type === "random:index/randomId:RandomId" && nameIn(urn) === name,
  );
  return one?.outputs ?? {};
}

/**
 * The inputs of the explicit Cloudflare provider that a community's resources have; undefined where the engine made
 * the provider from the stack's config.
 */
export function cloudflareProviderOf(
  own: readonly StateResource[],
  resources: readonly StateResource[],
): Record<string, unknown> | undefined {
  const reference = own.find(({ type }) => type.startsWith("cloudflare:"))?.provider;
  const urn = reference?.slice(0, reference.lastIndexOf("::"));
  // The engine's own provider of a package is named default, or default_<version>.
  if (urn === undefined || /^default(_|$)/.test(nameIn(urn))) return undefined;
  return resources.find((one) => one.urn === urn)?.inputs ?? {};
}

/** The resource's logical name: the last part of its URN. */
export function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
