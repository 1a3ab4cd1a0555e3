import { beforeEach, expect, test } from "vitest";
import { openWorld } from "../clouds/world.ts";
import { type Fly, freshFly } from "./fly-call.ts";

const machines = "/v1/apps/acme/machines";

let fly: Fly;
beforeEach(async () => {
  // Calls take as long as on the real clouds, so that only the clock counts.
  fly = freshFly(openWorld({ latencyScale: 1 }));
  fly.world.state.fly.dials.requestsPerSecond = 1;
  await fly.call("POST", "/v1/apps", { app_name: "acme", org_slug: "mastiff" });
});

const statuses = async (count: number, method = "GET", path = machines) => {
  const answers: number[] = [];
  for (let i = 0; i < count; i++) answers.push((await fly.call(method, path)).status);
  return answers;
};

test("a fresh world has the limit, and a dial takes it away", async () => {
  expect(openWorld().state.fly.dials.requestsPerSecond).toBe(1);
  fly.world.state.fly.dials.requestsPerSecond = 0;
  expect(await statuses(20)).not.toContain(429);
});

test("three requests of an action at once, then one a second", async () => {
  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  fly.world.advance(1000);
  expect(await statuses(2)).toEqual([200, 429]);
  fly.world.advance(60_000);
  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
});

test("each action, machine and app has its own", async () => {
  await statuses(4);
  expect(await statuses(1, "POST", `${machines}/148e000000000a/start`)).toEqual([404]);
  expect(await statuses(4, "GET", "/v1/apps/other/machines")).toEqual([404, 404, 404, 429]);
  expect(await statuses(11, "GET", `${machines}/148e000000000a`)).toEqual([...Array(10).fill(404), 429]);
  expect(await statuses(1, "GET", `${machines}/148e000000000b`)).toEqual([404]);
});

test("what is not below machines has none", async () => {
  expect(await statuses(10, "GET", "/v1/apps/acme/secrets")).not.toContain(429);
});

test("in a world without latency, what its calls would have taken counts as passed", async () => {
  fly = freshFly(openWorld());
  fly.world.state.fly.dials.requestsPerSecond = 1;
  await fly.call("POST", "/v1/apps", { app_name: "acme", org_slug: "mastiff" });
  // A call takes 200 ms. Five calls take a second, and each second allows one more request.
  const answers = await statuses(24);
  expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(7);
  expect(answers).toContain(429);
  for (let i = 0; i < 5; i++) await fly.call("GET", "/v1/apps/acme/machines/148e000000000a");
  expect(await statuses(1)).toEqual([200]);
});
