import { beforeEach, expect, test } from "vitest";
import { findImage } from "../clouds/fly/images.ts";
import {
  exitCode,
  type Fly,
  freshFly,
  gigabyte,
  machineOf,
  makeApp,
  mastodon,
  pass,
  printed,
  run,
  stage,
  stateOf,
} from "./fly-call.ts";

const app = "mastiff-party";
const machines = `/v1/apps/${app}/machines`;
const sleeper = { image: "alpine:3.22", init: { cmd: ["sleep", "inf"] } };
const once = (cmd: string[]) => ({ image: "alpine:3.22", init: { cmd }, restart: { policy: "no" } });

let fly: Fly;
beforeEach(async () => {
  fly = freshFly();
  await makeApp(fly, app);
});

test("launch, stop, start, destroy: states and events, newest first", async () => {
  const launched = await fly.call("POST", machines, { config: sleeper, region: "ams" });
  expect(launched.body).toMatchObject({ state: "created", region: "ams", host_status: "ok" });
  const path = `${machines}/${launched.body.id}`;
  expect((await fly.call("GET", path)).body.state).toBe("started");
  expect((await fly.call("POST", `${path}/stop`, {})).body).toEqual({ ok: true });
  const stopped = (await fly.call("GET", path)).body;
  expect(stopped.state).toBe("stopped");
  expect(stopped.events.map((e: { type: string }) => e.type)).toEqual(["exit", "stop", "start", "launch"]);
  // Zero and false are absent, because Go's omitempty leaves them out.
  expect(Object.keys(stopped.events[0].request.exit_event)).toEqual(["requested_stop", "exited_at"]);
  expect((await fly.call("POST", `${path}/start`)).body.previous_state).toBe("stopped");
  expect(await fly.call("POST", `${path}/start`)).toMatchObject({
    status: 412,
    body: { error: "failed_precondition: machine still active, refusing to start" },
  });
  expect((await fly.call("DELETE", `${path}?kill=false`)).status).toBe(412);
  expect((await fly.call("DELETE", `${path}?kill=true`)).status).toBe(200);
  expect((await fly.call("GET", path)).body.state).toBe("destroyed");
  expect((await fly.call("GET", machines)).body).toEqual([]);
  expect(await fly.call("GET", `${machines}/nope`)).toMatchObject({
    status: 404,
    body: { error: "machine not found" },
  });
});

test("a job ends with its exit code, and keeps it until it is destroyed", async () => {
  const failed = await run(fly, app, once(["false"]));
  expect([failed.state, exitCode(failed)]).toEqual(["stopped", 1]);
  const fine = await run(fly, app, once(["echo", "hello", "there"]));
  expect([fine.state, exitCode(fine)]).toEqual(["stopped", 0]);
  expect(printed(fly, app, fine)).toEqual(["hello there"]);
  const removed = await run(fly, app, { ...once(["echo", "hi"]), auto_destroy: true });
  expect([removed.state, exitCode(removed)]).toEqual(["destroyed", 0]);
});

test("a job is seen as started before it ends, in a world without latency too", async () => {
  const launched = await fly.call("POST", machines, { config: once(["true"]), region: "ams" });
  const path = `${machines}/${launched.body.id}`;
  expect((await fly.call("GET", `${path}/wait?state=started&timeout=60`)).body).toEqual({ ok: true });
  await pass(fly);
  expect(await fly.call("GET", `${path}/wait?state=started&timeout=60`)).toMatchObject({
    status: 412,
    body: { error: "failed_precondition: machine failed to reach desired state, started, currently stopped" },
  });
});

test("a wait is held to a minute, to known states, and gives up with 408", async () => {
  const machine = await run(fly, app, sleeper);
  const wait = (query: string) => fly.call("GET", `${machines}/${machine.id}/wait?${query}`);
  expect((await wait("state=started&timeout=61")).body.error).toContain(
    "value must be inside range [1s, 1m0s]",
  );
  expect((await wait("state=asleep&timeout=1")).status).toBe(400);
  expect((await wait("state=stopped&timeout=1")).status).toBe(408);
  expect((await wait("state=started&timeout=1&version=01OTHER")).status).toBe(400);
});

test("a program that fails is restarted, ten times and slower, then stays stopped", async () => {
  const machine = await run(fly, app, { image: "alpine:3.22", init: { cmd: ["false"] } });
  await pass(fly, 600_000);
  expect(machine.state).toBe("stopped");
  const exits = machine.events.filter((e) => e.type === "exit");
  expect(exits).toHaveLength(11);
  expect(exits[1]?.request).toMatchObject({
    restart_count: 9,
    exit_event: { exit_code: 1, restarting: true },
  });
  expect(exits[0]?.request?.exit_event).not.toHaveProperty("restarting");
  expect(stateOf(fly, app).logs.at(-1)?.message).toBe("machine has reached its max restart count of 10");
});

test("a suspended machine wakes without having ended, and a stopped one cannot be suspended", async () => {
  const machine = await run(fly, app, sleeper);
  const path = `${machines}/${machine.id}`;
  expect((await fly.call("POST", `${path}/suspend`)).body).toEqual({ ok: true });
  expect((await fly.call("GET", path)).body.state).toBe("suspended");
  expect(machine.events.map((e) => e.type)).not.toContain("exit");
  await fly.call("POST", `${path}/start`);
  await fly.call("POST", `${path}/stop`, {});
  expect((await fly.call("POST", `${path}/suspend`)).status).toBe(412);
});

test("an app remembers its last destroyed machines, without their secrets", async () => {
  await stage(fly, app, { KEY: "hunter2" });
  let last = "";
  for (let count = 0; count < 32; count++) {
    last = (await run(fly, app, { ...once(["true"]), auto_destroy: true })).id;
  }
  expect(Object.keys(stateOf(fly, app).machines)).toHaveLength(30);
  expect(JSON.stringify(machineOf(fly, app, last))).not.toContain("hunter2");
});

test("an update is a new version: new instance, launched anew, secrets of now", async () => {
  const machine = await run(fly, app, sleeper);
  const before = machine.instanceId;
  const answer = await fly.call("POST", `${machines}/${machine.id}`, {
    config: { ...sleeper, env: { A: "b" } },
  });
  expect(answer.body.state).toBe("replacing");
  const after = (await fly.call("GET", `${machines}/${machine.id}`)).body;
  expect(after).toMatchObject({ state: "started", config: { env: { A: "b" } } });
  expect(after.instance_id).not.toBe(before);
  expect(after.events.slice(0, 3).map((e: { type: string }) => e.type)).toEqual([
    "start",
    "launch",
    "update",
  ]);
});

test("who holds no lease changes nothing while another holds it", async () => {
  const machine = await run(fly, app, sleeper);
  const path = `${machines}/${machine.id}`;
  const lease = await fly.call("POST", `${path}/lease?ttl=30`);
  const mine = { "fly-machine-lease-nonce": lease.body.data.nonce };
  const refused = await fly.call("POST", `${path}/stop`, {});
  expect(refused.status).toBe(409);
  expect(refused.body.error).toContain("lease currently held by operator@mastiff.party");
  expect((await fly.call("POST", `${path}/lease?ttl=30`)).status).toBe(409);
  expect((await fly.call("POST", `${path}/lease?ttl=30`, undefined, mine)).body.data.nonce).toBe(
    lease.body.data.nonce,
  );
  expect((await fly.call("POST", `${path}/stop`, {}, mine)).status).toBe(200);
  expect((await fly.call("DELETE", `${path}/lease`, undefined, mine)).status).toBe(200);
  expect(await fly.call("GET", `${path}/lease`)).toMatchObject({
    status: 404,
    body: { error: "lease not found" },
  });
  await fly.call("POST", `${path}/lease?ttl=30`);
  await pass(fly);
  expect((await fly.call("POST", `${path}/start`)).status).toBe(200);
});

test.each([
  [
    { cpu_kind: "shared", cpus: 1, memory_mb: 128 },
    "invalid config.guest.memory_mb, minimum required 256 MiB",
  ],
  [
    { cpu_kind: "shared", cpus: 8, memory_mb: 256 },
    "invalid config.guest.memory_mb, minimum required 2048 MiB",
  ],
  [{ cpu_kind: "shared", cpus: 1, memory_mb: 4096 }, "cannot exceed 2048 MiB"],
  [{ cpu_kind: "shared", cpus: 1, memory_mb: 300 }, "must be in 256 MiB increment (256 would work)"],
  [{ cpu_kind: "shared", cpus: 3, memory_mb: 768 }, "invalid config.guest.cpus"],
  [
    { cpu_kind: "performance", cpus: 2, memory_mb: 2048 },
    "invalid config.guest.memory_mb, minimum required 4096 MiB",
  ],
])("Fly sells no machine of %j", async (guest, error) => {
  const answer = await fly.call("POST", machines, { config: { ...sleeper, guest }, region: "ams" });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toContain(error);
});

test("regions, images and names that are not there are refused", async () => {
  const launch = (body: unknown) => fly.call("POST", machines, body);
  expect((await launch({ config: sleeper, region: "xyz" })).body.error).toBe("invalid region: xyz");
  expect((await launch({ config: { image: "redis:99" } })).body.error).toContain(
    "failed to get manifest redis:99",
  );
  expect((await launch({ config: {} })).status).toBe(400);
  expect((await launch({ config: { ...sleeper, env: { A: 1 } } })).body.error).toContain("config.env.A");
  await run(fly, app, sleeper, { name: "one" });
  expect((await launch({ config: sleeper, name: "one" })).status).toBe(409);
  fly.world.state.fly.dials.fullRegions.push("ams");
  expect((await launch({ config: sleeper, region: "ams" })).body.status).toBe("insufficient_capacity");
});

test("a volume is one machine's, of one region, and keeps its data when the machine goes", async () => {
  const volumes = `/v1/apps/${app}/volumes`;
  const volume = (await fly.call("POST", volumes, { name: "data", region: "ams", size_gb: 1 })).body;
  const config = { ...sleeper, mounts: [{ volume: volume.id, path: "/data" }] };
  const machine = await run(fly, app, config);
  expect((await fly.call("GET", `${volumes}/${volume.id}`)).body.attached_machine_id).toBe(machine.id);
  expect((await fly.call("POST", machines, { config, region: "ams" })).body.error).toContain(
    "is already attached",
  );
  expect((await fly.call("POST", machines, { config, region: "fra" })).status).toBe(412);
  expect((await fly.call("DELETE", `${volumes}/${volume.id}`)).status).toBe(412);
  await fly.call("DELETE", `${machines}/${machine.id}?kill=true`);
  expect((await fly.call("GET", `${volumes}/${volume.id}`)).body.attached_machine_id).toBeNull();
  expect((await fly.call("PUT", `${volumes}/${volume.id}/extend`, { size_gb: 3 })).body.volume.size_gb).toBe(
    3,
  );
  expect((await fly.call("PUT", `${volumes}/${volume.id}/extend`, { size_gb: 2 })).status).toBe(422);
  expect((await fly.call("POST", volumes, { name: "Bad-Name", region: "ams" })).status).toBe(422);
  expect((await fly.call("POST", volumes, { name: "data", region: "ams", size_gb: 501 })).status).toBe(422);
  expect((await fly.call("DELETE", `${volumes}/${volume.id}`)).status).toBe(200);
  expect((await fly.call("GET", volumes)).body).toEqual([]);
});

test("a job goes on in a world that was written down and opened again", async () => {
  const launched = await fly.call("POST", machines, { config: once(["echo", "still here"]), region: "ams" });
  await fly.call("GET", machines);
  const again = freshFly();
  Object.assign(again.world.state, JSON.parse(JSON.stringify(fly.world.state)));
  expect(machineOf(again, app, launched.body.id).state).toBe("started");
  await pass(again);
  expect(exitCode(machineOf(again, app, launched.body.id))).toBe(0);
  expect(printed(again, app, machineOf(again, app, launched.body.id))).toEqual(["still here"]);
});

test("logs come by page and by machine", async () => {
  const one = await run(fly, app, once(["echo", "one"]));
  await run(fly, app, once(["echo", "two"]));
  const logs = `/api/v1/apps/${app}/logs`;
  const all = (await fly.call("GET", `${logs}?next_token=`)).body;
  const messages = (body: typeof all) =>
    body.data
      .map((line: { attributes: { message: string } }) => line.attributes.message)
      .filter((text: string) => ["one", "two"].includes(text));
  expect(messages(all)).toEqual(["one", "two"]);
  expect(messages((await fly.call("GET", `${logs}?next_token=&instance=${one.id}`)).body)).toEqual(["one"]);
  expect((await fly.call("GET", `${logs}?next_token=${all.meta.next_token}`)).body.data).toEqual([]);
});

test("releases count per app and change state", async () => {
  const create = () =>
    fly.call("POST", "/api/v1/releases", {
      app_name: app,
      build_id: 1,
      definition: { app },
      image: mastodon,
      strategy: "ROLLING",
    });
  const first = (await create()).body.release;
  expect(first).toMatchObject({ version: 1, status: "pending" });
  expect((await create()).body.release.version).toBe(2);
  await fly.call("PATCH", `/api/v1/releases/${first.id}`, { status: "complete" });
  expect((await fly.call("GET", `/api/v1/apps/${app}/releases/current`)).body.version).toBe(1);
  expect((await fly.call("PATCH", `/api/v1/releases/${first.id}`, { status: "great" })).status).toBe(400);
});

test("image names mean what a registry makes of them", () => {
  expect(findImage("redis:7.4-alpine")).toBe(findImage("docker.io/library/redis:7.4-alpine"));
  expect(findImage("flyio/postgres-flex:17.2")?.program).toBe("postgres-flex");
  expect(findImage("mastodon/mastodon:v4.7.4")).toBeUndefined();
  expect(findImage("ghcr.io/mastodon/mastodon:v4.7.5")).toBeUndefined();
  expect(findImage("ghcr.io/mastodon/mastodon:latest")).toBeUndefined();
  const image = findImage(mastodon);
  expect(findImage(`ghcr.io/mastodon/mastodon:v4.7.4@${image?.digest}`)).toBe(image);
});

test("exec sees the machine's environment, expands in sh only, and needs a started machine", async () => {
  const machine = await run(fly, app, { ...sleeper, env: { NAME: "mastiff" }, guest: gigabyte });
  const exec = (cmd: string) => fly.call("POST", `${machines}/${machine.id}/exec`, { cmd });
  expect((await exec("echo $NAME")).body).toEqual({ stdout: "$NAME\n" });
  expect((await exec(`sh -c 'echo "$NAME" "\\$4"'`)).body).toEqual({ stdout: "mastiff $4\n" });
  expect((await exec("false")).body).toEqual({ exit_code: 1 });
  expect((await exec("nosuch")).body).toEqual({ exit_code: 127, stderr: "sh: nosuch: not found\n" });
  await fly.call("POST", `${machines}/${machine.id}/stop`, {});
  expect((await exec("true")).status).toBe(412);
});
