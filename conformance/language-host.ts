import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type Files,
  operate,
  outputs,
  type Project,
  projectFile,
  type Running,
  withProject,
} from "./engine.ts";
import { HostClient } from "./host-client.ts";
import { type Json, type PluginProcess, startPlugin } from "./plugin-client.ts";
import type { OfficialParts, Question, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { ourPlugins } from "./sides.ts";

/** The language host: programs that run well and badly, and what the engine asks about a project. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const program = (
    name: string,
    files: Files | string,
    ask: (project: Project) => Promise<Json> = preview,
  ): Question => ({
    part: "language-host",
    name,
    ask: (side) =>
      withProject(
        official,
        side,
        typeof files === "string" ? { "index.ts": files } : files,
        async (project) => ask(project),
      ),
  });
  const asked = (
    name: string,
    files: Files,
    ask: (host: HostClient, folder: string) => Promise<Json>,
  ): Question => ({
    part: "language-host",
    name,
    ask: (side) => withHost(official, side, files, ask),
  });
  return [
    ...programs.map(([name, files]) => program(name, files)),
    program("a life: preview, up, refresh, change, destroy", life, async (project) => [
      await operate(project, "preview"),
      await operate(project, "up"),
      await outputs(project),
      await operate(project, "preview", ["--expect-no-changes"]),
      await operate(project, "refresh"),
      await operate(project, "refresh", ["--run-program"]),
      await operate(project, "up", ["--config=asked:word=other"]),
      await outputs(project),
      await operate(project, "destroy", ["--run-program"]),
    ]),
    program("config: plain, secret, with dots and colons, an object", settings, async (project) => {
      await project.pulumi(["config", "set", "plain", "a word"]);
      await project.pulumi(["config", "set", "--secret", "hidden", "hush"]);
      await project.pulumi(["config", "set", "other:with.dots", "x: y"]);
      await project.pulumi(["config", "set", "--path", "deep.list[0]", "7"]);
      await project.pulumi(["config", "set", "--path", "--secret", "deep.key", "k"]);
      return [await operate(project, "up"), await outputs(project)];
    }),
    program(
      "config that is missing",
      failing(`const p = require("@pulumi/pulumi"); new p.Config().require("absent");`),
    ),
    program("what the program is started with", witness, async (project) => {
      const more = { env: { FROM_THE_SHELL: "kept" } };
      return [await operate(project, "up", ["--parallel=7"], more), await outputs(project)];
    }),
    program("a program in a folder below, run from there", below, async (project) => {
      const more: Running = { cwd: "code/lib" };
      return [await operate(project, "up", [], more), await outputs(project)];
    }),
    program("a dynamic provider", dynamic, async (project) => [
      await operate(project, "up"),
      await outputs(project),
      await operate(project, "destroy"),
    ]),
    program("node is not on PATH", `console.log("never")`, async (project) => {
      // The engine itself is started by its path.
      return await operate(project, "preview", [], { env: { PATH: join(official.bin) } });
    }),
    program("an interrupt while the program waits", waits, async (project) => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), 4000);
      try {
        const { exitCode } = await project.pulumi(["preview", "--stack", "dev", "--non-interactive"], {
          signal: abort.signal,
        });
        return exitCode !== 0;
      } finally {
        clearTimeout(timer);
      }
    }),
    asked("plugin info", {}, async (host) => Object.keys((await host.pluginInfo()) ?? {})),
    asked("plugins of old", {}, (host) => host.requiredPlugins()),
    asked("packages of a project without any", {}, (host, folder) => host.requiredPackages({ folder })),
    asked("packages of a project", packages, (host, folder) => host.requiredPackages({ folder })),
    asked("packages behind a link, below, and in a policy pack", linked, async (host, folder) => {
      symlinkSync(join(folder, "elsewhere"), join(folder, "node_modules/linked"));
      return await host.requiredPackages({ folder });
    }),
    asked("about", { "package-lock.json": "{}", "package.json": "{}" }, (host, folder) =>
      host.about({ folder }),
    ),
    asked("about with options that do not fit", {}, (host, folder) =>
      host.about({ folder, options: { typescript: "yes" } }),
    ),
    asked("about with a package manager that there is not", {}, (host, folder) =>
      host.about({ folder, options: { packagemanager: "pip" } }),
    ),
    asked("dependencies without a lock file", {}, (host, folder) => host.dependencies({ folder }, false)),
    asked("direct dependencies", lockfile, (host, folder) => host.dependencies({ folder }, false)),
    asked("all dependencies", lockfile, (host, folder) => host.dependencies({ folder }, true)),
    asked("prompts", {}, (host, folder) => host.prompts({ folder })),
    asked("prompts when the manager is chosen", {}, (host, folder) =>
      host.prompts({ folder, options: { packagemanager: "npm" } }),
    ),
    asked("template", {}, (host, folder) => host.template({ folder })),
    asked("install", { "package.json": `{ "name": "empty" }`, "node_modules/none": "" }, (host, folder) =>
      host.install({ folder }),
    ),
    asked(
      "install of a manifest that is broken",
      { "package.json": "{", "node_modules/none": "" },
      (host, folder) => host.install({ folder }),
    ),
    asked("run before a handshake", {}, (host, folder) => host.run({ folder })),
  ];
}

function preview(project: Project): Promise<Json> {
  return operate(project, "preview");
}

/**
 * A program that fails. Its stacks are short, because Node 22's util.inspect takes minutes to colour one that
 * names a file right below a scope, as the SDK's `node_modules/@pulumi/resource.ts` is.
 */
function failing(code: string): Files {
  return {
    "Pulumi.yaml": projectFile("typescript: false\nnodeargs: --stack-trace-limit=1", "index.js"),
    "package.json": "{}",
    "index.js": code,
  };
}

const programs: [string, Files | string][] = [
  ["an empty program", ""],
  [
    "lines on stdout and stderr",
    `console.log("1 one\\n\\n2 two"); console.error("bad\\n"); process.stdout.write("3 no end");`,
  ],
  ["a long line and other letters", `console.log("é".repeat(9000)); console.log("\\x1b[31mred\\x1b[0m");`],
  ["the engine's own log", `import * as p from "@pulumi/pulumi"; p.log.info("told"); p.log.warn("warned");`],
  ["an error at the top", failing(`throw new Error("broken at the top");`)],
  ["a RunError", failing(`const p = require("@pulumi/pulumi"); throw new p.RunError("do this instead");`)],
  [
    "a ResourceError",
    failing(
      `const p = require("@pulumi/pulumi"); class C extends p.ComponentResource { constructor() { super("a:b:C", "c"); throw new p.ResourceError("not so", this, true); } } new C();`,
    ),
  ],
  ["a rejection that nobody takes", failing(`Promise.reject(new Error("nobody took this"));`)],
  [
    "a rejection in an output",
    failing(
      `const p = require("@pulumi/pulumi"); exports.x = p.output(1).apply(() => { throw new Error("in apply"); });`,
    ),
  ],
  ["a syntax error", failing(`const = 3;`)],
  ["a package that there is not", failing(`require("no-such-package");`)],
  ["exit 3", `process.exit(3);`],
  ["exit 0 before the end", `setTimeout(() => {}, 60_000); setImmediate(() => process.exit(0));`],
  ["a kill", `process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 60_000);`],
  [
    "an exported async function",
    `export default async () => { await new Promise((done) => setTimeout(done, 20)); return { answer: 42 }; };`,
  ],
  [
    "compiled by ts-node",
    {
      "Pulumi.yaml": projectFile("typescript: true"),
      "tsconfig.json": `{ "compilerOptions": { "module": "commonjs", "target": "es2022", "ignoreDeprecations": "6.0", "skipLibCheck": true, "types": [] } }`,
      "package.json": "{}",
      "index.ts": `enum E { A = "compiled" } export const out: string = E.A;`,
    },
  ],
  [
    "plain JavaScript named by package.json",
    {
      "Pulumi.yaml": "name: asked\nruntime: nodejs\n",
      "package.json": `{ "main": "start.js" }`,
      "start.js": `exports.out = "js";`,
    },
  ],
  [
    "node arguments with quotes",
    {
      "Pulumi.yaml": projectFile(`typescript: false\nnodeargs: "--title='two words' --stack-trace-limit=1"`),
      "index.ts": `console.log(JSON.stringify(process.execArgv));`,
    },
  ],
  [
    "node arguments with an open quote",
    { "Pulumi.yaml": projectFile(`typescript: false\nnodeargs: "--title='two"`), "index.ts": "" },
  ],
  [
    "a node argument that there is not",
    { "Pulumi.yaml": projectFile(`typescript: false\nnodeargs: "--no-such-thing"`), "index.ts": "" },
  ],
  ["an option of the wrong type", { "Pulumi.yaml": projectFile(`typescript: "yes"`), "index.ts": "" }],
  [
    "a package manager that there is not",
    { "Pulumi.yaml": projectFile("typescript: false\npackagemanager: pip"), "index.ts": "" },
  ],
  ["an entry that there is not", { "Pulumi.yaml": projectFile("typescript: false", "absent.ts") }],
  ["no SDK", { "node_modules/none": "", "index.ts": "" }],
];

const life = `
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
const word = new pulumi.Config().get("word") ?? "first";
console.log("word is", word);
const uuid = new random.RandomPassword("secret", { length: 8 });
const said = new command.local.Command("said", { create: "echo $WORD", update: "echo changed $WORD", environment: { WORD: word } });
export const length = uuid.result.apply((value) => value.length);
export const out = said.stdout;
`;

const settings = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
export const plain = config.require("plain");
export const hidden = config.requireSecret("hidden");
export const dots = new pulumi.Config("other").require("with.dots");
export const deep = config.requireSecretObject("deep");
export const raw = process.env.PULUMI_CONFIG;
export const keys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS).sort();
`;

const witness: Files = {
  "Pulumi.yaml": projectFile("typescript: false\nnodeargs: --require ./spy.cjs"),
  "spy.cjs": `
const names = (name) => /^(PULUMI_NODEJS|PULUMI_CONFIG)/.test(name) && name !== "PULUMI_CONFIG_PASSPHRASE";
globalThis.started = {
  argv: process.argv.slice(1),
  execArgv: process.execArgv,
  cwd: process.cwd(),
  env: Object.keys(process.env).filter(names).sort(),
  shell: process.env.FROM_THE_SHELL,
  stdin: require("node:fs").fstatSync(0).isCharacterDevice(),
};`,
  "index.ts": `
import * as pulumi from "@pulumi/pulumi";
// The folder for synchronous calls is for SDKs of old; a host that has none leaves it out.
const sync = globalThis.started.argv.indexOf("--sync");
if (sync !== -1) globalThis.started.argv.splice(sync, 2);
export const started = JSON.stringify(globalThis.started)
  .replace(/127\\.0\\.0\\.1:\\d+/g, "{address}")
  .replaceAll(process.cwd(), "{folder}");
export const names = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()];
export const root = pulumi.getRootDirectory?.().replaceAll(process.cwd(), "{folder}");
`,
};

const below: Files = {
  "Pulumi.yaml": projectFile("typescript: false", "code"),
  "code/package.json": `{ "main": "start.mjs", "type": "module" }`,
  "code/start.mjs": `
import * as command from "@pulumi/command";
import { basename } from "node:path";
export const cwd = basename(process.cwd());
export const ran = (await command.local.run({ command: "basename $PWD" })).stdout;
`,
  "code/lib/none.txt": "",
};

const dynamic = `
import * as pulumi from "@pulumi/pulumi";
const provider = { create: async (inputs) => ({ id: "made", outs: { twice: inputs.n * 2 } }) };
class Twice extends pulumi.dynamic.Resource { constructor(name, n) { super(provider, name, { n, twice: undefined }); } }
export const twice = new Twice("it", 21).twice;
`;

const waits = `
import * as pulumi from "@pulumi/pulumi";
setInterval(() => {}, 1000);
export default async () => { await new Promise(() => {}); };
`;

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, version: "1.2.3", ...more });
}

const packages: Files = {
  "node_modules/@pulumi/random/package.json": manifest("@pulumi/random", { pulumi: { resource: true } }),
  "node_modules/named/package.json": manifest("named", {
    pulumi: { resource: true, name: "n", version: "v9.0.0", server: "https://example.org" },
  }),
  "node_modules/nameless/package.json": manifest("nameless", { pulumi: { resource: true } }),
  "node_modules/no-plugin/package.json": manifest("no-plugin"),
  "node_modules/no-plugin/node_modules/@pulumi/nested/package.json": manifest("@pulumi/nested", {
    pulumi: { resource: true },
  }),
  "node_modules/broken/package.json": "{",
  "node_modules/@pulumi/random/deep/package.json": manifest("@pulumi/deep", { pulumi: { resource: true } }),
  "package.json": manifest("@pulumi/own", { pulumi: { resource: true } }),
};

const linked: Files = {
  "elsewhere/package.json": manifest("@pulumi/linked", { pulumi: { resource: true } }),
  "below/node_modules/@pulumi/below/package.json": manifest("@pulumi/below", { pulumi: { resource: true } }),
  "policy/PulumiPolicy.yaml": "runtime: nodejs\n",
  "policy/node_modules/@pulumi/policed/package.json": manifest("@pulumi/policed", {
    pulumi: { resource: true },
  }),
  "node_modules/none": "",
};

const lockfile: Files = {
  "package.json": JSON.stringify({ dependencies: { a: "1" }, devDependencies: { "@s/b": "2" } }),
  "package-lock.json": lock({
    name: "x",
    lockfileVersion: 3,
    packages: {
      "": { dependencies: { a: "1" }, devDependencies: { "@s/b": "2" } },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/@s/b": { version: "2.0.0", dev: true },
      "node_modules/a/node_modules/c": { version: "3.0.0" },
      "node_modules/c": { version: "3.1.0" },
      "node_modules/d": { resolved: "elsewhere/d", link: true },
      "elsewhere/d": { name: "d", version: "0.1.0" },
    },
  }),
};

/** The parser of the official host goes by lines. */
function lock(content: object): string {
  return JSON.stringify(content, null, 2);
}

/** Ask a host about a project, with somebody listening where the engine would. */
async function withHost(
  official: OfficialParts,
  side: Side,
  files: Files,
  ask: (host: HostClient, folder: string) => Promise<Json>,
): Promise<Json> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  let host: PluginProcess | undefined;
  let address: string;
  if (side === "official") {
    host = await startPlugin(join(official.bin, "pulumi-language-nodejs"), []);
    address = host.address;
  } else {
    address = `127.0.0.1:${(await ourPlugins()).ports.nodejs}`;
  }
  const client = new HostClient(address);
  try {
    return reduced(await ask(client, folder), (text) =>
      text.replaceAll(folder, "{folder}").replace(/\b\d+(?:\.\d+)?m?s\b/g, "{time}"),
    );
  } finally {
    client.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
