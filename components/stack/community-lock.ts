import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link CommunityLock}. */
export interface CommunityLockArgs {
  /** Whether the community is kept from being deleted. */
  protect: boolean;
  /** What holds data, and the release that lets people in. */
  holds: pulumi.Resource[];
}

/**
 * Keeps a community from being destroyed from the first release on, in the run that makes the release already.
 *
 * What holds data cannot be declared protected before that: a first `up` that fails would leave a stack that nothing
 * but `pulumi state unprotect` could end. So it is protected by the next run on (bound-facts.ts, `isReleased`), and
 * this resource stands in front meanwhile: it needs all of it, so a destroy would have to take it away first.
 */
export class CommunityLock extends pulumi.ComponentResource {
  constructor(name: string, args: CommunityLockArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Lock", name, {}, opts);
    // A command without commands.
    new command.local.Command(
      `${name}-lock`,
      {},
      { parent: this, protect: args.protect, dependsOn: args.holds },
    );
    this.registerOutputs();
  }
}
