import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Plugins, servePlugins } from "../stand-ins/plugins/serve.ts";
import { Secret } from "../stand-ins/plugins/values.ts";
import { connect, engineEnd } from "./plugins.ts";

const command = "command:local:Command";
const folder = mkdtempSync(join(tmpdir(), "plugins-command-"));
let plugins: Plugins;

beforeAll(async () => {
  plugins = await servePlugins();
});

afterAll(async () => {
  await plugins.close();
  rmSync(folder, { recursive: true });
});

test("a command's output is its state, and its lines reach the engine at the resource, in order", async () => {
  await using engine = await engineEnd();
  using connection = await connect(plugins.ports.command, engine.address);
  const { id, outputs } = await connection.create(command, { create: "seq 1 200" }, "counter");
  const numbers = Array.from({ length: 200 }, (_, at) => String(at + 1));
  expect(id).toMatch(/^counter[0-9a-f]{8}$/);
  expect(outputs).toEqual({ create: "seq 1 200", stdout: numbers.join("\n"), stderr: "" });
  expect(engine.lines).toEqual(
    numbers.map((message) => ({ message, urn: "urn:pulumi:dev::test::command:local:Command::counter" })),
  );
});

test("a line that goes to one engine does not go to another", async () => {
  await using one = await engineEnd();
  await using two = await engineEnd();
  using first = await connect(plugins.ports.command, one.address);
  using second = await connect(plugins.ports.command, two.address);
  await Promise.all([
    first.create(command, { create: "for i in 1 2 3; do echo first; sleep 0.02; done" }),
    second.create(command, { create: "for i in 1 2 3; do echo second; sleep 0.02; done" }),
  ]);
  expect(one.lines.map(({ message }) => message)).toEqual(["first", "first", "first"]);
  expect(two.lines.map(({ message }) => message)).toEqual(["second", "second", "second"]);
});

test("a cancel ends what one engine runs, with all that it started, and nothing of another engine", async () => {
  const mark = join(folder, "grandchild");
  const release = join(folder, "release");
  using cancelled = await connect(plugins.ports.command);
  using other = await connect(plugins.ports.command);
  const script = `sleep 300 & echo $! > ${mark}; wait`;
  const running = cancelled.create(command, { create: script });
  const failed = expect(running).rejects.toThrow("signal: killed: running");
  const calm = other.create(command, { create: `while [ ! -e ${release} ]; do sleep 0.02; done; echo calm` });
  await vi.waitUntil(() => existsSync(mark) && readFileSync(mark, "utf8").trim() !== "", { timeout: 10_000 });
  const grandchild = Number(readFileSync(mark, "utf8"));
  expect(alive(grandchild)).toBe(true);

  await cancelled.cancel();
  await failed;
  await vi.waitUntil(() => !alive(grandchild), { timeout: 10_000 });
  writeFileSync(release, "");
  expect((await calm).outputs.stdout).toBe("calm");
  await expect(cancelled.create(command, { create: "true" })).rejects.toThrow("context canceled");
});

test("the end of an engine ends what it runs", async () => {
  const mark = join(folder, "orphan");
  const support = new URL("./plugins.ts", import.meta.url).href;
  const create = `echo $$ > ${mark}; exec sleep 300`;
  const code =
    `const { connect } = await import(${JSON.stringify(support)});` +
    `const connection = await connect(${plugins.ports.command});` +
    `await connection.create(${JSON.stringify(command)}, { create: ${JSON.stringify(create)} });`;
  const engine = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  await vi.waitUntil(() => existsSync(mark) && readFileSync(mark, "utf8").trim() !== "", { timeout: 20_000 });
  const running = Number(readFileSync(mark, "utf8"));
  expect(alive(running)).toBe(true);
  engine.kill("SIGKILL");
  await vi.waitUntil(() => !alive(running), { timeout: 10_000 });
});

test("a command runs with the engine's environment, in the folder of the engine's program", async () => {
  const project = join(realpathSync(folder), "project");
  mkdirSync(join(project, "code", "below"), { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), "name: x\nruntime: nodejs\nmain: code\n");
  // The plugin takes the process that listens on the engine's address for the engine.
  const listen =
    "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))";
  const engine = spawn(process.execPath, ["-e", listen], {
    cwd: join(project, "code", "below"),
    env: { PATH: process.env.PATH, ONLY_THE_ENGINE: "has it" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(createInterface({ input: engine.stdout }), "line")) as [string];
    using connection = await connect(plugins.ports.command, `127.0.0.1:${port}`);
    const { stdout } = await connection.invoke("command:local:run", {
      command: 'echo "$ONLY_THE_ENGINE,$HOME,$PWD"',
      logging: "none",
    });
    expect(stdout).toBe(`has it,,${join(project, "code")}`);
  } finally {
    engine.kill();
  }
});

test("what was secret in the inputs is secret in the state, and nowhere in an error", async () => {
  using connection = await connect(plugins.ports.command);
  const inputs = { create: "cat >/dev/null; exit $CODE", stdin: new Secret("hunter2") };
  const { outputs } = await connection.create(command, { ...inputs, environment: { CODE: "0" } });
  expect(outputs.stdin).toEqual(new Secret("hunter2"));
  const failing = connection.create(command, { ...inputs, environment: { CODE: "7" } });
  await expect(failing).rejects.toThrow(/^exit status 7: running "cat >\/dev\/null; exit \$CODE":\n$/);
});

test("a large input reaches a command that reads it late, and one that never reads it ends well", async () => {
  using connection = await connect(plugins.ports.command);
  const stdin = "x".repeat(2_000_000);
  const read = await connection.create(command, { create: "sleep 0.1; wc -c", stdin });
  expect(String(read.outputs.stdout).trim()).toBe("2000000");
  expect((await connection.create(command, { create: "echo done", stdin })).outputs.stdout).toBe("done");
});

test("a program that asks for the files of a command is refused, and told where to leave that out", async () => {
  using connection = await connect(plugins.ports.command);
  const inputs = { create: "true", archivePaths: ["dist/**"] };
  expect(await connection.check(command, inputs)).toEqual([
    {
      property: "archivePaths",
      reason:
        "The local command provider collects no files: leave 'archivePaths' out of stacks on the local clouds",
    },
  ]);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
