import { describe, expect, test } from "vitest";
import {
  besides,
  commentOf,
  type Database,
  foreignAmong,
  type Mark,
  markIn,
  stateOf,
} from "../../providers/fly/restore/database-marks.ts";
import { isBehind } from "../../providers/fly/restore/databases.ts";
import { answerIn, readingSecrets, rowDifferences } from "../../providers/fly/restore/dump-reading.ts";
import { literal } from "../../providers/fly/things/psql.ts";
import { type Volume, volumeOf } from "../../providers/fly/things/volumes.ts";
import { nameRules } from "../../providers/rules/names.ts";

const name = "monthly/2026-11/20261101T030000Z";
const since = "2026-11-29T12:00:00.000Z";
const marks: Mark[] = [
  { kind: "restoring", name },
  { kind: "complete", name },
  { kind: "replaced", name, since },
  { kind: "withdrawn", name, since },
];

describe("the comment on a database", () => {
  test.each(marks)("$kind is read as it was written, and is plain enough for SQL", (mark) => {
    expect(markIn(commentOf(mark))).toEqual(mark);
    expect(() => literal(commentOf(mark))).not.toThrow();
  });

  test.each(["", "by hand", `mastiff: restoring`, `${commentOf(marks[1] as Mark)} or so`])(
    "'%s' is none of ours",
    (comment) => {
      expect(markIn(comment)).toBeUndefined();
    },
  );
});

test("the names beside the longest name of a database are names of databases, too", () => {
  // An app leaves room for "-streaming", and a name that PostgreSQL refuses gets a "_".
  const longest = `_${"a".repeat(53)}`;
  for (const beside of Object.values(besides(longest)))
    expect(beside.length).toBeLessThanOrEqual(nameRules.database.longest);
});

/** A database with a comment. */
const database = (comment: string, more: Partial<Database> = {}): Database => ({
  name: "acme_restored",
  accepts: true,
  comment,
  ...more,
});
const own = database("", { name: "acme" });
const [restoring, complete, replaced, withdrawn] = marks.map((mark) => database(commentOf(mark)));

describe("a restore", () => {
  test.each([
    ["not begun", { restored: undefined, before: undefined }, { state: "none" }],
    ["stopped before its mark", { restored: database("", { isEmpty: true }) }, { state: "restoring" }],
    ["begun", { restored: restoring }, { state: "restoring", name }],
    ["complete", { restored: complete }, { state: "restored", name }],
    ["what the community runs on", { before: replaced }, { state: "switched", name, since }],
    ["undone", { restored: withdrawn }, { state: "undone", name, since }],
    [
      "begun beside one that is",
      { restored: restoring, before: replaced },
      { state: "switched", name, since },
    ],
  ])("is %s", (_what, found, state) => {
    expect(stateOf({ own, restored: undefined, before: undefined, ...found })).toEqual(state);
  });

  test("touches only databases with the mark of their name, or with nothing in them", () => {
    const foreign = (restored?: Database, before?: Database) => foreignAmong({ own, restored, before });
    for (const ours of [undefined, restoring, complete, withdrawn, database("", { isEmpty: true })])
      expect(foreign(ours, replaced)).toEqual([]);
    for (const theirs of [database(""), database("by hand"), replaced])
      expect(foreign(theirs)).toEqual([theirs]);
    expect(foreign(undefined, complete)).toEqual([complete]);
  });
});

test.each([
  [{ newest: "20260101000000", count: 9 }, { newest: "20260201000000", count: 10 }, true],
  [{ newest: "20260201000000", count: 9 }, { newest: "20260201000000", count: 10 }, true],
  [{ newest: "20260201000000", count: 10 }, { newest: "20260201000000", count: 10 }, false],
  [{ newest: "20260301000000", count: 11 }, { newest: "20260201000000", count: 10 }, false],
])("whether a schema is behind another one: %#", (one, other, behind) => {
  expect(isBehind(one, other)).toBe(behind);
});

test("in what a restored database differs from the dumped one is said table by table", () => {
  const dumped = { schema: "20261001000000", rows: { accounts: 40_321, users: 52, statuses: 1_203_455 } };
  expect(rowDifferences(dumped, dumped)).toEqual([]);
  expect(
    rowDifferences({ schema: "20260901000000", rows: { accounts: 40_321, users: 0, statuses: 3 } }, dumped),
  ).toEqual([
    "0 users instead of 52",
    "3 statuses instead of 1203455",
    "the schema 20260901000000 instead of 20261001000000",
  ]);
});

test("the volume of a machine is the one that it has mounted, not an older one that nobody uses", () => {
  const volume = (id: string, machine: string | null): Volume => ({
    id,
    name: "pg_data",
    state: "created",
    size_gb: 3,
    region: "ams",
    attached_machine_id: machine,
    snapshot_retention: 5,
    created_at: `2026-11-0${id}`,
  });
  const volumes = [volume("1", null), volume("2", "1111"), volume("3", "2222")];
  const machine = { id: "1111", name: "server", state: "started", region: "ams" };
  expect(volumeOf(volumes, machine)?.id).toBe("2");
  expect(volumeOf(volumes, { ...machine, config: { mounts: [{ volume: "3" }] } })?.id).toBe("3");
  expect(volumeOf([volume("1", null)], machine)).toBeUndefined();
});

test("an answer is the last line that is one; other JSON is none", () => {
  const answer = { format: 1, schema: "20261001000000" };
  expect(answerIn(["restoring", JSON.stringify(answer), "done"])).toEqual(answer);
  expect(answerIn(["restoring"])).toBeNull();
  expect(answerIn(['{"format":2}'])).toBeNull();
});

test("a machine gets the dump's own secrets, and both", () => {
  const secrets = { url: "https://r2/dump?X-Amz-Signature=0", sessionKey: "9:00" };
  expect(readingSecrets({ ...secrets, databaseUrl: "postgres://acme:x@acme-db" })).toEqual({
    MASTIFF_DUMP_URL: secrets.url,
    MASTIFF_SESSION_KEY: "9:00",
  });
  expect(() => readingSecrets({ url: secrets.url })).toThrow("stdin has no url or no sessionKey");
});
