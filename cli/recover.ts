/**
 * `npm run recover -- --stack <name>`: after a run that was cut off (power, kill -9, a lost connection),
 * makes the engine's state and Cloudflare agree again, so that the next `pulumi up` or `destroy` continues.
 *
 *   lock of a dead run ─► cancelled     pending operations ─► refreshed away     what the run made and nobody
 *                                                                               wrote down ─► taken away
 *
 * Things at Fly and SendGrid do not need this: their providers look before they make something. Cloudflare's
 * official provider does not, so a thing that it made unrecorded is found here by the identity in its mark,
 * and deleted; `up` makes it again. The command asks no questions and may run at any time: when nothing is
 * wrong, it changes nothing.
 */
import { defineCommand, runMain } from "citty";
import { OperatorError } from "../providers/shared/operator-error.ts";
import { openStack } from "./recover/engine.ts";
import { leftovers, takeAway } from "./recover/leftovers.ts";

const command = defineCommand({
  meta: { name: "recover", description: "makes a stack whole after a run that was cut off" },
  args: {
    stack: { type: "string", alias: "s", description: "the stack; default: the one that is selected" },
    cancel: {
      type: "boolean",
      default: false,
      description: "the run that holds the lock is dead, although this machine cannot see it",
    },
  },
  async run({ args }) {
    try {
      await recover(args.stack, args.cancel);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
  },
});

async function recover(name: string | undefined, cancel: boolean): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const stack = await openStack(name);
  const pending = await stack.pending();
  const ended = await stack.lastEntry();
  const halfKnown = await stack.forgetHalfKnown({ cancel, say });
  await stack.refresh({ cancel, say });
  for (const { type, name } of pending)
    say(`${name}: a run was cut off while ${type} it; that note is cleared`);
  for (const name of halfKnown) say(`${name}: Cloudflare never told its id; that note is cleared`);
  const world = await stack.world(ended);
  if (world.identity === undefined)
    say(
      `the state of ${stack.name} has no identity, so it cannot tell what in the clouds is this stack's: nothing is taken away there`,
    );
  const found = await leftovers(world);
  for (const thing of found) say(await takeAway(thing));
  if (pending.length + halfKnown.length + found.length === 0) say("nothing was left behind");
  say(`now: pulumi up -s ${stack.name}   (or destroy, if that is what was cut off)`);
}

await runMain(command);
