import * as pulumi from "@pulumi/pulumi";
import type { OwnerSpec } from "../flyctl/spec.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlace } from "./fly-app.ts";

/** Arguments of {@link Owner}. */
export interface OwnerArgs {
  place: FlyPlace;
  /** The web app, whose image and database the one-off machine uses. */
  appName: pulumi.Input<string>;
  username: string;
  email: string;
  /** Password of a new account; one that is there keeps its own. Secret. */
  password: pulumi.Output<string>;
  /** The community's domain. */
  domain: string;
  /** The release that has set up the database. */
  after: pulumi.Resource;
}

/**
 * The first account, with the role Owner. Made once; never given a new password, never deleted.
 *
 * @see https://docs.joinmastodon.org/admin/setup/#admin-cli
 */
export class Owner extends pulumi.ComponentResource {
  constructor(name: string, args: OwnerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Owner", name, { username: args.username }, opts);
    const spec = pulumi.output(args.appName).apply(
      (app): OwnerSpec => ({
        app,
        username: args.username,
        email: args.email,
        // Mastodon asks the mail domain's DNS; of the community's own it may not know anything yet.
        skipDns: args.email.endsWith(`@${args.domain}`),
      }),
    );
    new FlyCommand(
      `${name}-account`,
      { kind: "owner", spec, endpoint: args.place.endpoint, secrets: { password: args.password } },
      { parent: this, dependsOn: [args.after] },
    );
    this.registerOutputs();
  }
}
