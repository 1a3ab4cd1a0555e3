import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costOf } from "../../components/cost/cost.ts";
import { usd } from "../../components/cost/usd.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse } from "../support/config.ts";
import { costPage } from "../support/cost-page.ts";

test("docs/cost.md is the page of today", async () => {
  await expect(costPage()).toMatchFileSnapshot(join(root, "docs/cost.md"));
});

test("the README's costs are those of a community with the defaults", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const { fixed, fixedMicros } = costOf(parse());
  const about = Math.round(fixedMicros / 1_000_000);
  const named = [...readme.matchAll(/about (\d+) USD/g)].map(([, amount]) => Number(amount));
  expect(new Set(named)).toEqual(new Set([about]));
  const table = readme.split("## Costs")[1]?.split("\n## ")[0] ?? "";
  const amounts = [...table.matchAll(/^\|[^|]+\| (\d+\.\d\d) \|/gm)].map(([, amount]) => amount);
  const of = (...words: string[]) =>
    usd(
      fixed
        .filter(({ what }) => words.some((word) => what.startsWith(word)))
        .reduce((sum, { micros }) => sum + micros, 0),
    );
  expect(amounts).toEqual([
    of("web", "background"),
    of("streaming"),
    of("database"),
    of("Redis"),
    usd(fixedMicros),
  ]);
});
