/**
 * `npm run local`: runs the local clouds in the foreground, and writes a file that sets up a shell for plain
 * `pulumi preview` and `pulumi up`. The world is kept in .mastiff/local between runs; `--fresh` begins with
 * an empty one.
 */
import { join } from "node:path";
import { defineCommand, runMain } from "citty";
import { openEnding } from "./ending.ts";
import { endKept } from "./kept.ts";
import { root, scratch } from "./paths.ts";
import { openSession, typed } from "./session.ts";
import { openTerminal } from "./terminal.ts";
import { toolchain } from "./toolchain.ts";

const command = defineCommand({
  meta: {
    name: "local",
    description: "Cloudflare, SendGrid and Fly on this machine, for plain pulumi commands",
  },
  args: {
    fresh: {
      type: "boolean",
      default: false,
      description: "throw away the world and the stacks of earlier runs",
    },
    latency: { type: "string", default: "0", description: "share of the real clouds' slowness, 0 to 1" },
  },
  async run({ args }) {
    const terminal = openTerminal();
    const ending = openEnding();
    const latency = Number(args.latency);
    if (!(latency >= 0)) {
      terminal.error(`--latency is "${args.latency}": it is a number such as 0.2`);
      process.exit(2);
    }
    try {
      const tools = await toolchain({ terminal });
      for (const line of tools.describe) terminal.info(line);
      await endKept();
      const folder = join(scratch, "local");
      const session = await openSession({ toolchain: tools, terminal, folder, fresh: args.fresh, latency });
      ending.add(() => session.clouds.stop());
      const { clouds, place, envFile, answersFile } = session;
      const here = (file: string) => file.replace(`${root}/`, "");
      terminal.success(`the local clouds listen on ${clouds.url} (a page for browsers)`);
      const lines = [`source ${here(envFile)}`, typed(place, "preview"), typed(place, "up")];
      process.stdout.write(
        `\nIn another terminal, in this folder:\n\n  ${lines.join("\n  ")}\n\nA community of your own:\n\n  npx mastiff new --from ${here(answersFile)}\n\nCtrl-C ends the clouds.\n`,
      );
      await clouds.ended;
      if (ending.signal.aborted) return;
      terminal.error(`the clouds ended by themselves; what they said: ${here(clouds.log)}`);
    } catch (error) {
      if (ending.signal.aborted) return;
      terminal.error(error instanceof Error ? error.message : String(error));
    }
    await ending.run();
    process.exit(1);
  },
});

await runMain(command);
