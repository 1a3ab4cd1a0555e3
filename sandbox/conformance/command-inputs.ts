/** Inputs, changes and states for the questions to the command providers. */

import { type Change, type Fields, secret, unknown } from "./plugin-client.ts";

export const checks: Fields[] = [
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

export const creations: Fields[] = [
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
  { create: "echo hi", interpreter: unknown, triggers: unknown, dir: "/usr" },
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

export const changes: [Fields, Fields, Fields?][] = [
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
  [{ create: "true" }, { create: "echo new" }, { stdout: secret("hidden") }],
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

export const overlooked: [Fields, Fields, string[]][] = [
  [{ create: "a", dir: "a" }, { create: "a", dir: "b" }, ["dir"]],
  [{ create: "a", environment: { A: "1" } }, { create: "a", environment: { A: "2" } }, ["environment.A"]],
  [{ create: "a" }, { create: "a", dir: "b" }, ["dir"]],
];

export function overlook(oldInputs: Fields, news: Fields): Change {
  return { olds: { ...oldInputs, stdout: "", stderr: "" }, oldInputs, news };
}

export const states: [string, Fields][] = [
  ["no output", { create: "x" }],
  ["a number for a command", { update: 3, stdout: "", stderr: "" }],
  ["a field that there is not", { foo: "bar", stdout: "", stderr: "" }],
];

export const deletions: Fields[] = [
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

export const runs: Fields[] = [
  { command: "echo hi; echo err >&2", environment: { A: "1" } },
  { command: "exit 4" },
  {},
  { command: 3, foo: 2 },
  { command: secret("echo a"), stdin: secret("b") },
  { command: "pwd", dir: "/usr", logging: "none" },
  { command: "echo x", dir: "/nope" },
];
