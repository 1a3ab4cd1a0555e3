import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { communityKeptIn } from "../support/golden.ts";

/**
 * What the current program changes in a community that version 0.2.0 brought up, as `<op> <logical name>`. CHANGELOG.md
 * names each of them. A replacement has no place here: it would lose data or take the community down.
 */
const changed: readonly string[] = [
  "create backups",
  "create backups-access",
  "create backups-app",
  "create backups-bucket",
  "create backups-key",
  "create backups-lifecycle",
  "create backups-machine",
  "create backups-secrets",
  "create backups-token",
  "create housekeeping",
  "create housekeeping-retention",
  "update owner-account",
];

test("a community that version 0.2.0 brought up is kept as it is", async () => {
  await using community = await communityKeptIn(join(root, "tests/fixtures/community-0.2.0"));
  const { changes, exitCode, output } = await community.stack.preview();
  expect(exitCode, output).toBe(0);
  expect(output).toContain("Mastodon deletes its copies of other servers' media that are older than 14 days");
  expect(changes.map(({ op, name }) => `${op} ${name}`).sort(), output).toEqual(changed);
});
