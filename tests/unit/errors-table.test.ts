import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hintFor, hints } from "../../components/cloudflare/hints.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Fix, fixesIn, fixesOfTheProduct } from "../support/fixes.ts";
import { type Tried, takesAway, triedFixes } from "../support/tried-fixes.ts";

const fixes = fixesOfTheProduct();
const trialOf = ({ file, text }: Fix): Tried | undefined =>
  triedFixes.find((one) => one.file === file && text.startsWith(one.text));

test("every text with a way out says how that was tried", () => {
  const untried = fixes.filter((fix) => trialOf(fix) === undefined);
  const lines = untried.map(({ file, text }) =>
    JSON.stringify({ file, text: text.slice(0, 90), shown: "<file>: <title>" }),
  );
  expect(lines, "add these to tests/support/tried-fixes.ts").toEqual([]);
});

test("no trial is of a text that is gone, and each names a test that is there", () => {
  const gone = triedFixes.filter((one) => !fixes.some((fix) => trialOf(fix) === one));
  expect(gone).toEqual([]);
  const missing = triedFixes
    .map(({ followed, shown }) => followed ?? shown)
    .filter((by) => by !== undefined)
    .filter((by) => {
      const [file = "", title = ""] = by.split(/: (.*)/s);
      const path = join(root, "tests", file);
      return !existsSync(path) || !readFileSync(path, "utf8").replaceAll("\\", "").includes(title);
    });
  expect([...new Set(missing)]).toEqual([]);
});

test("no way out takes away what may hold data or serve people", () => {
  const words = /\b(destroy|delete|unset|remove|unprotect|drop|prune|rm)\w*\b/i;
  const taking = fixes.filter(({ fix }) => words.test(fix));
  const unfounded = taking.filter(({ fix }) => !takesAway.some((one) => fix.startsWith(one.fix)));
  expect(unfounded.map(({ text, fix }) => `${text} → ${fix}`)).toEqual([]);
  const idle = takesAway.filter((one) => !taking.some(({ fix }) => fix.startsWith(one.fix)));
  expect(idle).toEqual([]);
});

test("docs/errors.md is the table of today", async () => {
  await expect(table()).toMatchFileSnapshot(join(root, "docs/errors.md"));
});

test.each(Object.keys(hints).map(Number))("each of Cloudflare's codes has its hint: %d", (code) => {
  expect(hintFor(`{"errors":[{"code":${code},"message":"…"}]}`, "acme")).toContain(`Cloudflare ${code}: `);
});

describe("ways out are found in sources", () => {
  test.each([
    [
      "a problem of the driver's",
      'throw new E({ what: `App @{spec.app} is gone.`, fix: ["a", `b @{x}`] });',
      "App <app> is gone.",
      "a b <x>",
    ],
    [
      "lines that are joined",
      '["No zone.", "  set in  x", "  fix     add it"].join("\\n")',
      "No zone.",
      "add it",
    ],
    ["one text", 'throw new E("No key.\\n  fix     export it");', "No key.", "export it"],
    ["a refusal", "return `@{a} goes back.\\n    proper way: do not`;", "<a> goes back.", "do not"],
    ["hints", 'const hints = { 10042: "enable R2" };', "Cloudflare 10042", "enable R2"],
    [
      "a fact's rule",
      'const way = "move"; const rules = [{ because: "it stays", proper: () => way }];',
      "it stays",
      "move",
    ],
    [
      "a part of an object",
      'x({ what: "Too small.", fix: `more: @{setParts("mastiff:web", { ...web, memoryMb: wanted })}` });',
      "Too small.",
      "more: pulumi config set-all --path --plaintext mastiff:web.memoryMb=<wanted> --plaintext <its other parts>",
    ],
  ])("%s", (_which, source, text, fix) => {
    // Makes `${` here, because a linter takes it for a mistake in a plain string.
    expect(fixesIn("x.ts", source.replaceAll("@{", "$" + "{"))).toEqual([{ file: "x.ts", text, fix }]);
  });
});

function table(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const how = ({ followed, shown, none }: Tried) =>
    followed !== undefined
      ? `followed: ${followed}`
      : shown !== undefined
        ? `seen: ${shown}`
        : `not by a test: ${none}`;
  const rows = fixes.map((fix) => {
    const tried = trialOf(fix);
    return `| ${cell(fix.text)} | ${cell(fix.fix)} | ${cell(tried === undefined ? "" : how(tried))} |`;
  });
  const count = (kind: "followed" | "shown" | "none") =>
    fixes.filter((fix) => trialOf(fix)?.[kind] !== undefined).length;
  return [
    "# Error texts and their ways out",
    "",
    "Every text of the product that says what to do, read from the sources by tests/unit/errors-table.test.ts, which fails",
    "when one has no entry here (tests/support/tried-fixes.ts), or when a way out takes away what may hold data or serve",
    "people. What only a run knows stands in `<…>`. “followed”: a test does as the text says, and goes on; “seen”: a test",
    "meets the error and its text.",
    "",
    `${fixes.length} texts: ${count("followed")} followed, ${count("shown")} seen, ${count("none")} not by a test.`,
    "",
    "| text | fix | tried how |",
    "| --- | --- | --- |",
    ...rows,
    "",
    "Ways out with a word like “remove” in them, and why nothing goes by them that holds data or serves people:",
    "",
    "| fix | because |",
    "| --- | --- |",
    ...takesAway.map(({ fix, because }) => `| ${cell(fix)}… | ${cell(because)} |`),
    "",
  ].join("\n");
}
