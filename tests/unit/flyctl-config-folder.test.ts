import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failureStatus } from "../../providers/fly/call/config-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "config-folder-"));
  mkdirSync(join(folder, "logs"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const machine = "https://api.machines.dev/v1/apps/x/machines/1661471b66231f";

test.each<[string, number[], number | undefined]>([
  ["the last answer", [200, 429], 429],
  ["a refusal, whatever was before it", [500, 404], 404],
  ["what was well after a failure is not what it goes back to", [200, 500, 200], 500],
  ["a look for something that is not there is no failure", [404, 200], 200],
  ["nobody answered", [], undefined],
])("why a call failed: %s", (_what, statuses, status) => {
  const lines = statuses.flatMap((one) => [
    `DEBUG --> GET ${machine}`,
    `DEBUG <-- ${one} ${machine} (5.5ms)`,
    "{}",
  ]);
  writeFileSync(join(folder, "logs/flyctl-1.log"), lines.join("\n"));
  expect(failureStatus(folder)).toBe(status);
});

test("a call that left no log has no status", () => {
  expect(failureStatus(folder)).toBeUndefined();
});
