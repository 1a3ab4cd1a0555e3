import * as pulumi from "@pulumi/pulumi";
import type { RetiredLoginSpec } from "../../providers/fly/spec.ts";
import type { LaterPassword } from "../mastodon/mastodon-secrets.ts";
import type { FlyPlace } from "./app.ts";
import { FlyCommand } from "./driver.ts";
import type { FlyPlan } from "./plan.ts";

/** Arguments of {@link RetiredPasswords}. */
export interface RetiredPasswordsArgs {
  /** Organisation, region and mark of everything on Fly, and the drift that a look found. */
  place: FlyPlace;
  /** The database and the Redis concerned. */
  plan: Pick<FlyPlan, "postgres" | "redis">;
  /** Passwords that replaced the first ones; undefined: the first one is still valid. */
  later: { database: LaterPassword | undefined; redis: LaterPassword | undefined };
  /** The releases that give every machine the later passwords. */
  after: pulumi.Resource[];
}

/**
 * Disables the first passwords of database and Redis, once no machine uses them any more. Passwords between
 * the first and the current one need nothing here: a login is dropped with its resource, and a restarted
 * Redis knows only the password that it starts with.
 *
 * @example
 * new RetiredPasswords("dogs-retired", {
 *   place,
 *   plan: planFly(settings, mailServerOf(settings)),
 *   later: secrets.later,
 *   after: [webRelease.released, streamingRelease.released],
 * });
 */
export class RetiredPasswords extends pulumi.ComponentResource {
  constructor(name: string, args: RetiredPasswordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:fly:RetiredPasswords", name, {}, opts);
    const { place, plan, later } = args;
    const last = { parent: this, dependsOn: args.after };
    if (later.database !== undefined) {
      const spec: RetiredLoginSpec = { app: plan.postgres.app, user: plan.postgres.database };
      const thing = { name: `${name}-database-login`, kind: "retired-login", spec } as const;
      new FlyCommand(thing, { place, moves: true }, last);
    }
    if (later.redis !== undefined) {
      const secrets = { password: later.redis.value };
      const spec = { app: plan.redis.name };
      const thing = { name: `${name}-redis-password`, kind: "redis-restart", spec };
      new FlyCommand(thing, { place, moves: true, secrets }, last);
    }
    this.registerOutputs();
  }
}
