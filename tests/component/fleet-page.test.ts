/** The sums of docs/fleet.md, made again: what a community takes of each limit, and how many fit. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse as parseYaml } from "yaml";
import { mostJobs } from "../../cli/fleet/matrix.ts";
import { callsOf, limits, type Operation } from "../../cli/fleet/rate-limits.ts";
import { costOf } from "../../components/cost/cost.ts";
import { prices } from "../../components/cost/prices.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse } from "../support/config.ts";
import { specIn } from "./place.ts";
import { declareProgram } from "./program-fixture.ts";

const page = readFileSync(join(root, "docs/fleet.md"), "utf8");

/** The rows of the table below a heading, cell by cell. */
function tableOf(heading: string): string[][] {
  const [, section = ""] = page.split(`### ${heading}\n`);
  const lines = section.split("\n### ")[0]?.match(/^\|.*\|$/gm) ?? [];
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

// What the SDK says without an engine goes to the console.
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

/** What a community with the defaults takes, by words of the page. */
async function taken(): Promise<Record<string, number>> {
  const on = { "mastiff:backup": "{}", "mastiff:housekeeping": "{}" };
  const { resources } = await declareProgram({ config: on });
  const count = (type: string) => resources.filter((one) => one.type === type).length;
  const kind = (name: string) =>
    resources.filter(({ inputs }) => (specIn(inputs) as { kind?: string } | undefined)?.kind === name).length;
  console.info(resources.length, [...new Set(resources.map(({ type }) => type))]);
  return {
    machines: 7,
    rules: 1,
    records: count("cloudflare:index/dnsRecord:DnsRecord"),
    // The stack is one too.
    resources: resources.length + 1,
    keys: count("pulumi-nodejs:dynamic/sendgrid:ApiKey"),
    tokens: count("cloudflare:index/accountToken:AccountToken"),
    domains: count("pulumi-nodejs:dynamic/sendgrid:AuthenticatedDomain"),
    buckets:
      count("cloudflare:index/r2Bucket:R2Bucket") + count("pulumi-nodejs:dynamic/cloudflare:KeptBucket"),
    jobs: 1,
    kinds: kind("x"),
  };
}

test("x", async () => {
  console.info(
    await taken(),
    costOf(parse()).fixed.length,
    prices.certificate,
    limits,
    callsOf,
    mostJobs,
    parseYaml,
  );
  console.info(tableOf("How many fit"), tableOf("How fast"));
});
