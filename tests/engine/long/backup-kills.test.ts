import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { killedAtEachCall } from "../../faults/driver-kills.ts";
import type { Side } from "../../faults/gate.ts";
import { app, type BackupScene, bucket, machine, startBackupScene } from "../../support/backup-scene.ts";
import { objectsIn } from "../../support/driver-bucket.ts";

let scene: BackupScene;
beforeAll(async () => {
  scene = await startBackupScene();
});
afterAll(() => scene?.world.stop());

/** What every backup in the bucket has. */
const parts = [".dump.gpg", ".escrow.gpg", ".json"];

/** Each object in the bucket is a part of a whole backup. @returns how many backups there are */
async function wholeBackups(): Promise<number> {
  const keys = Object.keys(await objectsIn(scene.world, bucket));
  const names = [...new Set(keys.map((key) => key.replace(/\.(dump\.gpg|escrow\.gpg|json)$/, "")))];
  expect(keys.sort()).toEqual(names.flatMap((name) => parts.map((part) => name + part)).sort());
  return names.length;
}

/** The machines of a schedule. One of a backup by hand that was killed is stopped, and goes an hour later. */
async function scheduled() {
  const machines = await scene.machines();
  const byHand = machines.filter(({ config }) => config.schedule === undefined);
  expect(byHand.filter(({ state }) => state !== "stopped")).toEqual([]);
  return machines.filter(({ config }) => config.schedule !== undefined);
}

describe.each<Side>(["before", "after"])("killed %s each call", (side) => {
  test("the machine of the backups comes, one alone, with a backup", async () => {
    expect(await killedAtEachCall(scene.world, side, "backup", "ensure", machine())).toBeGreaterThan(1);
    expect(await scheduled()).toMatchObject([{ config: { schedule: "daily" } }]);
    expect((await scene.world.must("backup", "observe", machine())).differences).toEqual([]);
    expect(await wholeBackups()).toBeGreaterThan(0);
  });

  test("a backup by hand is taken, and leaves no machine that runs", async () => {
    const before = await wholeBackups();
    const kills = await killedAtEachCall(scene.world, side, "backup-now", "run", { spec: { app } });
    expect(kills).toBeGreaterThan(1);
    expect(await scheduled()).toMatchObject([{ config: { schedule: "daily" } }]);
    expect(await wholeBackups()).toBeGreaterThan(before);
  });

  test("another size replaces the machine, which takes a backup first", async () => {
    const larger = machine({ memoryMb: side === "before" ? 1024 : 2048 });
    const before = await wholeBackups();
    expect(await killedAtEachCall(scene.world, side, "backup", "ensure", larger)).toBeGreaterThan(2);
    expect(await scheduled()).toHaveLength(1);
    expect((await scene.world.must("backup", "observe", larger)).differences).toEqual([]);
    expect(await wholeBackups()).toBeGreaterThan(before);
  });

  test("a destroy removes the machine, and no backup", async () => {
    const before = await wholeBackups();
    expect(await killedAtEachCall(scene.world, side, "backup", "destroy", machine())).toBeGreaterThan(0);
    expect(await scene.machines()).toEqual([]);
    expect(await wholeBackups()).toBe(before);
  });
});
