import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runCommand } from "citty";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import command, { rawConfig } from "../../cli/commands/cost.ts";
import { required } from "../support/config.ts";

let folder: string;
let out = "";
let err = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cost-"));
  [out, err] = ["", ""];
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = undefined;
});

/** A `pulumi` that shows a stack's config and its own arguments. */
function pulumiShows(config: Record<string, { value?: string; secret: boolean }>): void {
  const file = join(folder, "pulumi");
  const script = `#!/bin/sh
case "$1" in
  stack) echo acme ;;
  *) echo "$*" >"${folder}/args"; cat <<'END'
${JSON.stringify(config)}
END
  ;;
esac
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
}

const shown = (extra: Record<string, string>) =>
  Object.fromEntries(
    Object.entries({ ...required, ...extra }).map(([key, value]) => [
      `mastiff:${key}`,
      { value, secret: false },
    ]),
  );

test("the cost of the selected stack is a table, and a budget that is not kept is said beside it", async () => {
  pulumiShows(shown({ budget: "20" }));
  await runCommand(command, { rawArgs: [] });
  expect(out).toMatch(/^fixed +28\.63$/m);
  expect(err).toContain("8.63 more than mastiff:budget allows (20.00)");
  expect(process.exitCode).toBeUndefined();
});

test("as JSON, with what is beyond the budget and the ways back", async () => {
  pulumiShows(shown({ budget: "20" }));
  await runCommand(command, { rawArgs: ["--json", "-s", "other"] });
  expect(JSON.parse(out)).toMatchObject({
    fixed: { micros: expect.any(Number) },
    overBudget: { budgetMicros: 20_000_000, excessMicros: expect.any(Number), waysBack: [] },
  });
  expect(err).toBe("");
});

test("no secret is needed for it", () => {
  const { raw, encrypted } = rawConfig({
    "mastiff:domain": { value: "acme.social", secret: false },
    "mastiff:secretEnv": { secret: true },
    "mastiff:smtpPassword": { secret: true },
    "cloudflare:apiToken": { secret: true },
  });
  expect(raw).toEqual({ domain: "acme.social", secretEnv: "{}", smtpPassword: "hidden" });
  expect([...encrypted]).toEqual(["secretEnv", "smtpPassword"]);
});

test("a config that does not hold is said, with its fix", async () => {
  pulumiShows(shown({ domain: "https://acme.social" }));
  await runCommand(command, { rawArgs: [] });
  expect(err).toContain("pulumi config set mastiff:domain acme.social --stack acme");
  expect([out, process.exitCode]).toEqual(["", 1]);
});
