import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { faulty, roomOf } from "../deliberate/fault.ts";
import { importersIn } from "../deliberate/importers.ts";
import { faults } from "../deliberate/list.ts";
import { pageOf, readCatches, readPage } from "../deliberate/record.ts";

const contentOf = (file: string) => readFileSync(join(root, file), "utf8");

describe("the list of deliberate faults", () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))("%s still fits its file", (_, fault) => {
    const content = contentOf(fault.file);
    expect(faulty(content, fault)).not.toBe(content);
  });

  test("has forty faults at least, each with a name of its own", () => {
    const names = faults.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(new Set(names).size).toBe(names.length);
  });

  test("has one in each room of the product", () => {
    expect([...new Set(faults.map(roomOf))].sort()).toEqual([
      "checks/",
      "cli/",
      "cli/backups/",
      "cli/commands/",
      "cli/doctor/",
      "cli/fleet/",
      "cli/new/",
      "cli/recover/",
      "cli/restore/",
      "cli/review/",
      "components/backup/",
      "components/cloudflare/",
      "components/config/",
      "components/fly/",
      "components/housekeeping/",
      "components/mail/",
      "components/mastodon/",
      "components/mirror/",
      "components/stack/",
      "policy/",
      "providers/cloudflare/",
      "providers/fly/",
      "providers/openpgp/",
      "providers/rules/",
      "providers/sendgrid/",
      "providers/shared/",
    ]);
  });

  test("has one for each component and for each kind of thing on Fly", () => {
    const touched = new Set(faults.map(({ file }) => file));
    const composed = /(?:community(-\w+)?|groundwork)\.ts$/;
    const components = globSync("components/**/*.ts", { cwd: root })
      .filter((file) => composed.test(file))
      .flatMap((file) => {
        const text = contentOf(file);
        return [...text.matchAll(/import \{ (\w+)[^}]*\} from "(\.[\w./-]+\.ts)"/g)]
          .filter(([, name]) => text.includes(`new ${name}(`))
          .map(([, , other = ""]) => posix.join(posix.dirname(file), other));
      })
      .filter((file) => !composed.test(file));
    const kinds = [
      ...contentOf("providers/fly/run.ts").matchAll(/load: \(\) => import\("\.\/([\w/-]+\.ts)"\)/g),
    ].map(([, file]) => `providers/fly/${file}`);
    expect(components.length).toBeGreaterThan(15);
    expect(kinds.length).toBeGreaterThan(10);
    expect([...components, ...kinds].filter((file) => !touched.has(file))).toEqual([]);
  });

  test("is shown in docs/ as the last run left it", () => {
    expect(readPage()).toBe(pageOf(faults, readCatches()));
  });
});

describe("an edit", () => {
  const fault = { name: "f", file: "a.ts", text: "x = 1", replacement: "x = $&", what: "" };

  test("is made where its text stands, to the letter", () => {
    expect(faulty("let x = 1;", fault)).toBe("let x = $&;");
  });

  test.each([
    ["no longer", "let x = 2;", "0 times"],
    ["more than once", "x = 1; x = 1", "2 times"],
  ])("is an error when its text is there %s", (_, content, times) => {
    expect(() => faulty(content, fault)).toThrow(`f: its text is ${times} in a.ts, not once`);
  });
});

test("a test that loads a file by way of others is found", () => {
  const importersOf = importersIn(root, [
    "components/mastodon/vapid.ts",
    "components/mastodon/mastodon-secrets.ts",
    "components/community.ts",
  ]);
  expect([...importersOf("components/mastodon/vapid.ts")]).toEqual([
    "components/mastodon/vapid.ts",
    "components/mastodon/mastodon-secrets.ts",
    "components/community.ts",
  ]);
});
