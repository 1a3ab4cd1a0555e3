import { expect, test } from "vitest";
import { type Program, runProgram } from "../../providers/shared/program.ts";

const run = (script: string, more: Partial<Program> = {}) =>
  runProgram(process.execPath, ["-e", script], {
    env: process.env,
    cwd: process.cwd(),
    input: "",
    timeoutMs: 0,
    signal: new AbortController().signal,
    onOutput: () => {},
    ...more,
  });

test("input goes in, both streams come out, and the exit code is told", async () => {
  const heard: string[] = [];
  const ended = await run(
    'process.stdin.on("data", (d) => { process.stdout.write(d); process.stderr.write("aside"); }).on("end", () => { process.exitCode = 3; });',
    { input: "käse", onOutput: (stream, text) => heard.push(`${stream} ${text}`) },
  );
  expect(ended).toEqual({ stdout: "käse", stderr: "aside", exitCode: 3 });
  expect(heard.sort()).toEqual(["stderr aside", "stdout käse"]);
});

test("a program that does not read its input ends as it would", async () => {
  const ended = await run("process.exit(0)", { input: "x".repeat(5_000_000) });
  expect(ended.exitCode).toBe(0);
});

test("one that is not there is said in the system's words", async () => {
  const ended = await runProgram("flyctl-that-is-not-there", [], {
    env: {},
    cwd: "/",
    input: "",
    timeoutMs: 0,
    signal: new AbortController().signal,
    onOutput: () => {},
  });
  expect(ended).toMatchObject({ exitCode: undefined, missing: "spawn flyctl-that-is-not-there ENOENT" });
});

test("one that takes too long is stopped, and so is one whose signal aborts, before or after it began", async () => {
  const forever = "setInterval(() => {}, 1000); console.log('up')";
  expect(await run(forever, { timeoutMs: 300 })).toMatchObject({ stopped: "timeout", exitCode: undefined });
  const abort = new AbortController();
  const ended = run(forever, { signal: abort.signal, onOutput: () => abort.abort() });
  expect(await ended).toMatchObject({ stopped: "signal", stdout: "up\n" });
  expect(await run(forever, { signal: AbortSignal.abort() })).toMatchObject({ stopped: "signal" });
});
