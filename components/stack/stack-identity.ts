import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { identityBytes, markOf } from "../../providers/shared/mark.ts";
import { knownValue } from "./known-value.ts";
import { resourceNames } from "./logical-names.ts";

/** Arguments of {@link StackIdentity}. */
export interface StackIdentityArgs {
  /** Current name of the stack: `<project>/<stack>`. */
  stack: string;
  /** Whether the identity is protected from deletion; undefined: as the component is. */
  protect: boolean | undefined;
  /**
   * Checks whether the community is up already. Called before an identity is generated, in previews too: a
   * state without an identity cannot have anything in the clouds.
   *
   * @throws with what was found and what to do
   */
  look: () => Promise<void>;
}

/**
 * Gives a stack an identity, which is generated once, and remembers the name that the stack had then. Every
 * mark in the clouds is made from both, so a renamed stack keeps its resources, and a fresh state of the same
 * name has none.
 *
 * The identity comes first, and everything else waits for it: it is in the state before anything is in a
 * cloud. So the next run can finish a run that was interrupted at any point.
 *
 * @example
 * const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
 * const { connect } = await operatorsCloudflare(parent);
 * const look = () => lookForCommunity(settings, connect, parent);
 * const identity = new StackIdentity("dogs-identity", { stack, protect: true, look }, { parent });
 * const { mark, isNew } = await identity.known;
 */
export class StackIdentity extends pulumi.ComponentResource {
  /** The stack's mark: `3f9a1c0b77de mastiff/acme`. Unknown in the preview before the first `up`. */
  readonly mark: pulumi.Output<string>;
  /**
   * The mark, undefined in the preview before the first `up`, and whether this run generates the identity.
   *
   * @throws RunError if a run's --target leaves out an identity that does not exist yet
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
      resourceNames.identity(name),
      // The name at the first run: a renamed stack is still the same stack.
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
    this.known = knownValue(this.mark).then((mark) => {
      if (mark === notMade) throw new pulumi.RunError(noIdentity);
      return { mark, isNew };
    });
    this.registerOutputs();
  }
}

/** Stands for a missing identity: a new resource that --target leaves out has no outputs. */
const notMade = "";

const noIdentity = [
  "The stack has no identity yet, and this run cannot create one: its --target excludes it.",
  "  fix     run pulumi up once without --target",
].join("\n");
