/** The sums of docs/fleet.md, made again: what a community takes of each limit, how many fit, how fast, and the bill. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parse as parseYaml } from "yaml";
import { mostJobs } from "../../cli/fleet/matrix.ts";
import { callsOf, limits, type Operation } from "../../cli/fleet/rate-limits.ts";
import { recordLimit, ruleKinds } from "../../components/cloudflare/zone-room.ts";
import { costOf } from "../../components/cost/cost.ts";
import { prices } from "../../components/cost/prices.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse } from "../support/config.ts";
import { calmZone, declareProgram } from "./program-fixture.ts";

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

/** What a community with the defaults declares, below another's zone where that is asked for. */
async function declared(config: Record<string, string> = {}) {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(console, "info").mockImplementation(() => undefined);
  try {
    return (
      await declareProgram({ config: { "mastiff:backup": "{}", "mastiff:housekeeping": "{}", ...config } })
    ).resources;
  } finally {
    vi.restoreAllMocks();
  }
}

test("what a community takes of a limit, and how many fit, are counted", async () => {
  const alone = await declared();
  const below = await declared({ "mastiff:domain": "town.mastiff.party", "mastiff:zone": "mastiff.party" });
  const count = (resources: typeof alone, type: string) =>
    resources.filter((one) => one.type === type).length;
  const rules = below.filter(({ type }) => type === "pulumi-nodejs:dynamic/cloudflare:PhaseRule");
  const { fixed, use } = costOf(parse());
  const started = fixed.filter(({ unit }) => unit.startsWith("machine")).map(({ amount }) => amount);
  const stopped = use.filter(({ what }) => what.endsWith("machine, while it is stopped"));
  const newZone = { ...calmZone.zone, created_on: "2026-01-01T00:00:00Z" } as Parameters<
    typeof recordLimit
  >[0];
  const counted: Record<string, { of?: number; takes: number }> = {
    machines: { takes: started.reduce((sum, one) => sum + one, stopped.length) },
    rules: {
      of: ruleKinds.transform.most.free,
      takes: Math.max(
        ...[...Map.groupBy(rules, ({ inputs }) => inputs.phase).values()].map(({ length }) => length),
      ),
    },
    "DNS records": { of: recordLimit(newZone), takes: count(below, "cloudflare:index/dnsRecord:DnsRecord") },
    // The stack is a resource too.
    resources: { takes: alone.length + 1 },
    "API keys": { takes: count(alone, "pulumi-nodejs:dynamic/sendgrid:ApiKey") },
    "API tokens": { takes: count(alone, "cloudflare:index/accountToken:AccountToken") },
    jobs: { of: mostJobs, takes: 1 },
    domains: { takes: count(alone, "pulumi-nodejs:dynamic/sendgrid:AuthenticatedDomain") },
    buckets: { takes: alone.filter(({ type }) => /:(R2|Kept)Bucket$/.test(type)).length },
  };
  const rows = tableOf("How many fit");
  expect(rows.map(([what = ""]) => Object.keys(counted).find((key) => what.startsWith(key)))).toEqual(
    Object.keys(counted),
  );
  const sums = rows.map(([what = "", of = ""]) => {
    const { of: known, takes } = counted[Object.keys(counted).find((key) => what.startsWith(key)) ?? ""] ?? {
      takes: 0,
    };
    const limit = known ?? Number(of);
    return [what, String(limit), String(takes), String(Math.floor(limit / takes))];
  });
  expect(rows.map((row) => row.slice(0, 4))).toEqual(sums);
  const fits = sums.map(([, , , fit]) => Number(fit));
  expect(fits).toEqual([...fits].sort((a, b) => a - b));
});

/** How many stacks Cloudflare's limit lets run at once. */
const atOnce = (operation: Operation) => {
  const calls = callsOf[operation].cloudflare;
  return calls === undefined ? undefined : Math.floor(limits.cloudflare.calls / calls);
};

test("how many stacks an hour Cloudflare lets through is computed from the limits that the fleet keeps", () => {
  const operations = (Object.keys(callsOf) as Operation[]).filter((one) => atOnce(one) !== undefined);
  const rows = operations.map((operation) => {
    const most = atOnce(operation) ?? 0;
    const hourly = (most * 3_600_000) / limits.cloudflare.windowMs;
    const hours = (stacks: number) => (stacks / hourly).toFixed(1);
    return [
      operation,
      String(callsOf[operation].cloudflare),
      String(most),
      String(hourly),
      hours(80),
      hours(1000),
    ];
  });
  expect(tableOf("How fast")).toEqual(rows);
});

test("the jobs of the workflow share that limit, and each has room for a stack in its part", () => {
  const text = readFileSync(join(root, ".github/workflows/fleet.yml"), "utf8");
  const { on } = parseYaml(text) as { on: { workflow_dispatch: { inputs: { jobs: { default: string } } } } };
  const jobs = Number(on.workflow_dispatch.inputs.jobs.default);
  expect(text).toContain('--size "$SIZE"');
  const operations = [...text.matchAll(/fleet (\w+) --stacks "\$STACKS" --jobs "\$SIZE"/g)].map(
    ([, name]) => name as Operation,
  );
  expect(operations).toEqual(["preview", "drift", "doctor", "up"]);
  for (const operation of operations) expect(atOnce(operation)).toBeGreaterThanOrEqual(jobs);
});

test("the bill is that of the prices", async () => {
  const resources = (await declared()).length + 1;
  const { fixed, fixedMicros } = costOf(parse());
  const hosts = fixed.find(({ what }) => what === "certificates")?.amount ?? 0;
  const { micros, free = 0 } = prices.certificate;
  const usd = (of: (communities: number) => number) => [80, 1000].map((communities) => of(communities));
  const bill = [
    usd((communities) => (communities * fixedMicros) / 1e6),
    // The free ones are the organisation's.
    usd((communities) => ((communities * hosts - free) * micros) / 1e6),
    usd((communities) => communities * resources * 0.1825),
    usd((communities) => (communities * 31 * prices.uploads.micros) / 1e9),
  ];
  const written = tableOf("What it costs").map(([, ...cells]) => cells.map(Number));
  expect(written).toEqual(bill.map((row, i) => row.map((one) => Number(one.toFixed(i === 3 ? 1 : 0)))));
});
