import bcrypt from "bcryptjs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Plugins, servePlugins } from "../stand-ins/plugins/serve.ts";
import { type Properties, Secret } from "../stand-ins/plugins/values.ts";
import { type Connection, connect } from "./plugins.ts";

let plugins: Plugins;
let connection: Connection;

beforeAll(async () => {
  plugins = await servePlugins();
  connection = await connect(plugins.ports.random);
});

afterAll(async () => {
  connection[Symbol.dispose]();
  await plugins.close();
});

async function made(name: string, inputs: Properties): Promise<Properties> {
  const token = `random:index/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;
  return (await connection.create(token, inputs)).outputs;
}

const sets = { upper: /[A-Z]/g, lower: /[a-z]/g, numeric: /[0-9]/g, special: /[!@#$%&*()\-_=+[\]{}<>:?]/g };

test("a text has its length, its least counts, and characters of its sets alone", async () => {
  const flags = fc.record({
    upper: fc.boolean(),
    lower: fc.boolean(),
    numeric: fc.boolean(),
    special: fc.boolean(),
    length: fc.integer({ min: 12, max: 60 }),
    least: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(flags, async ({ length, least, ...wanted }) => {
      fc.pre(Object.values(wanted).some(Boolean));
      const minimums = Object.fromEntries(
        Object.entries(wanted)
          .filter(([, on]) => on)
          .map(([set]) => [`min${set[0]?.toUpperCase()}${set.slice(1)}`, least]),
      );
      const result = String((await made("RandomString", { length, ...wanted, ...minimums })).result);
      expect(result).toHaveLength(length);
      for (const [set, expression] of Object.entries(sets)) {
        const count = result.match(expression)?.length ?? 0;
        if (wanted[set as keyof typeof wanted]) expect(count).toBeGreaterThanOrEqual(least);
        else expect(count).toBe(0);
      }
    }),
    { numRuns: 40 },
  );
});

test("every character of a set comes up, and each about as often", async () => {
  const result = String((await made("RandomString", { length: 20_000, special: false })).result);
  const counts = new Map<string, number>();
  for (const char of result) counts.set(char, (counts.get(char) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // The expected count of each is 322, with a standard deviation of 18.
  expect(Math.min(...counts.values())).toBeGreaterThan(322 - 6 * 18);
  expect(Math.max(...counts.values())).toBeLessThan(322 + 6 * 18);
});

test("a password is secret, and its hash is of it", async () => {
  const { result, bcryptHash } = await made("RandomPassword", { length: 24 });
  expect(result).toBeInstanceOf(Secret);
  expect(bcryptHash).toBeInstanceOf(Secret);
  const hash = String((bcryptHash as Secret).value);
  expect(hash).toMatch(/^\$2a\$10\$/);
  expect(await bcrypt.compare(String((result as Secret).value), hash)).toBe(true);
  expect(await bcrypt.compare("another", hash)).toBe(false);
});

test("bytes are secret and the same in both forms; an id's forms are of the same bytes", async () => {
  const { base64, hex } = await made("RandomBytes", { length: 33 });
  expect(base64).toBeInstanceOf(Secret);
  const bytes = Buffer.from(String((base64 as Secret).value), "base64");
  expect(bytes).toHaveLength(33);
  expect((hex as Secret).value).toBe(bytes.toString("hex"));

  const id = await made("RandomId", { byteLength: 9, prefix: "p." });
  const raw = Buffer.from(String(id.id), "base64url");
  expect(id).toMatchObject({
    b64Url: `p.${raw.toString("base64url")}`,
    b64Std: `p.${raw.toString("base64")}`,
    hex: `p.${raw.toString("hex")}`,
    dec: `p.${BigInt(`0x${raw.toString("hex")}`)}`,
  });
});

test("a number is within its bounds, both of which come up; a seed gives the same one again", async () => {
  const seen = new Set<unknown>();
  for (let at = 0; at < 60; at += 1) seen.add((await made("RandomInteger", { min: -1, max: 1 })).result);
  expect([...seen].sort()).toEqual([-1, 0, 1]);
  const seeded = { min: 0, max: 1e9, seed: "s" };
  expect((await made("RandomInteger", seeded)).result).toBe((await made("RandomInteger", seeded)).result);
});

test("no two values are the same", async () => {
  const types = { RandomPassword: { length: 16 }, RandomUuid: {} };
  for (const [name, inputs] of Object.entries(types)) {
    const two = await Promise.all([made(name, inputs), made(name, inputs)]);
    expect(two[0].result).not.toEqual(two[1].result);
  }
});
