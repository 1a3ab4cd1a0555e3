import { beforeEach, expect, test } from "vitest";
import type { Machine } from "../clouds/fly/state.ts";
import { exitCode, type Fly, freshFly, machineOf, makeApp, pass, printed, run } from "./fly-call.ts";
import { openWorldFront } from "./front-call.ts";

const app = "mastiff-party-backup";
const machines = `/v1/apps/${app}/machines`;
const daily = {
  image: "alpine:3.22",
  init: { cmd: ["echo", "done"] },
  schedule: "daily",
  restart: { policy: "no" },
};
const hour = 3_600_000;

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await makeApp(fly, app);
});

const runs = (machine: Machine) => printed(fly, app, machine).length;
const startsOf = (machine: Machine) =>
  machine.events.filter(({ type }) => type === "start").map(({ timestamp }) => timestamp);

test("a scheduled machine runs when it is created, stops, and runs again once a period", async () => {
  const machine = await run(fly, app, daily);
  expect([machine.state, exitCode(machine), runs(machine)]).toEqual(["stopped", 0, 1]);
  const [listed] = (await fly.call("GET", machines)).body;
  expect(listed.config.schedule).toBe("daily");
  await pass(fly, 23 * hour);
  expect(runs(machine)).toBe(1);
  await pass(fly, hour);
  expect([machine.state, runs(machine)]).toEqual(["stopped", 2]);
  expect(machine.events.filter(({ type }) => type === "exit")).toHaveLength(2);
});

test("runs that nobody watched have the dates of their periods", async () => {
  const machine = await run(fly, app, daily);
  await pass(fly, 72 * hour);
  expect(runs(machine)).toBe(4);
  const [third = 0, second = 0, first = 0] = startsOf(machine);
  expect([third - second, second - first]).toEqual([24 * hour, 24 * hour]);
});

test.each([
  ["hourly", hour],
  ["weekly", 168 * hour],
  ["monthly", 720 * hour],
])("a period that is %s", async (schedule, period) => {
  const machine = await run(fly, app, { ...daily, schedule });
  await pass(fly, period - 2 * 60_000);
  expect(runs(machine)).toBe(1);
  await pass(fly, 2 * 60_000);
  expect(runs(machine)).toBe(2);
});

test("a schedule of Fly's is refused when it is another word or a cron expression", async () => {
  for (const schedule of ["yearly", "Daily", "0 3 * * *"]) {
    const answer = await fly.call("POST", machines, { config: { ...daily, schedule }, region: "ams" });
    expect([answer.status, answer.body.error]).toEqual([
      422,
      "invalid config.schedule, must be one of: hourly, daily, weekly, monthly",
    ]);
  }
  expect((await fly.call("GET", machines)).body).toEqual([]);
});

test("no call starts a machine whose cycle has begun, unless the dial says so", async () => {
  const machine = await run(fly, app, daily);
  for (const way of ["start", "restart"]) {
    expect(await fly.call("POST", `${machines}/${machine.id}/${way}`)).toMatchObject({
      status: 412,
      body: { error: "failed_precondition: machine has a schedule and can only be started by its schedule" },
    });
  }
  fly.world.state.fly.dials.scheduledStarts = true;
  expect((await fly.call("POST", `${machines}/${machine.id}/start`)).status).toBe(200);
  await pass(fly);
  expect(runs(machine)).toBe(2);
});

test("a machine that is created without a start waits for one, and its cycle begins with it", async () => {
  const machine = await run(fly, app, daily, { skip_launch: true });
  await pass(fly, 48 * hour);
  expect([machine.state, runs(machine)]).toEqual(["stopped", 0]);
  expect((await fly.call("POST", `${machines}/${machine.id}/start`)).status).toBe(200);
  await pass(fly);
  expect(runs(machine)).toBe(1);
  await pass(fly, 24 * hour);
  expect(runs(machine)).toBe(2);
});

test("a run is missed while the last one goes on, or while the host has no room", async () => {
  const machine = await run(fly, app, { ...daily, init: { cmd: ["sleep", "inf"] } });
  await pass(fly, 48 * hour);
  expect([machine.state, startsOf(machine).length]).toEqual(["started", 1]);
  await fly.call("POST", `${machines}/${machine.id}/stop`, {});
  fly.world.state.fly.dials.fullRegions = ["ams"];
  await pass(fly, 24 * hour);
  expect([machine.state, startsOf(machine).length]).toEqual(["stopped", 1]);
  fly.world.state.fly.dials.fullRegions = [];
  await pass(fly, 24 * hour);
  expect([machine.state, startsOf(machine).length]).toEqual(["started", 2]);
});

test("an update runs the machine anew, and without a schedule it runs no more", async () => {
  const machine = await run(fly, app, daily);
  await fly.call("POST", `${machines}/${machine.id}`, { config: daily });
  await pass(fly);
  expect(runs(machine)).toBe(2);
  const { schedule: _, ...once } = daily;
  await fly.call("POST", `${machines}/${machine.id}`, { config: once });
  await pass(fly, 72 * hour);
  expect(runs(machine)).toBe(3);
});

test("a destroyed machine does not come back, and a scheduled one is not suspended", async () => {
  const machine = await run(fly, app, { ...daily, init: { cmd: ["sleep", "inf"] } });
  expect((await fly.call("POST", `${machines}/${machine.id}/suspend`)).status).toBe(412);
  await fly.call("DELETE", `${machines}/${machine.id}?kill=true`);
  await pass(fly, 72 * hour);
  expect([machine.state, startsOf(machine).length]).toEqual(["destroyed", 1]);
});

test("the schedule goes on in a world that was written down and opened again", async () => {
  const { id } = await run(fly, app, daily);
  const again = freshFly();
  Object.assign(again.world.state, JSON.parse(JSON.stringify(fly.world.state)));
  await pass(again, 25 * hour);
  expect(printed(again, app, machineOf(again, app, id))).toEqual(["done", "done"]);
});

test("the control API brings the next run forward, and the page shows the last run", async () => {
  const open = openWorldFront();
  open.world.state.fly.dials.requestsPerSecond = 0;
  await open.fly("POST", "/v1/apps", { name: app, org_slug: "mastiff" });
  expect((await open.call("POST", `/_local/schedules/${app}`)).status).toBe(404);
  const { body } = await open.fly("POST", machines, { config: daily, region: "ams" });
  const later = async (milliseconds: number) => {
    open.world.advance(milliseconds);
    return (await open.fly("GET", `${machines}/${body.id}`)).body;
  };
  expect((await later(60_000)).state).toBe("stopped");
  await later(2 * hour);
  expect((await open.call("POST", `/_local/schedules/${app}`)).status).toBe(204);
  expect((await open.fly("GET", `${machines}/${body.id}`)).body.state).toBe("started");
  const job = async () =>
    (await open.view()).fly.organizations.flatMap(({ apps }) => apps).find(({ name }) => name === app)
      ?.jobs[0];
  expect(await job()).toMatchObject({ state: "runs", exitCode: null, milliseconds: null });
  const ended = await later(60_000);
  expect(ended.events.filter(({ type }: { type: string }) => type === "exit")).toHaveLength(2);
  expect(await job()).toMatchObject({ state: "ended", exitCode: 0 });
  expect((await job())?.milliseconds).toBeLessThan(60_001);
  // The next run is a whole period after this one.
  await later(23 * hour);
  expect((await open.fly("GET", `${machines}/${body.id}`)).body.events.length).toBe(ended.events.length);
});
