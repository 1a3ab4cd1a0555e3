import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { FlyPlace } from "../fly/app.ts";
import { FlyCommand } from "../fly/driver.ts";
import { type HousekeepingPlan, housekeepingThings } from "./housekeeping-plan.ts";

/** Arguments of {@link Housekeeping}. */
export interface HousekeepingArgs {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** What Mastodon forgets, and what a machine tidies up. */
  plan: HousekeepingPlan;
  /** Name of the web app once it exists. */
  appName: pulumi.Input<string>;
  /** Rendered fly.toml of the web app: the machine has its image, size and variables. */
  flyToml: pulumi.Input<string>;
  /** The release that has set up the database. */
  after: pulumi.Resource;
}

/**
 * Keeps a community from growing with what it can do without: Mastodon's own settings for how long it keeps
 * what comes from other servers, and a machine that tidies up the bucket of the uploads by Fly's schedule.
 *
 * The settings are written when their values in config change. In between, the administration may change them:
 * nothing looks at them. Switched off, they stay as they are.
 *
 * The machine is in the web app, because it needs all of Mastodon's secrets. A deploy leaves it alone, as it does
 * every machine without a process group. It is replaced after a release, and then starts at once.
 *
 * @throws in `up`, if Mastodon does not accept a setting
 * @see https://docs.joinmastodon.org/admin/scaling/#user-generated-content-retention
 * @example
 * const { housekeeping: plan } = planFly(settings, mailServerOf(settings));
 * const after = webRelease.released;
 * if (plan) new Housekeeping("dogs-housekeeping", { place, plan, flyToml, appName: web.appName, after });
 */
export class Housekeeping extends pulumi.ComponentResource {
  constructor(name: string, args: HousekeepingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Housekeeping", name, {}, opts);
    const { place, plan, appName, flyToml } = args;
    const { retention, machine } = housekeepingThings(name, plan);
    const waits = { place, moves: false, after: appName };
    const own = { parent: this, dependsOn: [args.after] };
    new FlyCommand(retention, waits, own);
    if (machine !== undefined) {
      const environment = { FLY_TOML_DIGEST: pulumi.output(flyToml).apply(digest) };
      new FlyCommand(machine, { ...waits, environment }, own);
    }
    this.registerOutputs();
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
