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

/** Settings of the owner that are known before the account is declared. */
export interface OwnerPlan {
  username: string;
  email: string;
  /** The community's domain. */
  domain: string;
  /** The password's word in `mastiff:rotate`; undefined: never rotated. */
  rotation: string | undefined;
}

function specOf(app: string, { username, email, domain, rotation }: OwnerPlan): OwnerSpec {
  // Mastodon checks the e-mail domain's DNS, but the community's own domain may not be in DNS yet.
  const skipDns = email.endsWith(`@${domain}`);
  return { app, username, email, skipDns, ...(rotation !== undefined && { rotation }) };
}

/** The things to look at before an {@link Owner} is declared. */
export function ownerThings(name: string, app: string, plan: OwnerPlan): Things {
  return { [`${name}-account`]: { kind: "owner", spec: specOf(app, plan) } };
}

/**
 * The first account, with the role Owner. It is created once and never deleted. Each new word in
 * `mastiff:rotate` gives it a new password once.
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
