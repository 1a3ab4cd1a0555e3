import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";

const config = join(root, ".dependency-cruiser.cjs");
const rules = (createRequire(import.meta.url)(config) as { forbidden: { name: string }[] }).forbidden;

/** One file per rule, named after the rule. It breaks this rule and no other. */
const breakages: Record<string, string> = {
  "sandbox/clouds/no-cycles.ts": "./no-cycles-back.ts",
  "providers/sendgrid/product-knows-no-local-clouds.ts": "../../sandbox/clouds/leaf.ts",
  "components/fly/only-commands-look-from-outside.ts": "../../checks/leaf.ts",
  "sandbox/clouds/sandbox-knows-no-product.ts": "../../providers/sendgrid/leaf.ts",
  "sandbox/clouds/clouds-stand-alone.ts": "../toolchain/leaf.ts",
  "sandbox/toolchain/toolchain-starts-and-never-imports.ts": "../clouds/leaf.ts",
  "checks/checks-look-from-outside.ts": "../sandbox/toolchain/leaf.ts",
  "bench/commands-are-imported-by-nobody.ts": "../cli/leaf.ts",
  "sandbox/toolchain/only-the-guard-imports-the-benchmark.ts": "../../bench/leaf.ts",
  "components/fly/components-only-declare.ts": "node:fs",
  "components/fly/components-take-only-types-from-the-driver.ts": "../../providers/fly/leaf.ts",
  "providers/fly/driver-stands-alone.ts": "../sendgrid/leaf.ts",
  "providers/rules/rules-are-pure.ts": "../sendgrid/leaf.ts",
  "providers/cloudflare/two-files-run-programs.ts": "node:child_process",
  "sandbox/clouds/declared-packages-only.ts": "semver",
  "sandbox/clouds/resolvable.ts": "./nowhere.ts",
  "providers/sendgrid/product-has-no-development-packages.ts": "fast-check",
};

const folders = [
  "sandbox/clouds",
  "sandbox/toolchain",
  "providers/fly",
  "providers/rules",
  "providers/cloudflare",
  "providers/sendgrid",
  "components/fly",
  "checks",
  "cli",
  "bench",
];

test("every import rule fails where it is broken, and nowhere else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mastiff-rules-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  };
  try {
    for (const one of folders) write(`${one}/leaf.ts`, "export {};");
    for (const [file, module] of Object.entries(breakages)) write(file, `import "${module}";`);
    write("sandbox/clouds/no-cycles-back.ts", 'import "./no-cycles.ts";');
    for (const shared of ["package.json", "tsconfig.json", "node_modules"]) {
      symlinkSync(join(root, shared), join(folder, shared));
    }
    const found = await violations(folder);
    expect(found.filter(({ rule, file }) => rule !== file)).toEqual([]);
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(rules.map(({ name }) => name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The broken rules and the files that break them, without folder and extension. */
async function violations(folder: string): Promise<{ rule: string; file: string }[]> {
  const cruise = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const args = [cruise, "--config", config, "--no-progress", "--output-type", "json", ...folders];
  const { stdout, stderr } = await execa(process.execPath, args, {
    cwd: folder,
    reject: false,
    stdin: "ignore",
  });
  if (stdout === "") throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => ({
    rule: rule.name,
    file: basename(from, ".ts").replace(/-back$/, ""),
  }));
}
