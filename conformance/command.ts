import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "./listener.ts";
import {
  type Change,
  type Fields,
  type Json,
  ProviderClient,
  secret,
  startPlugin,
  unknown,
} from "./plugin-client.ts";
import type { OfficialParts, Question, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { addressOf, withProvider } from "./sides.ts";

const command = "command:local:Command";
const run = "command:local:run";

/** The command provider, for commands on this machine. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (client: ProviderClient) => Promise<unknown>): Question => ({
    part: "command",
    name,
    ask: (side) =>
      withProvider(official, "command", side, async (client) => reduced(await ask(client), form)),
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
      // The provider has the call when a later one on the same connection has been answered.
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

const checks: Fields[] = [
  { create: "echo hi" },
  {},
  { create: 3 },
  { create: true, update: ["x"] },
  { create: { a: 1 } },
  { create: unknown, environment: { A: unknown, B: secret("s") }, stdin: secret("x") },
  { create: "x", environment: unknown, triggers: unknown, interpreter: unknown, logging: unknown },
  { create: "x", environment: { A: 1 } },
  { create: "x", environment: "A=1" },
  { create: "x", environment: ["A"] },
  { create: "x", interpreter: "sh" },
  { create: "x", interpreter: ["sh", 1] },
  { create: "x", triggers: "a" },
  { create: "x", triggers: [1, "a", { b: secret("c") }, ["d"]] },
  { create: "x", triggers: [] },
  { create: "x", environment: {} },
  { create: "x", logging: "loud" },
  { create: "x", addPreviousOutputInEnv: "yes" },
  { create: "x", assetPaths: "a", archivePaths: ["a", 1] },
  { create: "x", foo: "bar", baz: 1 },
  { create: secret("x"), dir: secret("y") },
];

const creations: Fields[] = [
  { create: "echo hi; echo err >&2", environment: { A: "1", B: secret("s") } },
  { create: secret("echo hi"), stdin: secret("x") },
  { create: "cat", stdin: "in\nput" },
  { create: "cat; echo $?", stdin: "" },
  { create: "head -c 3 >/dev/null", stdin: "x".repeat(300_000) },
  { create: "printf 'a\n\n'; printf 'b' >&2" },
  { create: "printf '\\303\\251'" },
  { create: "seq 1 20000" },
  {},
  { update: "echo never" },
  { create: "" },
  { create: "echo $A-$PULUMI_COMMAND_STDOUT", environment: { A: "x y", PULUMI_COMMAND_STDOUT: "mine" } },
  { create: 'echo "$0 $1"', interpreter: ["/bin/bash", "-c"] },
  { create: "console.log(process.argv.length, 'x')", interpreter: ["node", "-e"] },
  { create: "/bin/true", interpreter: ["env"] },
  { create: "pwd", dir: "/usr" },
  { create: "echo x", interpreter: [] },
  { create: "echo hi", triggers: [1, null, { a: secret("x") }] },
  { create: "echo hi", triggers: [], environment: {} },
  { create: "echo hi", environment: secret({ A: "1" }) },
  { create: "echo hi", environment: { A: unknown } },
  { create: "echo hi", stdin: secret(unknown) },
  { create: "echo hi", interpreter: unknown, assetPaths: unknown, triggers: unknown, dir: "/usr" },
  { create: "echo hi", triggers: [unknown, { a: unknown }], addPreviousOutputInEnv: unknown },
  { create: "echo hi; sleep 0.1; echo err >&2; exit 3" },
  { create: "echo hi", interpreter: ["/nope"] },
  { create: "echo hi", interpreter: ["nope-nope"] },
  { create: "echo hi", interpreter: ["/etc/passwd"] },
  { create: "echo hi", dir: "/nope" },
  { create: "echo hi", dir: "/etc/passwd" },
  { create: "kill -9 $$" },
  { create: "kill -TERM $$" },
  { create: "echo 'tab\there \"quoted\" \\ é'; exit 1" },
  { create: 3 },
  { create: "true", logging: "loud" },
];

const changes: [Fields, Fields, Fields?][] = [
  [{ create: "true" }, { create: "true" }],
  [{ create: "true" }, { create: "echo new" }],
  [{ create: "true" }, { create: "true", update: "echo $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR" }],
  [
    { create: "true" },
    {
      create: "true",
      update: "echo $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR",
      addPreviousOutputInEnv: false,
    },
  ],
  [
    { create: "true" },
    { create: "true", update: "echo $PULUMI_COMMAND_STDOUT" },
    { stdout: secret("hidden") },
  ],
  [{ create: "true" }, { create: "true", delete: "x" }, { stdout: secret("hidden") }],
  [{ create: "true" }, { create: "echo new" }, { stdout: secret("hidden"), assets: {} }],
  [
    { create: "true", environment: { A: "1" } },
    { create: "true", environment: { A: "2" } },
  ],
  [
    { create: "true", environment: { A: "1" } },
    { create: "true", environment: { A: "1", "b.c": "2" } },
  ],
  [
    { create: "true", environment: { A: "1", B: "2" } },
    { create: "true", environment: { B: "2" } },
  ],
  [{ create: "true", environment: { A: "1" } }, { create: "true" }],
  [{ create: "true" }, { create: "true", environment: { A: "1" } }],
  [
    { create: "true", environment: { A: "1" } },
    { create: "true", environment: { A: unknown } },
  ],
  [
    { create: "true", environment: { A: "1" } },
    { create: "true", environment: unknown },
  ],
  [{ create: "true" }, { create: "true", environment: { A: unknown } }],
  [{ create: "true" }, { create: "true", stdin: unknown }],
  [
    { create: "true", stdin: "a" },
    { create: "true", stdin: secret("a") },
  ],
  [
    { create: "true", stdin: secret("a") },
    { create: "true", stdin: "a" },
  ],
  [
    { create: "true", stdin: secret("a") },
    { create: "true", stdin: secret("b") },
  ],
  [
    { create: "true", stdin: secret("a") },
    { create: "true", stdin: secret(unknown) },
  ],
  [
    { create: "true", environment: secret({ A: "1", B: "1" }) },
    { create: "true", environment: secret({ A: "1", B: "2" }) },
  ],
  [{ create: "true" }, { create: "true", triggers: ["a"] }],
  [{ create: "true", triggers: ["a"] }, { create: "true" }],
  [
    { create: "true", triggers: ["a"] },
    { create: "true", triggers: ["b"] },
  ],
  [
    { create: "true", triggers: ["a"] },
    { create: "true", triggers: ["a", "b"] },
  ],
  [
    { create: "true", triggers: ["a"] },
    { create: "true", triggers: [unknown] },
  ],
  [
    { create: "true", triggers: ["a"] },
    { create: "true", triggers: unknown },
  ],
  [
    { create: "true", triggers: [{ a: 1 }] },
    { create: "true", triggers: [{ a: 2, b: null }] },
  ],
  [
    { create: "true", interpreter: ["env"] },
    { create: "true", interpreter: ["env", "-i"] },
  ],
  [{ create: "true", dir: null }, { create: "true" }],
  [{ create: "true" }, { create: "false" }],
  [{ update: "true" }, {}],
];

const overlooked: [Fields, Fields, string[]][] = [
  [{ create: "a", dir: "a" }, { create: "a", dir: "b" }, ["dir"]],
  [{ create: "a", environment: { A: "1" } }, { create: "a", environment: { A: "2" } }, ["environment.A"]],
  [{ create: "a" }, { create: "a", dir: "b" }, ["dir"]],
];

function overlook(oldInputs: Fields, news: Fields): Change {
  return { olds: { ...oldInputs, stdout: "", stderr: "" }, oldInputs, news };
}

const states: [string, Fields][] = [
  ["no output", { create: "x" }],
  ["a number for a command", { update: 3, stdout: "", stderr: "" }],
  ["a field that there is not", { foo: "bar", stdout: "", stderr: "" }],
];

const deletions: Fields[] = [
  { create: "x", stdout: "", stderr: "" },
  { create: "x", delete: "echo bye; exit 1", stdout: "", stderr: "" },
  { create: "x", delete: 'test "$PULUMI_COMMAND_STDOUT" = out', stdout: "out", stderr: "" },
  {
    create: "x",
    delete: 'test -z "$PULUMI_COMMAND_STDOUT"',
    stdout: "out",
    stderr: "",
    addPreviousOutputInEnv: false,
  },
  { create: "x", delete: "echo 1", dir: "/nope", stdout: "", stderr: "" },
  { create: "x" },
];

const runs: Fields[] = [
  { command: "echo hi; echo err >&2", environment: { A: "1" } },
  { command: "exit 4" },
  {},
  { command: 3, foo: 2 },
  { command: secret("echo a"), stdin: secret("b") },
  { command: "pwd", dir: "/usr", logging: "none" },
  { command: "echo x", dir: "/nope" },
];

const globs: Fields[] = [
  { assetPaths: ["*.txt"] },
  { assetPaths: ["**.txt"] },
  { assetPaths: ["**", "!**secret*"] },
  { assetPaths: ["sub/?.txt", "{one,two}.txt", "[a-c].md", "[!a]z.md"] },
  { assetPaths: ["none/**"] },
  { archivePaths: ["**"] },
  { archivePaths: ["sub/**"], assetPaths: ["*.md"] },
];

/** Ask about a folder with a few files. */
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

/** Ask a provider that nobody else asks: a cancel ends all that it does. */
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
  const client = new ProviderClient(plugin?.address ?? (await addressOf(official, "command", side)));
  try {
    await client.handshake(engine);
    await client.configure();
    return await ask(client);
  } finally {
    client.close();
    await plugin?.close();
  }
}

/** The lines that a command's output becomes on the engine's screen. */
async function logged(official: OfficialParts, side: Side, logging: string | undefined): Promise<Json> {
  const engine = await listen();
  const inputs = {
    create: "echo one; printf 'two\\r\\n\\n'; sleep 0.1; echo bad >&2; sleep 0.1; printf three",
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

/** Ids end in random digits; folders are made for a question. */
function form(value: string, path: string): string {
  if (path === "id") return value.replace(/[0-9a-f]{8}$/, "{8}");
  return value.replace(/\/[^\s"]*conformance-[A-Za-z0-9]+/g, "{folder}");
}
