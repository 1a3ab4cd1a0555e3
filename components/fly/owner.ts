import * as pulumi from "@pulumi/pulumi";
import type { OwnerSpec } from "../../providers/fly/spec.ts";
import type { FlyPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import type { ObservedThing } from "./thing.ts";

/** Arguments of {@link Owner}. */
export interface OwnerArgs extends OwnerPlan {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** Name of the web app once it exists. */
  appName: pulumi.Input<string>;
  /** Password of a new account, or of one whose password is rotated. Secret. */
  password: pulumi.Output<string>;
  /** Mastodon's SECRET_KEY_BASE, by which the password is sealed on its way. Secret. */
  secretKeyBase: pulumi.Output<string>;
  /** The release that has set up the database. */
  after: pulumi.Resource;
}

/** Settings of the owner that are known before the account is declared. */
export interface OwnerPlan {
  /** The web app, whose image and database the one-off machine uses. */
  app: string;
  /** User name: 1 to 30 lower-case letters, digits and `_`. */
  username: string;
  /** E-mail address. Mastodon checks its domain in DNS, unless it is the community's. */
  email: string;
  /** The community's domain. */
  domain: string;
  /** The password's word in `mastiff:rotate`; undefined: never rotated. */
  rotation: string | undefined;
}

function specOf({ app, username, email, domain, rotation }: OwnerPlan): OwnerSpec {
  // Mastodon checks the e-mail domain's DNS, but the community's own domain may not be in DNS yet.
  const skipDns = email.endsWith(`@${domain}`);
  return { app, username, email, skipDns, ...(rotation !== undefined && { rotation }) };
}

/** The account that an {@link Owner} makes. */
export function ownerThing(name: string, plan: OwnerPlan): ObservedThing {
  return { name: `${name}-account`, kind: "owner", spec: specOf(plan) };
}

/**
 * The first account, with the role Owner. It is created once and never deleted. Each new word in
 * `mastiff:rotate` gives it a new password once.
 *
 * @throws in `up`, if Mastodon does not accept the user name or the address
 * @see https://docs.joinmastodon.org/admin/setup/#admin-cli
 * @example
 * const account = { username: "rex", email: "rex@mastiff.party", domain: "mastiff.party" };
 * new Owner("dogs-owner", {
 *   place,
 *   ...account,
 *   rotation: undefined,
 *   app: "mastiff-party",
 *   appName: web.appName,
 *   password: secrets.ownerPassword,
 *   secretKeyBase: secrets.variables.SECRET_KEY_BASE,
 *   after: webRelease.released,
 * });
 */
export class Owner extends pulumi.ComponentResource {
  constructor(name: string, args: OwnerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Owner", name, { username: args.username }, opts);
    new FlyCommand(
      ownerThing(name, args),
      {
        place: args.place,
        moves: false,
        after: args.appName,
        secrets: { password: args.password, secretKeyBase: args.secretKeyBase },
      },
      { parent: this, dependsOn: [args.after] },
    );
    this.registerOutputs();
  }
}
