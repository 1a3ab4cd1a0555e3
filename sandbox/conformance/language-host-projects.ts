/** The projects for the questions to the language hosts. */

import { type Files, projectFile } from "./engine.ts";

/**
 * A program that fails. Its stack traces are limited to one line: Node 22's util.inspect takes minutes to
 * colour a stack trace that names a file directly below a scope, such as the SDK's
 * `node_modules/@pulumi/resource.ts`.
 */
export function failing(code: string): Files {
  return {
    "Pulumi.yaml": projectFile("typescript: false\nnodeargs: --stack-trace-limit=1", "index.js"),
    "package.json": "{}",
    "index.js": code,
  };
}

export const programs: [string, Files | string][] = [
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
  // The program exits late. Right after the start, a few milliseconds decide whether the runtime still waits
  // for the engine and complains.
  ["exit 0 before the end", `setTimeout(() => {}, 60_000); setTimeout(() => process.exit(0), 5_000);`],
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

export const settings = `
import * as pulumi from "@pulumi/pulumi";
export const config = new pulumi.Config();
export const plain = config.require("plain");
export const hidden = config.requireSecret("hidden");
export const dots = new pulumi.Config("other").require("with.dots");
export const deep = config.requireSecretObject("deep");
export const raw = process.env.PULUMI_CONFIG;
export const keys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS).sort();
`;

export const witness: Files = {
  "Pulumi.yaml": projectFile("typescript: false\nnodeargs: --require ./spy.cjs"),
  "spy.cjs": `
export const names = (name) => /^(PULUMI_NODEJS|PULUMI_CONFIG)/.test(name) && name !== "PULUMI_CONFIG_PASSPHRASE";
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
export const sync = globalThis.started.argv.indexOf("--sync");
if (sync !== -1) globalThis.started.argv.splice(sync, 2);
export const started = JSON.stringify(globalThis.started)
  .replace(/127\\.0\\.0\\.1:\\d+/g, "{address}")
  .replaceAll(process.cwd(), "{folder}");
export const names = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()];
export const root = pulumi.getRootDirectory?.().replaceAll(process.cwd(), "{folder}");
`,
};

export const below: Files = {
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

export const dynamic = `
import * as pulumi from "@pulumi/pulumi";
export const provider = { create: async (inputs) => ({ id: "made", outs: { twice: inputs.n * 2 } }) };
class Twice extends pulumi.dynamic.Resource { constructor(name, n) { super(provider, name, { n, twice: undefined }); } }
export const twice = new Twice("it", 21).twice;
`;

export const waits = `
import * as pulumi from "@pulumi/pulumi";
setInterval(() => {}, 1000);
export default async () => { await new Promise(() => {}); };
`;

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, version: "1.2.3", ...more });
}

export const packages: Files = {
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

export const linked: Files = {
  "elsewhere/package.json": manifest("@pulumi/linked", { pulumi: { resource: true } }),
  "below/node_modules/@pulumi/below/package.json": manifest("@pulumi/below", { pulumi: { resource: true } }),
  "policy/PulumiPolicy.yaml": "runtime: nodejs\n",
  "policy/node_modules/@pulumi/policed/package.json": manifest("@pulumi/policed", {
    pulumi: { resource: true },
  }),
  "node_modules/none": "",
};

export const lockfile: Files = {
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

/** The official host parses lock files line by line. */
function lock(content: object): string {
  return JSON.stringify(content, null, 2);
}
