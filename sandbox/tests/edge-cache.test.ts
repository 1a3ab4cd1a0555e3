import { expect, test } from "vitest";
import { throughCache } from "../clouds/cloudflare/edge-cache.ts";
import { openWorld } from "../clouds/world.ts";

const script = "https://assets.acme.social/packs/a.js";

/** An origin that counts its requests. */
function origin(headers: Record<string, string> = {}, status = 200) {
  let asked = 0;
  return async () => new Response(`answer ${++asked}`, { status, headers });
}

async function ask(
  world: ReturnType<typeof openWorld>,
  url: string,
  from: () => Promise<Response>,
  method = "GET",
) {
  const answer = await throughCache(world, new Request(url, { method }), from);
  return `${answer.headers.get("cf-cache-status")} ${await answer.text()}`;
}

test("a script is asked for once, and again after two hours", async () => {
  const world = openWorld();
  const from = origin();
  expect(await ask(world, script, from)).toBe("MISS answer 1");
  expect(await ask(world, script, from)).toBe("HIT answer 1");
  world.advance(2 * 60 * 60 * 1000 + 1);
  expect(await ask(world, script, from)).toBe("MISS answer 2");
});

test("the origin's word on how long counts", async () => {
  const world = openWorld();
  const from = origin({ "cache-control": "public, max-age=60" });
  await ask(world, script, from);
  world.advance(59_000);
  expect(await ask(world, script, from)).toBe("HIT answer 1");
  world.advance(2_000);
  expect(await ask(world, script, from)).toBe("MISS answer 2");
});

test.each([
  ["a page", "https://acme.social/about", origin(), "GET", "DYNAMIC"],
  ["a post", script, origin(), "POST", "DYNAMIC"],
  ["what is private", script, origin({ "cache-control": "private" }), "GET", "BYPASS"],
  ["what sets a cookie", script, origin({ "set-cookie": "a=b" }), "GET", "BYPASS"],
  ["an error", script, origin({}, 502), "GET", "BYPASS"],
])("%s is never kept", async (_what, url, from, method, status) => {
  const world = openWorld();
  expect(await ask(world, url, from, method)).toBe(`${status} answer 1`);
  expect(await ask(world, url, from, method)).toBe(`${status} answer 2`);
});

test("a reset of the world empties the cache", async () => {
  const world = openWorld();
  const from = origin();
  await ask(world, script, from);
  world.reset();
  expect(await ask(world, script, from)).toBe("MISS answer 2");
});
