/** The driver's operations: every kind and verb that calls Fly, on a community made for it. */
import { createHash } from "node:crypto";
import { operator } from "../clients/local-clouds.ts";
import type { DriveInput } from "../support/driver.ts";
import { images, lay, release, secrets as values } from "../support/driver-community.ts";
import type { Operation } from "./call-operation.ts";
import type { CallWorld, Moment } from "./call-world.ts";

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme" };
const size = { cpuKind: "shared", cpus: 1, memoryMb: 1024 };
const place = { ...owned, region: "ams", size, volumeGb: 1 };
const first = { password: "correct1horse2battery3" };
const second = { password: "another4horse5battery6" };
const bucket = "files-acme-farewell";

const app: DriveInput = { spec: { ...owned, publicAddresses: true, dedicatedV4: false } };
const certificate: DriveInput = { spec: { app: "acme", hostname: "acme.mastiff.party" } };
const secrets: DriveInput = { spec: { app: "acme", names: Object.keys(values) }, secrets: values };
const postgres: DriveInput = {
  spec: { ...place, dispensable: true, app: "acme-db", database: "acme", user: "acme", consumers: ["acme"] },
  secrets: first,
};
const redis: DriveInput = {
  spec: { ...place, dispensable: true, app: "acme-redis", image: "redis:7.4-alpine" },
  secrets: first,
};
const upstash: DriveInput = {
  spec: { ...owned, name: "acme-upstash", region: "ams", plan: null },
};
const owner: DriveInput = {
  spec: { app: "acme", username: "mastiff", email: "owner@mastiff.party", skipDns: true },
  secrets: { password: "owner1password2here3", secretKeyBase: values.SECRET_KEY_BASE ?? "" },
};
const login: DriveInput = { spec: { app: "acme-db", owner: "acme", user: "acme_2026-11" }, secrets: second };
const retired: DriveInput = { spec: { app: "acme-db", user: "acme" } };
const redisPassword: DriveInput = { spec: { app: "acme-redis" }, secrets: second };
const dumpSpec = {
  app: "acme",
  server: "acme-db",
  bucket,
  bucketUrl: `https://${operator.accountId}.r2.cloudflarestorage.com/${bucket}`,
};
const all: DriveInput = {
  spec: {
    items: {
      app: { kind: "app", spec: app.spec },
      database: { kind: "postgres", spec: postgres.spec },
      secrets: { kind: "secrets", spec: secrets.spec },
    },
  },
};
const status: DriveInput = { spec: { certificates: [certificate.spec] } };

/** A state of the clouds that is made when the first operation needs it. */
type Beginning = () => Promise<Moment>;

/** Makes the operations. Each one's community is made when it is needed. @param wanted by name. Default: all. */
export async function driverOperations(
  world: CallWorld,
  wanted: (name: string) => boolean = () => true,
): Promise<Operation[]> {
  const { driver } = world;
  const start = await world.state();
  const empty: Beginning = async () => start;
  /** The state of the clouds after `make`, starting from an earlier state. */
  const after = (from: Beginning, make: () => Promise<unknown>): Beginning => {
    let made: Promise<Moment> | undefined;
    const begin = async () => {
      await world.restore(await from());
      await make();
      return world.state();
    };
    return () => {
      made ??= begin();
      return made;
    };
  };
  const bare = after(empty, () => driver.must("app", "ensure", app));
  const laid = after(bare, () => lay(driver));
  const certified = after(laid, () => driver.must("certificate", "ensure", certificate));
  const bought = after(empty, () => driver.must("upstash", "ensure", upstash));
  const twoWays = after(laid, () => driver.must("login", "ensure", login));
  const old = release(images.old, { redisGate: false });
  const released = after(laid, () => driver.must("release", "ensure", old));
  const staged = (name: string): Promise<unknown> =>
    driver.must("secrets", "ensure", {
      spec: { app: "acme", names: [name] },
      secrets: { [name]: "left behind" },
    });
  const passwordLeft = after(released, () => staged("OWNER_PASSWORD"));
  const dump: DriveInput = { spec: dumpSpec, secrets: {} };
  const ending = after(released, async () => {
    Object.assign(dump.secrets ?? {}, await bucketKey(world));
  });
  const urlLeft = after(ending, () => staged("MASTIFF_DUMP_URL"));

  const table: [kind: string, thing: string[], input: DriveInput, beginnings: Record<string, Beginning>][] = [
    ["app", ["acme"], app, { ensure: empty, destroy: bare, observe: bare }],
    [
      "certificate",
      ["acme.mastiff.party"],
      certificate,
      { ensure: laid, destroy: certified, observe: certified },
    ],
    ["secrets", ["acme"], secrets, { ensure: bare, destroy: laid, observe: laid }],
    ["postgres", ["acme-db", "database"], postgres, { ensure: bare, destroy: laid, observe: laid }],
    ["redis", ["acme-redis", "Redis"], redis, { ensure: empty, destroy: laid, observe: laid }],
    ["upstash", ["acme-upstash", "Redis"], upstash, { ensure: empty, destroy: bought, observe: bought }],
    ["login", ["acme-db", "database"], login, { ensure: laid, destroy: twoWays }],
    ["retired-login", ["acme-db", "database"], retired, { ensure: twoWays }],
    ["redis-password", ["acme-redis", "Redis"], redisPassword, { ensure: laid }],
    ["redis-restart", ["acme-redis", "Redis"], redisPassword, { ensure: laid }],
    ["owner", ["acme", "owner"], owner, { ensure: released, destroy: passwordLeft, observe: released }],
    ["dump", ["acme", "database"], dump, { ensure: ending, destroy: urlLeft }],
    ["preparation", ["acme", "database"], release(images.old, { redisGate: true }), { ensure: laid }],
    ["release", ["acme"], release(images.old, { redisGate: true }), { ensure: laid }],
    ["release", ["acme"], old, { destroy: released, observe: released }],
    ["release", ["acme"], release(images.new, { redisGate: false }), { "ensure (upgrade)": released }],
    ["all", ["acme"], all, { observe: laid }],
    ["status", ["acme"], status, { look: certified }],
  ];
  const operations: Operation[] = [];
  for (const [kind, thing, input, beginnings] of table) {
    for (const [verb, beginning] of Object.entries(beginnings)) {
      const name = `${kind} ${verb}`;
      if (wanted(name)) operations.push(driverOperation(name, thing, input, await beginning()));
    }
  }
  return operations;
}

/** Makes an operation of a kind's verb. */
export function driverOperation(
  name: string,
  thing: string[],
  input: DriveInput,
  beginning: Moment,
): Operation {
  const [kind = "", verb = ""] = name.split(" ");
  const secrets = Object.values(input.secrets ?? {});
  const looks = verb === "observe" || verb === "look";
  return {
    client: "driver",
    name,
    thing,
    looks,
    beginning,
    secrets,
    run: (world) => world.drive(kind, verb, input),
  };
}

/** Makes a bucket for the dump, and a key that may write to it. */
async function bucketKey(world: CallWorld): Promise<Record<string, string>> {
  const ask = async (path: string, body: object): Promise<{ id: string; value: string }> => {
    const answer = await fetch(`${world.url}/client/v4/accounts/${operator.accountId}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${operator.cloudflare}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { result: { id: string; value: string } }).result;
  };
  await ask("r2/buckets", { name: bucket });
  const resources = { [`com.cloudflare.edge.r2.bucket.${operator.accountId}_default_${bucket}`]: "*" };
  const permission_groups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];
  const policies = [{ effect: "allow", permission_groups, resources }];
  const { id, value } = await ask("tokens", { name: "farewell", policies });
  return { accessKeyId: id, secretAccessKey: createHash("sha256").update(value).digest("hex") };
}
