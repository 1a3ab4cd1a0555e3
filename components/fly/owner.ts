import * as pulumi from "@pulumi/pulumi";
import type { OwnerSpec } from "../../providers/fly/spec.ts";
import type { FlyPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import type { Things } from "./look.ts";

/** Arguments of {@link Owner}. */
export interface OwnerArgs extends OwnerPlan {
  place: FlyPlace;
  /** The web app, whose image and database the one-off machine uses. */
  appName: pulumi.Input<string>;
  /** Password of a new account, or of one whose password is rotated. Secret. */
  password: pulumi.Output<string>;
  /** The release that has set up the database. */
  after: pulumi.Resource;
}

/** What is known of the owner before the account is declared. */
export interface OwnerPlan {
  username: string;
  email: string;
  /** The community's domain. */
  domain: string;
  /** Word of the password, when it was rotated. */
  rotation: string | undefined;
}

function specOf(app: string, { username, email, domain, rotation }: OwnerPlan): OwnerSpec {
  // Mastodon asks the mail domain's DNS; of the community's own it may not know anything yet.
  const skipDns = email.endsWith(`@${domain}`);
  return { app, username, email, skipDns, ...(rotation !== undefined && { rotation }) };
}

/** What to look at before an {@link Owner} is declared. */
export function ownerThings(name: string, app: string, plan: OwnerPlan): Things {
  return { [`${name}-account`]: { kind: "owner", spec: specOf(app, plan) } };
}

/**
 * The first account, with the role Owner. Made once, never deleted; given a new password once for each new word.
 *
 * @see https://docs.joinmastodon.org/admin/setup/#admin-cli
 */
export class Owner extends pulumi.ComponentResource {
  constructor(name: string, args: OwnerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Owner", name, { username: args.username }, opts);
    const spec = pulumi.output(args.appName).apply((app) => specOf(app, args));
    new FlyCommand(
      `${name}-account`,
      { kind: "owner", spec, place: args.place, secrets: { password: args.password } },
      { parent: this, dependsOn: [args.after] },
    );
    this.registerOutputs();
  }
}
