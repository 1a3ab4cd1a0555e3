import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link CommunityLock}. */
export interface CommunityLockArgs {
  /** Whether the community is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
  /** Resources that hold data, and the release that lets people in. A destroy reaches them after the lock. */
  holds: pulumi.Resource[];
}

/**
 * Protects a community from being destroyed, already in the run that makes the first release.
 *
 * Resources that hold data cannot be declared protected before that release: if the first `up` failed, only
 * `pulumi state unprotect` would make a destroy possible. So the next run protects them (bound-facts.ts,
 * `isReleased`). Until then this resource does: it depends on all of them, so a destroy has to delete it
 * first.
 *
 * @example
 * const uploads = media.keepUploads(webRelease.released);
 * new CommunityLock("dogs-lock", {
 *   protect: true,
 *   holds: [secrets, zone, uploads, postgres, redis, webRelease],
 * });
 */
export class CommunityLock extends pulumi.ComponentResource {
  constructor(name: string, args: CommunityLockArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Lock", name, {}, opts);
    // A command that runs nothing.
    new command.local.Command(
      `${name}-hold`,
      {},
      { parent: this, protect: args.protect, dependsOn: args.holds },
    );
    this.registerOutputs();
  }
}
