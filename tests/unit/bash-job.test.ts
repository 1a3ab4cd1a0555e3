import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { bashJob } from "../../providers/fly/call/bash-job.ts";

test.each([
  ["backup", "No backup was taken: DATABASE_URL is not set in this machine."],
  ["restore", "The dump was not restored: DATABASE_URL is not set in this machine."],
  ["drill", "The dump is not proven: MASTIFF_DUMP_URL is not set in this machine."],
] as const)("the job %s says what it is, and without its variables why it ends", (name, last) => {
  const [program = "", flag = "", script = ""] = bashJob(name);
  expect(script.split("\n", 1)).toEqual([`# mastiff: ${name}`]);
  const env = { PATH: process.env.PATH };
  const run = spawnSync(program, [flag, script], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect([run.status, run.stdout, run.stderr]).toEqual([1, "", `${last}\n`]);
});
