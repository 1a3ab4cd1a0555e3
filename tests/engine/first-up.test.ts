/** A first `up` that fails. More obstacles: long/first-up.test.ts; what each of them leaves on Fly: driver/first-up. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { belongings } from "../support/belongings.ts";
import { applyPrintedFix } from "../support/printed-fix.ts";
import { openStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

let world: TestWorld;
let atFirst: unknown;

beforeAll(async () => {
  world = await startWorld();
  atFirst = belongings(await world.state());
});
afterAll(() => world?.stop());

test("refused by its mail server at the very end, it can be destroyed, and nothing is left", async () => {
  await using stack = await openStack(world, {
    config: {
      "mastiff:protect": "true",
      "mastiff:smtpServer": "mail.example.org",
      "mastiff:smtpLogin": "mastodon",
    },
    secrets: { "mastiff:smtpPassword": "not-the-right-one-1" },
  });
  const failed = await stack.up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toContain("mail.example.org");
  const names = (await stack.resources()).map(({ urn }) => urn.split("::").at(-1));
  expect(names).toContain("database-postgres");
  expect(names).not.toContain("web-machines-release");
  const destroyed = await stack.destroy();
  expect(destroyed.exitCode, destroyed.output).toBe(0);
  expect(belongings(await world.state())).toEqual(atFirst);
});

test("of a name that is taken, it goes through with another one as printed, and is then kept", async () => {
  await using stack = await openStack(world, {
    config: { "mastiff:protect": "true", "mastiff:app": "taken-by-another" },
  });
  const failed = await stack.up();
  expect(failed.exitCode).not.toBe(0);
  await applyPrintedFix(stack, failed.output, "mastiff:app", "mastiff-party");
  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).toBe(0);
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  expect(
    Object.keys((await world.state()).fly.apps).filter((app) => app.startsWith("taken-by-another-")),
  ).toEqual([]);

  const again = await stack.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
  const changed = await stack.destroy();
  expect(changed.exitCode).not.toBe(0);
  expect(changed.output).toMatch(/community-lock[\s\S]*protect/);
  expect((await world.state()).fly.apps["mastiff-party-db"]).toBeDefined();
});
