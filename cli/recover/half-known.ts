/** Resources of the state that were made, or not, and whose id nobody knows (components/cloudflare/answers.ts). */
import { isKnown } from "../../providers/cloudflare/known-id.ts";

/** The parts of an exported deployment that a resource stands in. */
export interface Deployment {
  resources?: DeployedResource[];
  [other: string]: unknown;
}

/** A resource of the state; what is not named here is carried along. */
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
 * A deployment without Cloudflare's resources that have no id, and without a word of them. The engine cannot do it:
 * a refresh stops at the first of them, and `pulumi state delete` refuses one that others depend on.
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
