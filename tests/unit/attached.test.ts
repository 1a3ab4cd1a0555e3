import { expect, test } from "vitest";
import { runAttached } from "../../providers/shared/attached.ts";

const run = (script: string) => runAttached(process.execPath, ["-e", script], { env: { WORD: "given" } });
const listeners = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));

test("the exit code is the program's own, which has the given environment alone", async () => {
  expect(await run("process.exit(process.env.WORD === 'given' && !process.env.PATH ? 7 : 1)")).toEqual({
    exitCode: 7,
  });
});

test("a program that a signal ended has the exit code of that signal", async () => {
  expect(await run("process.kill(process.pid, 'SIGKILL')")).toEqual({ exitCode: 137 });
});

test("one that is not there is said in the system's words", async () => {
  expect(await runAttached("flyctl-that-is-not-there", [], { env: {} })).toEqual({
    exitCode: undefined,
    missing: "spawn flyctl-that-is-not-there ENOENT",
  });
});

test("no listener for signals is left behind", async () => {
  const before = listeners();
  await run("");
  await runAttached("flyctl-that-is-not-there", [], { env: {} });
  expect(listeners()).toEqual(before);
});
