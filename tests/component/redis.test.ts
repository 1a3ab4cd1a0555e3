import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Redis, type RedisArgs } from "../../components/fly/redis.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { place, specIn } from "./place.ts";

const url = "redis://default:upstash-password@fly-acme-redis.upstash.io:6379";

function declare(more: Partial<RedisArgs> = {}) {
  return resourcesOf(
    () => {
      const redis = new Redis("redis", {
        place,
        name: "acme-redis",
        app: "acme",
        appName: "acme",
        size: { kind: "own", cpus: 1, memoryMb: 256, volumeGb: 1 },
        rotated: false,
        dispensable: false,
        password: pulumi.secret("first-password"),
        protect: true,
        ...more,
      });
      return { url: redis.url };
    },
    { outputs: { "redis-upstash": { stdout: JSON.stringify({ name: "acme-redis", url }) } } },
  );
}

test("an own Redis is one machine of a version that Sidekiq 8 takes, protected, with a secret address", async () => {
  const declared = await declare();
  expect(declared.names).toEqual(["redis", "redis-machine"]);
  expect(declared.kept).toEqual(["redis-machine"]);
  const { inputs, secretOutputs } = declared.named("redis-machine");
  expect(specIn(inputs)).toEqual({
    org: "acme",
    region: "ams",
    app: "acme-redis",
    size: { cpuKind: "shared", cpus: 1, memoryMb: 256 },
    volumeGb: 1,
    image: "redis:7.4-alpine",
  });
  expect(inputs.stdin).toEqual(new Secret('{"password":"first-password"}'));
  expect(secretOutputs).toEqual(["stdout", "stderr"]);
  expect(declared.outputs.url).toEqual(new Secret("redis://default:first-password@acme-redis.internal:6379"));
});

test("a later password is let in after the machine, which starts with its first one", async () => {
  const declared = await declare({
    rotated: true,
    later: { word: "w", value: pulumi.secret("later-password") },
  });
  expect(declared.named("redis-password-w")).toMatchObject({
    dependsOn: expect.arrayContaining(["redis-machine"]),
    inputs: { stdin: new Secret('{"password":"later-password"}') },
  });
  expect(specIn(declared.named("redis-machine").inputs)).toMatchObject({ passwordElsewhere: true });
  expect(declared.outputs.url).toEqual(new Secret("redis://default:later-password@acme-redis.internal:6379"));
});

test("Upstash's Redis gets no password from here; the address that it answers is secret, upkeep's copy of it too", async () => {
  const declared = await declare({ size: { kind: "upstash", plan: null } });
  expect(declared.names).toEqual(["redis", "redis-upstash", "redis-upstash-upkeep"]);
  expect(declared.kept).toEqual(["redis-upstash"]);
  const { inputs, secretOutputs } = declared.named("redis-upstash");
  expect(inputs).not.toHaveProperty("stdin");
  expect(secretOutputs).toEqual(["stdout", "stderr"]);
  expect(specIn(inputs)).toEqual({
    org: "acme",
    region: "ams",
    app: "acme",
    name: "acme-redis",
    plan: null,
  });
  expect(declared.outputs.url).toEqual(new Secret(url));
  expect(declared.named("redis-upstash-upkeep").inputs.environment).toMatchObject({
    IDENTITY: new Secret(expect.stringContaining(url)),
  });
});

test("one of Upstash's that was made under another name or elsewhere is another one: the old one goes first", async () => {
  const { name, region, ...same } = {
    org: "acme",
    region: "ams",
    app: "acme",
    name: "acme-redis",
    plan: null,
  };
  const declaredAfter = async (was: object) => {
    const last = { "redis-upstash": { environment: { SPEC: JSON.stringify({ ...same, ...was }) } } };
    const size: RedisArgs["size"] = { kind: "upstash", plan: null };
    return (await declare({ place: { ...place, last }, size })).named("redis-upstash");
  };
  const moved = { replaceOnChanges: expect.arrayContaining(["environment"]), deleteBeforeReplace: true };
  expect(await declaredAfter({ name: "taken-redis", region })).toMatchObject(moved);
  expect(await declaredAfter({ name, region: "fra" })).toMatchObject(moved);
  expect(await declaredAfter({ name, region })).not.toMatchObject(moved);
});
