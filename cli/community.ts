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
  if (name === undefined && isInConfig(config)) return opened(stack, config, { name, recorded: undefined });
  const recorded = communityNamed(await recordedIn(stack), name, stack.name);
  return opened(stack, config, { name, recorded });
}

/** One of the communities of a stack. */
export interface CommunityOfStack {
  /** Its logical name; undefined where the stack has no other. */
  name: string | undefined;
  /** @throws OperatorError when its settings are wrong */
  open(): OpenedCommunity;
}

/** The community of the stack's config, else all in the state, by their names. At least one. */
export async function communitiesOf(stack: Stack): Promise<CommunityOfStack[]> {
  const config = await configOf(stack);
  const recorded = isInConfig(config) ? [] : await recordedIn(stack);
  const openedAs = (name: string | undefined, one: RecordedCommunity | undefined): CommunityOfStack => ({
    name,
    open: () => opened(stack, config, { name, recorded: one }),
  });
  if (recorded.length < 2) return [openedAs(undefined, recorded[0])];
  return recorded.toSorted((a, b) => a.name.localeCompare(b.name)).map((one) => openedAs(one.name, one));
}

/** Whether the config says all of a community. Then the state is not asked: it may be large, and far away. */
function isInConfig(config: ConfigValues): boolean {
  return config["mastiff:domain"] !== undefined;
}

async function recordedIn(stack: Stack): Promise<RecordedCommunity[]> {
  return communitiesIn(await resourcesIn(stack));
}

/**
 * @param name by which the community was asked for; undefined: the stack's only one
 * @param recorded undefined: the community of the stack's config
 */
function opened(
  stack: Stack,
  config: ConfigValues,
  { name, recorded }: { name: string | undefined; recorded: RecordedCommunity | undefined },
): OpenedCommunity {
  const named = name === undefined ? stack.name : `${stack.name} --community ${name}`;
  if (recorded?.args === undefined)
    return { stack, settings: communityIn(config, stack), config, recorded: undefined, named };
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
