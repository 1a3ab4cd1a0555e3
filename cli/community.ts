/** A community of a stack: as the stack's config describes it, or as a program's arguments did in the last `up`. */
import type { CommunitySettings } from "../components/config/schema.ts";
import { parseRecorded } from "../components/config/undecrypted.ts";
import { communitiesIn, communityNamed, type RecordedCommunity, type StateResource } from "./communities.ts";
import { must } from "./pulumi.ts";
import {
  type ConfigValues,
  communityIn,
  configOf,
  inOperatorsWords,
  openStack,
  type Stack,
} from "./stack.ts";

/** A community whose settings are known. */
export interface OpenedCommunity {
  stack: Stack;
  settings: CommunitySettings;
  config: ConfigValues;
  /** What the state has of it, if the settings are from there. */
  recorded: RecordedCommunity | undefined;
  /** What names it after `-s` in lines to type: `acme`, or `acme --community cats`. */
  named: string;
}

/**
 * @param stackName undefined: the stack that is selected
 * @param name logical name of the community. Undefined: that of the stack's config, else the only one in the state
 * @throws OperatorError when there is no such stack, or its settings are wrong; UsageError when there is no such
 *   community, or several and none is named
 */
export async function openCommunity(
  stackName: string | undefined,
  name: string | undefined,
): Promise<OpenedCommunity> {
  return communityOf(await openStack(stackName), name);
}

/** As {@link openCommunity}, of a stack that is known to be there. */
export async function communityOf(stack: Stack, name: string | undefined): Promise<OpenedCommunity> {
  const config = await configOf(stack);
  const named = name === undefined ? stack.name : `${stack.name} --community ${name}`;
  const ofConfig = () => ({
    stack,
    settings: communityIn(config, stack),
    config,
    recorded: undefined,
    named,
  });
  // The state is not asked where config says it all: it may be large, and far away.
  if (name === undefined && config["mastiff:domain"] !== undefined) return ofConfig();
  const recorded = communityNamed(communitiesIn(await resourcesIn(stack)), name, stack.name);
  if (recorded?.args === undefined) return ofConfig();
  const { args } = recorded;
  const settings = inOperatorsWords(() => parseRecorded(args, recorded.name));
  return { stack, settings, config, recorded, named };
}

/** Resources in the state of a stack. @param secrets whether they are decrypted. Default: they are not */
export async function resourcesIn(stack: Stack, { secrets = false } = {}): Promise<StateResource[]> {
  const run = await stack.pulumi(["stack", "export", ...(secrets ? ["--show-secrets"] : [])]);
  const { deployment } = JSON.parse(must(run)) as { deployment: { resources?: StateResource[] } };
  return deployment.resources ?? [];
}
