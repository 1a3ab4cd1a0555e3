/** flyctl's own commands, with the names of a stack, for the person at the terminal. */

import type { CommunitySettings } from "../components/config/schema.ts";
import { flyEndpoint } from "../components/fly/driver-call.ts";
import { type FlyPlan, planFly } from "../components/fly/plan.ts";
import { mailServerOf } from "../components/mastodon/environment.ts";
import type { Argv } from "../providers/fly/call/argv.ts";
import { attachedEnvironment } from "../providers/fly/call/environment.ts";
import { show } from "../providers/fly/call/errors.ts";
import { noFlyctl } from "../providers/fly/call/explain.ts";
import { OperatorError } from "../providers/shared/operator-error.ts";
import { shell } from "../providers/shared/shell.ts";
import { openCommunity } from "./community.ts";

/** A community, with the names of what it has on Fly. */
export interface OnFly {
  settings: CommunitySettings;
  plan: FlyPlan;
}

/** As {@link openCommunity}, with the names on Fly. */
export async function onFly(stack: string | undefined, community: string | undefined): Promise<OnFly> {
  const { settings } = await openCommunity(stack, community);
  return { settings, plan: planFly(settings, mailServerOf(settings)) };
}

/**
 * Runs flyctl with the streams of this process, the operator's own login (`flyctl auth login`, or FLY_API_TOKEN) and
 * the operator's own settings.
 *
 * @returns its exit code, 128 + n after signal n
 * @throws OperatorError when there is no flyctl on PATH
 */
export async function flyctl(args: Argv, { settings }: OnFly): Promise<number> {
  const env = { ...attachedEnvironment(), ...flyEndpoint(settings.endpoints.fly) };
  const { exitCode } = await shell().runAttached("flyctl", args, { env });
  if (exitCode === undefined) throw new OperatorError(show(noFlyctl));
  return exitCode;
}
