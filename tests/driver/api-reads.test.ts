/**
 * What the driver reads from Fly's APIs itself is what flyctl prints: each question is asked both ways, of a community
 * with machines, secrets, addresses, a volume and a certificate.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as argv from "../../providers/fly/call/argv.ts";
import { Fly } from "../../providers/fly/call/flyctl.ts";
import { jsonStream } from "../../providers/fly/call/parse.ts";
import { inShell, type Shell, shell } from "../../providers/shared/shell.ts";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";
import { images, lay, release } from "../support/driver-community.ts";
import { runFlyctl } from "../support/in-process.ts";

// flyctl deploy watches a new machine for ten seconds (flyctl: smoke checks).
const slow = 240_000;

let world: DriverWorld;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "api-reads-"));
  world = await startDriverWorld();
  await lay(world);
  await world.must("release", "ensure", release(images.old));
  await world.must("certificate", "ensure", { spec: { app: "acme", hostname: "acme.example.org" } });
  // Newer than the release: no machine has it.
  await asked({}, async (fly) => fly.once(argv.secretsImport("acme"), { app: "acme", stdin: "LATER=1\n" }));
}, slow);
afterAll(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Works with flyctl on the world's clouds. @returns the result, and how often flyctl was started */
async function asked<T>(
  more: Partial<Shell>,
  work: (fly: Fly) => Promise<T>,
): Promise<{ result: T; starts: number }> {
  let starts = 0;
  const surroundings: Shell = {
    ...shell(),
    env: world.environment(folder),
    temporaryFolder: folder,
    runProgram: (...call) => {
      starts += 1;
      return runFlyctl(...call);
    },
    ...more,
  };
  return inShell(surroundings, async () => {
    const fly = new Fly();
    try {
      return { result: await work(fly), starts };
    } finally {
      await fly.close();
    }
  });
}

const unanswered: typeof fetch = async () => {
  throw new TypeError("fetch failed");
};

const questions: [string, string[]][] = [
  ["the apps of an organisation", argv.appsList("mastiff")],
  ["the addresses of an app", argv.ipsList("acme")],
  ["the machines of an app", argv.machineList("acme")],
  ["the secrets of an app, deployed and staged", argv.secretsList("acme")],
  ["the secrets of an app without a release", argv.secretsList("acme-db")],
  ["the volumes of an app", argv.volumesList("acme-db")],
  ["a certificate", argv.certsCheck("acme", "acme.example.org")],
];

/** Of apps and addresses, this process asks only what the driver reads. */
const fieldsRead: Record<string, readonly string[]> = {
  apps: ["Name"],
  ips: ["Address", "Type", "CreatedAt"],
};

test.each(questions)("%s", async (_, question) => {
  const read = (more: Partial<Shell>) => asked(more, (fly) => fly.json<object[] | object>(question));
  let own = await read({});
  let flyctls = await read({ fetch: unanswered });
  // What changes by itself between the two, such as the time of a health check, is asked for again.
  for (let after = await read({}); !isDeepStrictEqual(filled(after), filled(own)); after = await read({})) {
    own = after;
    flyctls = await read({ fetch: unanswered });
  }
  expect([own.starts, flyctls.starts]).toEqual([0, 1]);
  const fields = fieldsRead[question[0] ?? ""];
  const wanted = fields === undefined ? flyctls.result : only(fields, flyctls.result);
  expect(filled(own.result)).toMatchObject(filled(wanted) as object);
  expect(Object.keys(own.result)).not.toEqual([]);
});

test("a log, and one that is still empty, for whose first line flyctl would wait", async () => {
  const machines = await asked({}, (fly) => fly.json<{ id: string }[]>(argv.machineList("acme")));
  const [machine = ""] = machines.result.map(({ id }) => id);
  const logs = (fetch?: typeof globalThis.fetch) =>
    asked(fetch === undefined ? {} : { fetch }, async (fly) =>
      jsonStream(await fly.glance(argv.logs("acme", machine), { app: "acme" })).map(messageOf),
    );
  const [own, flyctls] = [await logs(), await logs(unanswered)];
  expect([own.starts, flyctls.starts]).toEqual([0, 1]);
  expect(own.result).toEqual(flyctls.result);
  expect(own.result).not.toEqual([]);
  const empty = await asked({}, (fly) => fly.glance(argv.logs("acme", "0123456789abcd"), { app: "acme" }));
  expect(empty).toEqual({ result: "", starts: 0 });
});

test("a secret that is newer than the release is staged, the others are deployed", async () => {
  const { result } = await asked({}, (fly) =>
    fly.json<{ name: string; status: string }[]>(argv.secretsList("acme")),
  );
  const statuses = result.map(({ name, status }) => [name === "LATER", status]);
  expect(new Set(statuses.map(String))).toEqual(new Set(["true,Staged", "false,Deployed"]));
});

test("after a change of secrets, flyctl lists them: it knows the version that Fly has to have", async () => {
  const { result, starts } = await asked({}, async (fly) => {
    await fly.once(argv.secretsImport("acme"), { app: "acme", stdin: "LATEST=1\n" });
    return fly.json<{ name: string }[]>(argv.secretsList("acme"), { app: "acme" });
  });
  expect(starts).toBe(2);
  expect(result.map(({ name }) => name)).toContain("LATEST");
});

test.each([
  ["without a token in the environment", { FLY_API_TOKEN: "" }],
  ["behind a proxy", { HTTPS_PROXY: "http://127.0.0.1:9" }],
])("flyctl is asked %s, and nobody else", async (_, env) => {
  let requests = 0;
  const counting: typeof fetch = async () => {
    requests += 1;
    throw new TypeError("fetch failed");
  };
  const { starts } = await asked(
    { env: { ...world.environment(folder), ...env }, fetch: counting },
    async (fly) => fly.read(argv.machineList("acme")).catch(() => undefined),
  );
  expect([requests, starts]).toEqual([0, 1]);
});

/**
 * A value without its empty parts and without the moment of a check. Fly's JSON and flyctl's differ in the empty
 * parts that they leave out.
 */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  // Go leaves out the zeros at the end of a second.
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)) return Date.parse(value);
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [key, filled(part)] as const);
  return Object.fromEntries(parts.filter(([key, part]) => key !== "timestamp" && !isEmpty(part)));
}

const messageOf = (entry: unknown) => (entry as { message: string }).message;

function only(fields: readonly string[], rows: object): object[] {
  const of = (row: Record<string, unknown>) => fields.map((key) => [key, row[key]]);
  return (rows as Record<string, unknown>[]).map((row) => Object.fromEntries(of(row)));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === null || value === undefined || value === "" || value === 0 || value === false;
}
