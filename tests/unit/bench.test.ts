/** What the benchmark computes and writes, without measuring anything. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { byProgram } from "../../bench/counted-lives.ts";
import { startsIn } from "../../bench/counting-toolchain.ts";
import { stepsUpTo } from "../../bench/drawing.ts";
import type { Figure } from "../../bench/lab.ts";
import { isMet, measuredPart, pageWith, shownOf } from "../../bench/page.ts";
import { goalsPlot } from "../../bench/plots.ts";
import type { Kept } from "../../bench/results.ts";
import { rows } from "../../bench/rows.ts";
import { bendOf, seriesOf, shareOfOneMore } from "../../bench/statistics.ts";
import { assemble } from "../../bench/trace/assemble.ts";
import { type Step, withCritical } from "../../bench/trace/critical-steps.ts";
import { phasesIn } from "../../bench/trace/spans.ts";
import { timelineOf } from "../../bench/trace/timeline.ts";
import { root } from "../../sandbox/toolchain/paths.ts";

test("a series has the median of its values, and their ends", () => {
  expect(seriesOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(seriesOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(() => seriesOf([])).toThrow("a series needs a value");
});

test("linear growth has no bend, quadratic growth has one", () => {
  const grown = (of: (size: number) => number) => bendOf([1, 5, 20].map((size) => [size, of(size)] as const));
  expect(grown((size) => 7 + 2 * size)).toBeCloseTo(1);
  expect(grown((size) => size * size)).toBeGreaterThan(2);
});

test("one more is a share of what the first size costs", () => {
  expect(shareOfOneMore([1, 5, 20].map((size) => [size, 18 + 2 * size] as const))).toBeCloseTo(0.1);
});

test("goals are kept by the median, at most and at least", () => {
  const figure = { name: "x", unit: "" as const };
  expect(isMet({ ...figure, values: [1, 1, 9], goal: { most: 1.15 } })).toBe(true);
  expect(isMet({ ...figure, values: [1.2], goal: { most: 1.15 } })).toBe(false);
  expect(isMet({ ...figure, values: [2.4], goal: { least: 2.5 } })).toBe(false);
  expect(isMet({ ...figure, values: [2.5], goal: { least: 2.5 } })).toBe(true);
});

test("a figure shows its spread, unless there is none", () => {
  expect(shownOf({ name: "x", unit: "s", values: [1, 2, 4] })).toBe("2.0 s (1.0 to 4.0)");
  expect(shownOf({ name: "x", unit: "processes", values: [117, 117] })).toBe("117 processes");
  expect(shownOf({ name: "x", unit: "", values: [1.234] })).toBe("1.23");
});

test("the page has every row of the table, and a place for what is measured", () => {
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const page = readFileSync(join(root, "docs/performance.md"), "utf8");
  const renewed = pageWith(page, "| new |");
  expect(renewed).toContain("\n\n| new |\n<!-- end");
  expect(pageWith(renewed, "| newer |")).not.toContain("| new |");
  expect(() => pageWith("# Performance\n", "")).toThrow("has no place for the measured part");
});

test("the page says how each row was measured, and with which parts", () => {
  const how = { date: "2026-11-29", commit: "abc", machine: "2 cores", data: null };
  const found = (row: number, figures: Figure[], parts: string[], runs: number): Kept => ({
    ...{ ...how, row, what: "", figures, parts, runs, tookSeconds: 90, ...(row < 3 && { scale: 1 }) },
  });
  const goal: Figure = { name: "`up`", unit: "s", values: [3, 1, 2], goal: { most: 1 } };
  const results = [
    found(1, [goal, { name: "path", unit: "s", values: [1, 2, 3] }], ["flyctl official"], 3),
    found(2, [{ ...goal, values: [1] }], ["flyctl official"], 3),
    found(11, [{ ...goal, values: [0.5] }], ["flyctl stand-in"], 1),
  ];
  const text = measuredPart(rows, results, [{ name: "x.svg", says: "a picture" }]);
  expect(text).toContain("| `up` | ≤ 1 s | 2.0 s (1.0 to 3.0) | **no** |");
  expect(text).toContain("| `up` | ≤ 1 s | 0.5 s | yes |");
  expect(text).toContain("| 1 | path | 2.0 s (1.0 to 3.0) |");
  expect(text.match(/not measured yet/g)).toHaveLength(rows.length - results.length);
  expect(text).toContain("![a picture](performance/x.svg)");
  expect(text).toContain(
    "- Rows 1, 2: 2026-11-29, commit abc, 2 cores; 3 runs, latency × 1; flyctl official.",
  );
  expect(text).toContain("- Row 11: 2026-11-29, commit abc, 2 cores; 1 run; flyctl stand-in.");
  expect(text).toContain("- Minutes that the measurement took: row 1 1.5, row 2 1.5, row 11 1.5; 5 in all.");
});

test("a script that becomes another program is one process, and the driver's spec says what a run is about", () => {
  const line = (...fields: (string | number)[]) => `${fields.join("\x1f")}\x1e`;
  const spec = '{"app":"acme-web","name":"acme","org":"x"}';
  const starts = startsIn(
    [
      line("100.5", 7, 1, "node", "-e import('mastiff/driver') mastiff-driver app ensure", spec),
      line("100.1", 5, 1, "pulumi-language-nodejs", "127.0.0.1:1", ""),
      line("100.7", 8, 7, "flyctl", "apps list --json", ""),
      line("100.8", 8, 7, "node", "what the script became", ""),
      line("100.9", 9, 7, "flyctl", "machine list -a mastiff-party\nx", ""),
    ].join(""),
  );
  expect(starts.map(({ pid }) => pid)).toEqual([5, 7, 8, 9]);
  expect(starts[1]).toMatchObject({ at: 100_500, parent: 1, about: ["acme-web", "acme"] });
  expect(byProgram(starts)).toEqual({
    ...{ pulumi: 1, "driver app ensure": 1, "pulumi-language-nodejs": 1 },
    ...{ "flyctl apps list": 1, "flyctl machine list": 1 },
  });
});

const step = (name: string, from: number, to: number, needs: string[] = []): Step => ({
  ...{ name, from, to, needs, urn: name, type: "t", within: [] },
});

test("the critical steps are those that ended last among what the next one needs", () => {
  const steps = withCritical([
    step("app", 0, 10),
    step("record", 0, 30),
    step("database", 10, 40, ["app"]),
    step("secrets", 12, 20, ["app"]),
    step("release", 41, 90, ["database", "secrets"]),
    step("owner", 91, 100, ["release"]),
  ]);
  const critical = steps.filter(({ isCritical }) => isCritical);
  expect(critical.map(({ name, waitedFor }) => [name, waitedFor])).toEqual([
    ["app", undefined],
    ["database", "app"],
    ["release", "database"],
    ["owner", "release"],
  ]);
});

test("a trace puts runs of flyctl into the resource whose driver started them, and looks beside", () => {
  const urn = "urn:pulumi:dev::mastiff::t::community-web-app";
  const metadata = { op: "create", urn, type: "command:local:Command" };
  const seen = (at: number, event: object) => ({
    at,
    event: { sequence: 0, timestamp: 0, ...event } as never,
  });
  const start = (pid: number, parent: number, program: string, words: string[], about: string[] = []) => ({
    ...{ at: 1000 + pid, pid, parent, program, words, about },
  });
  const driver = (pid: number, what: string[], about: string[]) =>
    start(pid, 1, "node", ["-e", "import('mastiff/driver')", "mastiff-driver", ...what], about);
  const trace = assemble({
    ...{ began: 1000, ended: 2000, engine: [], machines: [], calls: [], scale: 1 },
    events: [seen(1005, { resourcePreEvent: { metadata } }), seen(1900, { resOutputsEvent: { metadata } })],
    starts: [
      driver(10, ["app", "ensure"], ["acme"]),
      start(11, 10, "flyctl", ["apps", "create"]),
      driver(20, ["marks", "look"], []),
    ],
    ends: new Map([
      [10, 1800],
      [11, 1700],
      [20, 1200],
    ]),
    resources: [
      {
        ...{ urn, type: metadata.type, custom: true },
        inputs: { interpreter: ["node", "app"], environment: { SPEC: '{"app":"acme"}' } },
      },
    ],
  });
  expect(trace.steps).toMatchObject([
    { name: "web-app", from: 1005, to: 1900, within: [{ name: "flyctl apps create", to: 1700 }] },
  ]);
  expect(trace.looks).toEqual([{ name: "driver marks look", from: 1020, to: 1200 }]);
  const picture = timelineOf(trace, "a <title>");
  expect(picture).toContain("a &lt;title&gt;");
  expect(picture).toContain("flyctl apps create: 0.7 s");
});

test("the engine's trace gives its phases, each once", () => {
  const span = (name: string, from: number, to: number, prefix?: string) => ({
    name,
    startTimeUnixNano: `${from}000000`,
    endTimeUnixNano: `${to}000000`,
    ...(prefix && { attributes: [{ key: "prefix", value: { stringValue: prefix } }] }),
  });
  const line = (...spans: object[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const phases = phasesIn(
    [
      line(span("newPlugin", 500, 900, "command (resource)"), span("pulumirpc.Engine/Log", 100, 900)),
      line(span("pulumirpc.LanguageRuntime/GetRequiredPackages", 100, 400)),
      line(span("pulumirpc.LanguageRuntime/GetRequiredPackages", 101, 399), span("newPlugin", 1, 2, "tls")),
    ].join("\n"),
  );
  expect(phases).toEqual([
    { name: "ask for the plugins", from: 100, to: 400 },
    { name: "start command", from: 500, to: 900 },
  ]);
});

test("an axis has a few round steps", () => {
  expect(stepsUpTo(226)).toEqual([0, 50, 100, 150, 200]);
  expect(stepsUpTo(1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map((tick) => expect.closeTo(tick)));
});

test("the plot of the goals draws what is missed in another colour, for goals of both kinds", () => {
  const kept = {
    row: 1,
    what: "",
    date: "",
    commit: "",
    machine: "",
    parts: [],
    runs: 1,
    tookSeconds: 1,
    data: null,
  };
  const plot = (goal: { most: number } | { least: number }) =>
    goalsPlot([{ ...kept, figures: [{ name: "x", unit: "", values: [2], goal }] }])[0]?.svg ?? "";
  expect(plot({ most: 1 })).toContain('fill="#cf222e"');
  expect(plot({ most: 3 })).not.toContain('fill="#cf222e"');
  expect(plot({ least: 3 })).toContain('fill="#cf222e"');
});
