import { expect, test } from "vitest";
import {
  type BackupPlan,
  backupSpec,
  backupThings,
  expiryRules,
  type LastRelease,
  namedByRelease,
  planBackup,
} from "../../components/backup/backup-plan.ts";
import { recipient } from "../support/backup-recipient.ts";
import { parse } from "../support/config.ts";

const place = { org: "acme", region: "ams" };
const planned = (parts: object = {}) => planBackup(parse({ backup: JSON.stringify(parts) })) as BackupPlan;

test("each class is deleted when its time is over, in seconds, and no month is too short", () => {
  const rules = expiryRules({ daily: 14, weekly: 8, monthly: 12 });
  const ages = rules.map(({ id, conditions, deleteObjectsTransition }) => [
    id,
    conditions.prefix,
    deleteObjectsTransition.condition.maxAge,
  ]);
  expect(ages).toEqual([
    ["daily", "daily/", 1_209_600],
    ["hourly", "hourly/", 259_200],
    ["monthly", "monthly/", 32_140_800],
    ["weekly", "weekly/", 4_838_400],
  ]);
  expect(rules.every(({ enabled }) => enabled)).toBe(true);
});

test("an upload that was given up is ended after a day, in each class", () => {
  for (const { abortMultipartUploadsTransition } of expiryRules({ daily: 1, weekly: 1, monthly: 1 }))
    expect(abortMultipartUploadsTransition.condition).toEqual({ type: "Age", maxAge: 86_400 });
});

test("no rule is equal to another by its id, and the order of the ids is that of the rules", () => {
  const ids = expiryRules({ daily: 1, weekly: 1, monthly: 1 }).map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
});

test("nothing is planned where backups are off", () => {
  expect(planBackup(parse({ backup: "off" }))).toBeUndefined();
});

test("a key is added to the others with a line of its own, however it was pasted", () => {
  const { env } = backupSpec(place, planned({ recipients: [`\n${recipient}\n\n`] }), recipient.trim());
  const text = Buffer.from(env.MASTIFF_BACKUP_RECIPIENTS ?? "", "base64").toString();
  expect(text).toBe(recipient + recipient);
});

test("what is looked at has the key that the last state has", () => {
  const key = { "dogs-backups-key": { publicKey: recipient } };
  const { app, secrets, machine } = backupThings("dogs-backups", place, planned(), key);
  expect([app, secrets, machine].map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "dogs-backups-app app",
    "dogs-backups-secrets secrets",
    "dogs-backups-machine backup",
  ]);
  expect(machine.spec).toEqual(backupSpec(place, planned(), recipient));
});

const last = (spec: object, backupApp?: string): LastRelease => ({ spec: { ...spec }, backupApp });

test.each<[string, string | undefined, LastRelease | undefined, string | undefined]>([
  ["a first release", "new", undefined, "new"],
  ["one that has the name already", "new", last({ image: "m:v1", backup: "new" }, "new"), "new"],
  ["one from before there were backups, unchanged", "new", last({ image: "m:v1" }), undefined],
  ["one from before there were backups, with another image", "new", last({ image: "m:v0" }), "new"],
  ["the app changes, the image does not", "new", last({ image: "m:v1", backup: "old" }, "old"), "old"],
  [
    "app and image change: the old machine takes it",
    "new",
    last({ image: "m:v0", backup: "old" }, "old"),
    "old",
  ],
  ["the app had changed, the image changes", "new", last({ image: "m:v0", backup: "old" }, "new"), "new"],
  ["backups are off now", undefined, last({ image: "m:v1", backup: "old" }, "old"), undefined],
])("the app that a release names for its backup: %s", (_which, planned, released, named) => {
  expect(namedByRelease(planned, "m:v1", released)).toBe(named);
});
