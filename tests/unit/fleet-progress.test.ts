import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { progressOn } from "../../cli/fleet/progress.ts";
import { exitCodeOf, type Row, skipped } from "../../cli/fleet/row.ts";
import { fleetJson, fleetTable, troubles } from "../../cli/fleet/table.ts";

const noChange = { create: 0, update: 0, replace: 0, delete: 0 };
const well: Row = {
  stack: "acme",
  result: "done",
  exitCode: 0,
  changes: { ...noChange, create: 62, update: 1 },
  refused: 0,
  drift: 0,
  costMicroDollars: 28_630_000,
  seconds: 61.26,
};
const refused: Row = {
  stack: "dogs",
  result: "refused",
  exitCode: 1,
  changes: noChange,
  refused: 1,
  drift: 2,
  seconds: 4,
  error: "There is no zone dogs.example.\n  fix     add it",
};
const rows = [well, refused, skipped("cats")];

test.each([
  ["switch it on:  pulumi config rm mastiff:backup && pulumi up", true],
  ["more memory:  pulumi up", true],
  ["go on:  pulumi up -s dogs", false],
  ["npx mastiff recover -s dogs", false],
  ["There is no zone dogs.example.", false],
])("what is printed for the selected stack names the stack that has to be selected: %s", (error, isNamed) => {
  const [words] = troubles([{ ...refused, error }]);
  const first = isNamed ? " (before its lines:  pulumi stack select dogs)" : "";
  expect(words).toBe(`dogs, refused${first}:\n  ${error}`);
});

describe("without a terminal", () => {
  test("each step is a line, and the same step is said once", () => {
    let said = "";
    const screen = { columns: undefined, stderr: (text: string) => (said += text) };
    const progress = progressOn(screen, 2, () => 0);
    progress.begin("acme");
    progress.step("acme", "creating zone");
    progress.step("acme", "creating zone");
    progress.wait("dogs waits");
    progress.wait("dogs waits");
    progress.end({ ...well, seconds: 61.26 });
    progress.close();
    expect(said).toBe("acme: begins\nacme: creating zone\ndogs waits\nacme: done after 61 s\n");
  });
});

describe("on a terminal", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** What a terminal shows after all that was written, line by line. Only the codes that the rows use are known. */
  function shownBy(written: string): string[] {
    const lines = [""];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of a terminal begin with one.
    for (const [, up, erase, end, letter = ""] of written.matchAll(/\u001b\[(\d+)A|(\u001b\[J)|(\n)|(.)/g)) {
      if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up));
      else if (end !== undefined) lines.push("");
      else if (erase === undefined) lines[lines.length - 1] += letter;
    }
    return lines.filter((line, index) => line !== "" || index < lines.length - 1);
  }

  const open = (total: number, columns = 60) => {
    let written = "";
    const screen = {
      columns,
      stderr(text: string) {
        written += text;
      },
    };
    const progress = progressOn(screen, total, () => Date.now());
    return { progress, shown: () => shownBy(written) };
  };

  test("there is a row for each stack at work, with its step and its seconds", () => {
    const { progress, shown } = open(3);
    progress.begin("acme");
    vi.advanceTimersByTime(2_000);
    progress.begin("dogs");
    progress.step("acme", "creating zone");
    vi.advanceTimersByTime(3_000);
    expect(shown()).toEqual([
      "acme     5 s  creating zone",
      "dogs     3 s  begins",
      "0 of 3 stacks have ended",
    ]);
    progress.end({ ...well, seconds: 5 });
    progress.wait("cats waits: Cloudflare would get too many calls by now");
    vi.advanceTimersByTime(1_000);
    expect(shown()).toEqual([
      "acme: done after 5 s",
      "dogs     4 s  begins",
      "1 of 3 stacks have ended; cats waits: Cloudflare would get ",
    ]);
    progress.close();
    expect(shown()).toEqual(["acme: done after 5 s"]);
    vi.advanceTimersByTime(1_000);
    expect(shown()).toEqual(["acme: done after 5 s"]);
  });

  test("no row is wider than the terminal, and no more of them are drawn than fit", () => {
    const { progress, shown } = open(30, 20);
    for (let i = 0; i < 30; i += 1) progress.begin(`stack${i}`);
    progress.step("stack0", "creating a resource whose name is long");
    vi.advanceTimersByTime(250);
    expect(shown()).toHaveLength(21);
    expect(shown()[0]).toBe("stack0      0 s  cr");
    expect(shown().every((line) => line.length < 20)).toBe(true);
    progress.close();
  });
});

test("the table has a line for each stack, and leaves out what no stack has", () => {
  expect(fleetTable(rows, 65.9)).toBe(
    [
      "stack  result   changes                refused  drift  USD a month  seconds",
      "acme   done     62 created, 1 updated        0      0        28.63       61",
      "dogs   refused  none                         1      2                     4",
      "cats   skipped",
      "",
      "3 stacks: 1 done, 1 refused, 1 skipped; 28.63 USD a month; 66 s",
    ].join("\n"),
  );
  const finding = { check: "web", urgency: "critical" as const, asked: "", came: "", means: "", repair: "" };
  const examined: Row = {
    ...{ stack: "acme", result: "failed", exitCode: 1, seconds: 3 },
    findings: [finding, finding, { ...finding, urgency: "info" as const }].map((one) => ({
      ...one,
      answered: true,
      also: [],
    })),
  };
  expect(fleetTable([examined, { ...examined, stack: "dogs", findings: [] }], 3)).toBe(
    [
      "stack  result  findings            seconds",
      "acme   failed  2 critical, 1 info        3",
      "dogs   failed  none                      3",
      "",
      "2 stacks: 2 failed; 3 s",
    ].join("\n"),
  );
});

test("JSON has the same for scripts, and a null where nothing is known", () => {
  expect(fleetJson("up", rows, 65.87)).toEqual({
    operation: "up",
    seconds: 65.9,
    stacks: [
      {
        stack: "acme",
        result: "done",
        exitCode: 0,
        changes: { create: 62, update: 1, replace: 0, delete: 0 },
        refused: 0,
        drift: 0,
        costMicroDollars: 28_630_000,
        seconds: 61.3,
      },
      {
        stack: "dogs",
        result: "refused",
        exitCode: 1,
        changes: noChange,
        refused: 1,
        drift: 2,
        costMicroDollars: null,
        seconds: 4,
        error: "There is no zone dogs.example.\n  fix     add it",
      },
      {
        stack: "cats",
        result: "skipped",
        exitCode: 1,
        changes: null,
        refused: null,
        drift: null,
        costMicroDollars: null,
        seconds: 0,
      },
    ],
  });
});

test("what is wrong names its stack, and keeps its way out", () => {
  expect(troubles(rows)).toEqual(["dogs, refused:\n  There is no zone dogs.example.\n    fix     add it"]);
});

test.each([
  ["all is done", [well], 0, 0],
  ["one is refused", [well, refused], 0, 1],
  ["one did not begin", [well, skipped("cats")], 0, 1],
  ["somebody pressed Ctrl-C", [well, skipped("cats")], 130, 130],
  ["nothing was left when somebody pressed Ctrl-C", [well], 130, 130],
])("the exit code is that of the worst: %s", (_, some, signalled, code) => {
  expect(exitCodeOf(some, signalled)).toBe(code);
});
