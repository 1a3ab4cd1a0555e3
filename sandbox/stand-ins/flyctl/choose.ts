/**
 * Organisation and region: by flag or environment, else by a prompt, which nobody answers here.
 *
 * Source: superfly/flyctl internal/prompt/prompt.go (Org, Region).
 */
import type { Data } from "./api/graphql.ts";
import { queries } from "./api/queries.ts";
import { FlyError, NonInteractive, wrap } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** An organisation in GraphQL. */
export interface Organization {
  id: string;
  slug: string;
  name: string;
  type: string;
  paidPlan?: boolean;
}

/** A region in GraphQL. */
export interface Region {
  code: string;
  name: string;
  requiresPaidPlan?: boolean;
  deprecated?: boolean;
}

/** The organisation for a new resource. */
export async function chooseOrganization(run: Run): Promise<Organization> {
  const data = await run.graphql.run(queries.getOrganizations, { admin: false });
  const all = nodes<Organization>(data.organizations);
  const slug = run.settings.organization;
  const [only] = all;
  if (slug === "" && all.length === 1 && only?.type === "PERSONAL") {
    run.warn(`automatically selected ${only.type.toLowerCase()} organization: ${only.name}`);
    return only;
  }
  if (slug === "") throw new NonInteractive("org slug must be specified when not running interactively");
  const found = all.find((organization) => organization.slug === slug);
  if (found === undefined) throw new FlyError(`organization ${slug} not found`);
  return found;
}

/** One organisation by its slug (internal/command/orgs/orgs.go: OrgFromSlug). */
export async function organizationBySlug(run: Run, slug: string): Promise<Organization> {
  try {
    const data = await run.graphql.run(queries.getOrganizationBySlug, { slug });
    return data.organization as Organization;
  } catch (error) {
    throw wrap(`failed retrieving organization with slug ${slug}`, error);
  }
}

/** `-o`, else FLY_ORG, for commands that do not prompt. */
export function organizationFlag(run: Run): string {
  return run.string("org") || (run.env.FLY_ORG ?? "");
}

/** All regions that are not deprecated. */
export async function platformRegions(run: Run): Promise<Region[]> {
  const data = await run.graphql.run(queries.platformRegions);
  const regions: Region[] = data.platform?.regions ?? [];
  return regions.filter((region) => !region.deprecated);
}

/** The region for a new resource. */
export async function chooseRegion(
  run: Run,
  options: { splitPaid: boolean; excluded?: string[] },
): Promise<Region> {
  const excluded = options.excluded ?? [];
  const all = (await platformRegions(run)).filter((region) => !excluded.includes(region.code));
  const code = run.string("region") || run.settings.region;
  if (code === "") throw new NonInteractive("region code must be specified when not running interactively");
  const found = all.find((region) => region.code === code);
  if (found !== undefined && options.splitPaid && found.requiresPaidPlan) {
    throw new FlyError(
      `region ${code} requires an organization with a Launch plan or higher. See our plans: https://fly.io/plans`,
    );
  }
  if (found === undefined) throw new FlyError(`region ${code} not found`);
  return found;
}

/** The nodes of a connection. */
export function nodes<T>(connection: Data | null | undefined): T[] {
  return (connection?.nodes as T[] | undefined) ?? [];
}
