import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lastStatus } from "../../flyctl/config-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "config-folder-"));
  mkdirSync(join(folder, "logs"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const machine = "https://api.machines.dev/v1/apps/x/machines/1661471b66231f";

test.each([
  ["the last answer", [`200 ${machine} (5.5ms)`, `429 ${machine} (5.5ms)`], 429],
  ["a lease given back after a failure", [`500 ${machine} (5ms)`, `200 ${machine}/lease (4.7ms)`], 500],
  ["a lease that is not given", [`200 ${machine} (5ms)`, `409 ${machine}/lease?ttl=120 (4.7ms)`], 409],
  ["nobody answered", [], undefined],
])("what Fly said last: %s", (_what, answers, status) => {
  const lines = answers.flatMap((answer) => [`DEBUG --> GET ${machine}`, `DEBUG <-- ${answer}`, "{}"]);
  writeFileSync(join(folder, "logs/flyctl-1.log"), lines.join("\n"));
  expect(lastStatus(folder)).toBe(status);
});

test("a call that left no log has no status", () => {
  rmSync(join(folder, "logs"), { recursive: true });
  mkdirSync(join(folder, "logs"));
  expect(lastStatus(folder)).toBeUndefined();
});
