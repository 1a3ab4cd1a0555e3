/** Resources in the state without an id, which may exist or not (components/cloudflare/answers.ts). */
import { isKnown } from "../../providers/cloudflare/known-id.ts";

/** An exported deployment, as far as it lists resources. */
export interface Deployment {
  resources?: DeployedResource[];
  [other: string]: unknown;
}

/** A resource of the state. Properties that are not named here are kept as they are. */
export interface DeployedResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  [other: string]: unknown;
}

/**
 * The deployment without Cloudflare's resources that have no id, and without references to them. The engine
 * cannot do this: a refresh stops at the first of them, and `pulumi state delete` refuses one that others
 * depend on.
 *
 * @returns undefined when there is none.
 */
export function withoutHalfKnown<D extends Deployment>(
  deployment: D,
): { deployment: D; names: string[] } | undefined {
  const { resources = [] } = deployment;
  const gone = new Set(
    resources
      .filter(({ type, custom, id }) => custom && type.startsWith("cloudflare:") && !isKnown(id ?? ""))
      .map(({ urn }) => urn),
  );
  if (gone.size === 0) return undefined;
  const left = (urns: string[]) => urns.filter((urn) => !gone.has(urn));
  const kept = resources
    .filter(({ urn }) => !gone.has(urn))
    .map((one) => ({
      ...one,
      ...(one.dependencies && { dependencies: left(one.dependencies) }),
      ...(one.propertyDependencies && {
        propertyDependencies: Object.fromEntries(
          Object.entries(one.propertyDependencies).map(([key, urns]) => [key, urns && left(urns)]),
        ),
      }),
    }));
  const names = [...gone].map((urn) => urn.split("::").at(-1) ?? urn);
  return { deployment: { ...deployment, resources: kept }, names };
}
