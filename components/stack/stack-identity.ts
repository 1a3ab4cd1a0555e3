import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { identityBytes, markOf } from "../../providers/shared/mark.ts";

/** Arguments of {@link StackIdentity}. */
export interface StackIdentityArgs {
  /** `<project>/<stack>` as it is called today. */
  stack: string;
  /** Whether the identity is kept from being deleted. */
  protect: boolean;
  /**
   * Looks whether the community is up already. Asked before an identity is made, in previews too: nothing in a state
   * without one can be in the clouds.
   *
   * @throws with what was found and the ways out
   */
  look: () => Promise<void>;
}

/**
 * Who a stack is: an identity that is generated once, and the name that the stack had then. Every mark in the clouds
 * is made from the two, so a stack that is renamed keeps its things, and a fresh state of the same name has none.
 *
 * It comes before everything else, and waits: the identity is in the state before the first thing is in a cloud, so
 * a run that ends anywhere is finished by the next one.
 */
export class StackIdentity extends pulumi.ComponentResource {
  /** What things are marked with: `3f9a1c0b77de mastiff/acme`. Unknown in the preview before the first `up`. */
  readonly mark: pulumi.Output<string>;
  /**
   * The mark once it is known, undefined in the preview before the first `up`; and whether this run makes it.
   *
   * @throws RunError where a run's --target leaves out an identity that is not made yet
   */
  readonly known: Promise<{ mark: string | undefined; isNew: boolean }>;

  constructor(name: string, args: StackIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Identity", name, {}, opts);
    let isNew = false;
    const firstLook = new pulumi.ResourceHook(
      `${name}-first-look`,
      async () => {
        isNew = true;
        await args.look();
      },
      { onDryRun: true },
    );
    const id = new random.RandomId(
      `${name}-id`,
      // The name as it was: a stack that is renamed is the same stack.
      { byteLength: identityBytes, keepers: { stack: args.stack } },
      {
        parent: this,
        protect: args.protect,
        ignoreChanges: ["keepers", "byteLength"],
        hooks: { beforeCreate: [firstLook] },
      },
    );
    this.mark = pulumi
      .all([id.hex, id.keepers])
      .apply(([hex, keepers]) =>
        hex === undefined ? notMade : markOf({ identity: hex, stack: keepers?.stack ?? args.stack }),
      );
    this.known = knownMark(this.mark).then((mark) => {
      if (mark === notMade) throw new pulumi.RunError(noIdentity);
      return { mark, isNew };
    });
    this.registerOutputs();
  }
}

/** A run with --target makes nothing that it is not told to: what would have been made has no outputs then. */
const notMade = "";

const noIdentity = [
  "The stack has no identity yet, and this run is not to make one: its --target leaves it out.",
  "  fix     run pulumi up once without --target, or add:  --target '**::identity**'",
].join("\n");

/** The value of an output, or undefined where this preview cannot know it. */
async function knownMark(mark: pulumi.Output<string>): Promise<string | undefined> {
  // Not among the SDK's types, but on every output (@pulumi/pulumi: output.ts): a function given to `apply` is not
  // called for what is unknown, so nobody could wait for it.
  const { isKnown } = mark as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return undefined;
  return new Promise((resolve) => mark.apply(resolve));
}
