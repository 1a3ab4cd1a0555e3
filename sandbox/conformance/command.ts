import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandProvider } from "../stand-ins/plugins/command/provider.ts";
import { providerService } from "../stand-ins/plugins/provider-server.ts";
import {
  changes,
  checks,
  creations,
  deletions,
  globs,
  overlook,
  overlooked,
  runs,
  states,
} from "./command-inputs.ts";
import { listen } from "./listener.ts";
import { type Json, ProviderClient, unknown } from "./plugin-client.ts";
import { startPlugin } from "./plugin-process.ts";
import type { OfficialParts, Question, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { addressOf, type StandIn, withProvider } from "./sides.ts";

const standIn: StandIn = { name: "command", service: () => providerService(commandProvider()) };
const command = "command:local:Command";
const run = "command:local:run";

/** The command provider, for commands on this machine. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (client: ProviderClient) => Promise<unknown>): Question => ({
    part: "command",
    name,
    ask: (side) => withProvider(official, standIn, side, async (client) => reduced(await ask(client), form)),
  });
  const separate = (
    name: string,
    ask: (client: ProviderClient, side: Side) => Promise<unknown>,
  ): Question => ({
    part: "command",
    name,
    ask: (side) => apart(official, side, async (client) => reduced(await ask(client, side), form)),
  });
  return [
    question("handshake", (client) => client.handshake()),
    question("configure", (client) => client.configure({})),
    question("plugin info", (client) => client.pluginInfo()),
    question("configuration without keys", (client) => client.checkConfig({})),
    question("a type that there is not", (client) => client.create("command:local:Nope", {})),
    question("a function that there is not", (client) => client.invoke("command:local:nope", {})),
    ...checks.map((inputs) => question(`check ${text(inputs)}`, (client) => client.check(command, inputs))),
    ...creations.flatMap((inputs) => [
      question(`preview ${text(inputs)}`, (client) => client.create(command, inputs, { preview: true })),
      question(`create ${text(inputs)}`, (client) => client.create(command, inputs)),
    ]),
    ...changes.flatMap(([before, after, more]) => {
      const change = {
        olds: { ...before, stdout: "old out", stderr: "old err", ...more },
        oldInputs: before,
        news: after,
      };
      return [
        question(`diff ${text(before)} → ${text(after)}`, (client) => client.diff(command, change)),
        question(`preview update ${text(before)} → ${text(after)} of ${text(more ?? {})}`, (client) =>
          client.update(command, { ...change, preview: true }),
        ),
        question(`update ${text(before)} → ${text(after)} of ${text(more ?? {})}`, (client) =>
          client.update(command, change),
        ),
      ];
    }),
    ...overlooked.map(([before, after, ignoreChanges]) =>
      question(`diff that overlooks ${ignoreChanges} in ${text(after)}`, (client) =>
        client.diff(command, { ...overlook(before, after), ignoreChanges }),
      ),
    ),
    ...states.map(([what, olds]) =>
      question(`update from a state with ${what}`, (client) =>
        client.update(command, { olds, oldInputs: {}, news: { create: "true" } }),
      ),
    ),
    ...deletions.map((state) =>
      question(`delete ${text(state)}`, (client) => client.delete(command, "x", state, {})),
    ),
    question("read", (client) =>
      client.read(command, "x", { create: "x", stdout: "a", stderr: "" }, { create: "x" }),
    ),
    question("read of nothing", (client) => client.read(command, "x")),
    question("read of inputs that do not fit", (client) => client.read(command, "x", {}, { create: 3 })),
    ...runs.map((args) => question(`run ${text(args)}`, (client) => client.invoke(run, args))),
    question("run of an unknown command, in a preview", (client) =>
      client.invoke(run, { command: unknown }, true),
    ),
    ...globs.map((inputs) =>
      question(`assets ${text(inputs)}`, (client) =>
        inFolder((dir) => client.create(command, { create: "true", dir, ...inputs })),
      ),
    ),
    ...["stdout", "stderr", "stdoutAndStderr", "none", undefined].map(
      (logging): Question => ({
        part: "command",
        name: `lines that reach the engine with logging ${logging}`,
        ask: (side) => logged(official, side, logging),
      }),
    ),
    separate("a cancel kills what runs", async (client) => {
      const running = client.create(command, {
        create: "echo started; exec sleep 30",
        interpreter: ["/bin/sh", "-c"],
      });
      // Once the provider has answered later calls on the same connection, it has received the create call.
      await client.pluginInfo();
      await client.invoke(run, { command: "sleep 0.3" });
      await client.cancel();
      return await running;
    }),
    separate("nothing runs after a cancel", async (client) => {
      await client.cancel();
      return await client.create(command, { create: "echo late" });
    }),
  ];
}

function text(value: Json): string {
  return JSON.stringify(value);
}

/** Asks about a folder with a few files. */
async function inFolder<Answer>(ask: (dir: string) => Promise<Answer>): Promise<Answer> {
  const dir = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const deep = "deep/".repeat(25);
    mkdirSync(join(dir, deep), { recursive: true });
    mkdirSync(join(dir, "sub"));
    const names = [
      "one.txt",
      "two.txt",
      "a.md",
      "bz.md",
      "sub/x.txt",
      "sub/secret.txt",
      "sub/é.txt",
      `${deep}low.txt`,
    ];
    for (const name of names) writeFileSync(join(dir, name), `content of ${name}`);
    return await ask(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Asks a provider that no other question uses, because a cancel ends all of a provider's commands. */
async function apart(
  official: OfficialParts,
  side: Side,
  ask: (client: ProviderClient) => Promise<Json>,
  engine = "",
): Promise<Json> {
  const plugin =
    side === "official"
      ? await startPlugin(join(official.bin, "pulumi-resource-command"), engine ? [engine] : [])
      : undefined;
  const client = new ProviderClient(plugin?.address ?? (await addressOf(official, standIn, side)));
  try {
    await client.handshake(engine);
    await client.configure();
    return await ask(client);
  } finally {
    client.close();
    await plugin?.close();
  }
}

/** The lines of a command's output as the engine's screen shows them. */
async function logged(official: OfficialParts, side: Side, logging: string | undefined): Promise<Json> {
  const engine = await listen();
  // Lines of two streams arrive in order only when time passes between them. The pauses are long enough for a
  // busy machine.
  const inputs = {
    create: "echo one; printf 'two\\r\\n\\n'; sleep 0.5; echo bad >&2; sleep 0.5; printf three",
    logging: logging ?? null,
  };
  try {
    await apart(
      official,
      side,
      async (client) => (await client.create(command, inputs, { name: "talker" })) as Json,
      engine.address,
    );
    return engine.lines as unknown as Json;
  } finally {
    engine.close();
  }
}

/** Replaces the random digits at the end of ids, and the names of temporary folders. */
function form(value: string, path: string): string {
  if (path === "id") return value.replace(/[0-9a-f]{8}$/, "{8}");
  return value.replace(/\/[^\s"]*conformance-[A-Za-z0-9]+/g, "{folder}");
}
