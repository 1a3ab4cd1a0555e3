import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test.each([
  ["is closed by a restore", 'FATAL:  database "acme" is not currently accepting connections', 8],
  ["refuses for another reason", 'FATAL:  password authentication failed for user "acme"', 0],
])("a database that %s is waited for only while that can pass", (_what, said, times) => {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program("pg_isready", "exit 0");
  program("psql", `echo 'psql: error: ${said}' >&2\nexit 2`);
  program("sleep", "exit 0");
  // The dump cannot be read, so that nothing is restored.
  program("curl", "exit 22");
  try {
    const [shell = "", flag = "", script = ""] = bashJob("restore");
    const { stdout, stderr, status } = spawnSync(shell, [flag, script], {
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        DATABASE_URL: "postgres://acme:secret@acme-db.internal:5432/acme",
        MASTIFF_DUMP_URL: "http://127.0.0.1:9/dump",
        MASTIFF_SESSION_KEY: "9:00",
        MASTIFF_DUMP_BYTES: "10",
        MASTIFF_DUMP_SHA256: "0",
      },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(stdout.split("the database is closed for now").length - 1).toBe(times);
    expect([status, stderr.includes("the database does not answer at ")]).toEqual([1, times > 0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
