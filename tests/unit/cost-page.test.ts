import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { costOf } from "../../components/cost/cost.ts";
import { usd } from "../../components/cost/usd.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse } from "../support/config.ts";
import { costPage } from "../support/cost-page.ts";

test("docs/cost.md is the page of today", async () => {
  await expect(costPage()).toMatchFileSnapshot(join(root, "docs/cost.md"));
});

describe("each preset in each region costs what the pages' own sizes and prices add up to", () => {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const cost = read("docs/cost.md");
  /** The rows of the tables below a heading, their cells without quotes. */
  const rows = (page: string, heading: string): string[][] => {
    const [section = ""] = (page.split(`\n${heading}\n`)[1] ?? "").split(/\n#+ /);
    const lines = section.split("\n").filter((line) => line.startsWith("|"));
    return lines.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  };
  const [[, ...presets] = [], , ...sums] = rows(cost, "## Presets");
  const all = rows(cost, "## Prices");
  const priceOf = (what: string) => Number(all.find(([name]) => name === what)?.[1]);
  const factorOf = (region: string) => Number(all.find(([name]) => name === region)?.[1]);
  const sizes = rows(read("docs/config.md"), "### `preset`").filter(([, size]) => size?.includes(" "));

  /** Of docs/config.md's `count 1, cpus 1, memoryMb 1024`. */
  const sizeOf = (group: string, preset: string) =>
    Object.fromEntries(
      (sizes.find(([name]) => name === group)?.[presets.indexOf(preset) + 1] ?? "")
        .split(", ")
        .map((part) => part.split(" ") as [string, string]),
    );
  const machine = (cpus: number, memoryMb: number) =>
    cpus * priceOf("Fly: shared CPU, with 256 MB of memory") +
    ((memoryMb - 256 * cpus) / 1024) * priceOf("Fly: memory beyond 256 MB for each shared CPU");

  function sumOf(preset: string, region: string): number {
    const volume = priceOf("Fly: volume");
    const groups = ["web", "sidekiq", "streaming", "postgres", "redis"].map((group) => sizeOf(group, preset));
    const parts = groups
      // Upstash is paid by use.
      .filter(({ kind }) => kind !== "upstash")
      .map(({ count = "1", cpus, memoryMb, volumeGb = "0" }) => {
        const machines = Number(count) * machine(Number(cpus), Number(memoryMb)) * factorOf(region);
        return machines + Number(volumeGb) * volume;
      });
    // With several machines for jobs, the scheduler has one of its own.
    const scheduler = Number(sizeOf("sidekiq", preset).count) > 1 ? machine(1, 1024) * factorOf(region) : 0;
    return parts.reduce((sum, part) => sum + part, scheduler);
  }

  test.each(
    sums.flatMap(([region = "", ...amounts]) => presets.map((preset, i) => [preset, region, amounts[i]])),
  )("%s in %s: %s", (preset = "", region = "", amount) => {
    expect(sumOf(preset, region).toFixed(2)).toBe(amount);
    expect(usd(costOf(parse({ preset, region })).fixedMicros)).toBe(amount);
  });

  test("every preset is there, and several regions", () => {
    expect([presets, sums.length]).toEqual([["tiny", "guide", "small", "medium"], 5]);
  });
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
