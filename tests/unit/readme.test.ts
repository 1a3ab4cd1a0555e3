import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { callOf } from "../../cli/call.ts";
import { schema } from "../../components/config/schema.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { recipient } from "../support/backup-recipient.ts";
import { parse } from "../support/config.ts";
import { formOf } from "../support/config-json-schema.ts";
import { apply, rawOf, type StackConfig } from "../support/handbook-config.ts";
import { newcomersLines, notTyped } from "../support/readme-commands.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "docs/backups.md",
  "docs/housekeeping.md",
  "docs/config.md",
  "docs/cost.md",
  "docs/testing.md",
  "docs/architecture.md",
  "docs/operations.md",
  "docs/performance.md",
  "docs/review.md",
  "docs/faults.md",
  "docs/fleet.md",
  "docs/fidelity.md",
];

test("the README names every required config key, and no other", () => {
  const table = read("README.md").split("## Configuration")[1]?.split("\n## ")[0] ?? "";
  const keys = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
  const required = Object.entries(schema.shape).filter(([, form]) => formOf(form).isRequired);
  expect(keys).toEqual(expect.arrayContaining(required.map(([key]) => key)));
  expect(keys).toHaveLength(required.length);
});

test("the README's map has every entry of the repository, and no other", ({ skip }) => {
  const { status, stdout } = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" });
  if (status !== 0 || stdout === "") return skip("this folder is no checkout of git's");
  const entries = new Set(
    stdout
      .trimEnd()
      .split("\n")
      .map((file) => file.split("/")[0]),
  );
  entries.delete("README.md");
  const map = read("README.md").split("## Layout")[1]?.split("\n## ")[0] ?? "";
  const named = new Set([...map.matchAll(/(?<!\[)`([\w.-]+)\/?`/g)].map(([, name]) => name));
  expect([...named].sort()).toEqual([...entries].sort());
});

describe("the way of a newcomer", () => {
  const lines = newcomersLines();
  const leftOut = notTyped.flatMap((one) => one.lines);

  test("ends with the doctor, and what tests/engine/long/newcomer.test.ts leaves out is on it", () => {
    expect(lines.at(-1)).toBe("npx mastiff doctor");
    expect(leftOut.filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines.filter((line) => !leftOut.includes(line)).length).toBeGreaterThan(8);
  });

  test("leaves out what other tests run, or says why nobody does", () => {
    for (const { by, none = "" } of notTyped) {
      const [file = "", title = ""] = (by ?? "").split(/: (.*)/s);
      if (by === undefined) expect(none.length).toBeGreaterThan(20);
      else expect(read(`tests/${file}`)).toContain(`"${title}"`);
    }
  });

  test.each(lines.filter((line) => line.startsWith("npx mastiff ")))("%s is understood", async (line) => {
    expect((await callOf(line.split(" ").slice(2))).asks).toBe("run");
  });

  test("the stack that is made by hand has a config that the program takes", () => {
    const config: StackConfig = { values: {}, encrypted: new Set() };
    for (const line of lines.filter((one) => one.includes("pulumi config "))) apply(config, line, recipient);
    expect(Object.keys(config.values)).toEqual(expect.arrayContaining(["domain", "backupSecretAccessKey"]));
    expect(parse(rawOf(config), [...config.encrypted]).domain).toBe("acme.social");
  });
});

test.each(pages)("%s names only commands and files that there are", (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? "");
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/(?:\]\(|(?:href|src|srcset)=")(?!https?:|#)([^)"#]+)/g)].map(
    ([, link]) => link ?? "",
  );
  const folder = page.includes("/") ? "docs" : "";
  expect(links.filter((link) => !existsSync(join(root, folder, link)))).toEqual([]);
});

test("each picture is shown somewhere, and loads fast", () => {
  const shown = pages.map(read).join("\n");
  for (const name of readdirSync(join(root, "docs/pictures"))) {
    expect(shown).toContain(`pictures/${name}`);
    expect(statSync(join(root, "docs/pictures", name)).size, name).toBeLessThan(250_000);
  }
});
