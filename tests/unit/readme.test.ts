import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configKeys } from "../../config/schema.ts";
import { root } from "../../toolchain/paths.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const pages = [
  "README.md",
  "docs/architecture.md",
  "docs/operations.md",
  "docs/faults.md",
  "docs/fidelity.md",
];

test("the README explains every config key, and no other", () => {
  const table = read("README.md").split("## Configuration")[1]?.split("\n## ")[0] ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const keys = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, key]) => key),
  );
  expect(keys.sort()).toEqual([...configKeys].sort());
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
