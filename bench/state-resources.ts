/** The resources of a stack, from its exported state. */
import { pulumi, type Workplace } from "../sandbox/toolchain/stack.ts";

/** A resource in the exported state, as far as measurements read it. */
export interface StateResource {
  urn: string;
  type: string;
  /** False for a component. */
  custom: boolean;
  parent?: string;
  /** URNs. */
  dependencies?: string[];
  inputs?: { interpreter?: string[]; environment?: Record<string, unknown> };
}

/** @throws Error with pulumi's stderr */
export async function resourcesOf(place: Workplace): Promise<StateResource[]> {
  const { stdout, stderr, exitCode } = await pulumi(place, ["stack", "export", "--stack", place.stack]);
  if (exitCode !== 0) throw new Error(`pulumi stack export failed:\n${stderr}`);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: StateResource[] } };
  return deployment.resources ?? [];
}

/** Number of resources by the provider that they come from, in the words of `programs/bare`. */
export function countByProvider(resources: readonly StateResource[]): Record<string, number> {
  const of = (isOne: (resource: StateResource) => boolean) => resources.filter(isOne).length;
  const from = (provider: string) => of(({ type }) => type.startsWith(`${provider}:`));
  return {
    components: of(({ custom, type }) => !custom && type !== "pulumi:pulumi:Stack"),
    dynamics: from("pulumi-nodejs"),
    commands: from("command"),
    randoms: from("random"),
    keys: from("tls"),
    records: from("cloudflare"),
  };
}
