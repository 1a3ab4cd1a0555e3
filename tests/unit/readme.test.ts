import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schema } from "../../components/config/schema.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { formOf } from "../support/config-json-schema.ts";

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

test.each(pages)("%s names only commands and files that there are", (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? "");
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? "");
  const folder = page.includes("/") ? "docs" : "";
  expect(links.filter((link) => !existsSync(join(root, folder, link)))).toEqual([]);
});
