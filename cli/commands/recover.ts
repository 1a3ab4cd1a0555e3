import { shell } from "../../providers/shared/shell.ts";
import { command } from "../command.ts";
import { communityNamed } from "../communities.ts";
import { community, json, stack } from "../options.ts";
import { recoverable } from "../recover/engine.ts";
import { leftovers, takeAway } from "../recover/leftovers.ts";
import { openStack } from "../stack.ts";

/**
 * After a run that was cut off (power, kill -9, a lost connection), makes the engine's state and Cloudflare
 * agree again, so that the next `pulumi up` or `destroy` continues.
 *
 *   lock of a dead run ─► cancelled     pending operations ─► refreshed away     what the run made and nobody
 *                                                                               wrote down ─► taken away
 *
 * Things at Fly and SendGrid do not need this: their providers look before they make something. Cloudflare's
 * official provider does not, so a thing that it made unrecorded is found here by the identity in its mark,
 * and deleted; `up` makes it again. The command asks no questions and may run at any time: when nothing is
 * wrong, it changes nothing.
 */
export const recover = command({
  meta: {
    name: "recover",
    description:
      "Repairs a stack after a run that was interrupted, so that the next pulumi up or destroy continues.",
  },
  notes: [
    "It cancels the lock of a dead run, clears pending operations, and deletes what the run made at Cloudflare",
    "without recording it. It asks no questions, and changes nothing when all is well.",
  ],
  args: {
    stack,
    community,
    cancel: {
      type: "boolean",
      description: "confirms that the run that holds the lock is dead, where this machine cannot tell",
    },
    json,
  },
  examples: [
    { line: "npx mastiff recover -s acme", does: "then run pulumi up -s acme again" },
    {
      line: "npx mastiff recover -s acme --cancel",
      does: "if the lock belongs to another machine, which is dead",
    },
    { line: "npx mastiff recover -s acme --community dogs", does: "one of several communities of the stack" },
    { line: "npx mastiff recover -s acme --json", does: "for a script: what was repaired" },
  ],
  async run({ args }) {
    const { stdout, stderr } = shell();
    const talk = (line: string) => stderr(`${line}\n`);
    const say = args.json ? talk : (line: string) => stdout(`${line}\n`);
    const report = await recoverStack(args, args.cancel === true, say);
    talk(`now: pulumi up -s ${report.stack}   (or destroy, if a destroy was interrupted)`);
    if (args.json) stdout(`${JSON.stringify(report)}\n`);
  },
});

/** What was found, and is repaired. */
interface Report {
  stack: string;
  /** Logical name of the community; undefined: the state has none. */
  community?: string;
  /** False: the state has no identity, so nothing in the clouds could be told to be the community's. */
  hasIdentity: boolean;
  /** Operations that were under way. Their notes are cleared. */
  pending: { type: string; name: string }[];
  /** Resources whose id Cloudflare never told. Their notes are cleared. */
  halfKnown: string[];
  /** What was made and not recorded. A bucket that holds objects is not deleted. */
  leftovers: { what: string; deleted: boolean }[];
  /** What the token of the operator may not list, in words. */
  notLookedAt: string[];
}

async function recoverStack(
  named: { stack?: string | undefined; community?: string | undefined },
  cancel: boolean,
  say: (line: string) => void,
): Promise<Report> {
  const stack = await openStack(named.stack);
  const engine = recoverable(stack);
  const community = communityNamed(await engine.communities(), named.community, stack.name);
  const pending = await engine.pending();
  const ended = await engine.lastEntry();
  const halfKnown = await engine.forgetHalfKnown({ cancel, say });
  await engine.refresh({ cancel, say });
  for (const { type, name } of pending)
    say(`${name}: a run was interrupted while ${type} it; the pending operation is cleared`);
  for (const name of halfKnown)
    say(`${name}: Cloudflare never reported its id; the entry is cleared from the state`);
  const world = community && (await engine.world(community, ended));
  const hasIdentity = world !== undefined;
  if (!hasIdentity)
    say(
      `the state of ${stack.name} has no identity, so recover cannot tell which cloud resources belong to this stack: it deletes none of them`,
    );
  const found: Report["leftovers"] = [];
  const notLookedAt: string[] = [];
  const unseen = (words: string) => {
    notLookedAt.push(words);
    say(`${words}. To look there too, run it again with a token that has Account API Tokens Edit in it`);
  };
  for (const thing of world === undefined ? [] : await leftovers(world, unseen)) {
    const { what } = thing;
    const deleted = await takeAway(thing);
    found.push({ what, deleted });
    say(
      deleted
        ? `${what}: was created but not recorded; it is deleted, and the next up creates it again`
        : `${what}: has objects, so it stays. If it belongs to this stack, import it (pulumi import); if not, choose another name with mastiff:bucket`,
    );
  }
  if (pending.length + halfKnown.length + found.length + notLookedAt.length === 0)
    say("nothing was left behind");
  return {
    stack: stack.name,
    ...(community && { community: community.name }),
    hasIdentity,
    pending,
    halfKnown,
    leftovers: found,
    notLookedAt,
  };
}
