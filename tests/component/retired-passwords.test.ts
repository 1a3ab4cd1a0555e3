import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { driverOf } from "../../components/fly/driver-call.ts";
import { RetiredPasswords, type RetiredPasswordsArgs } from "../../components/fly/retired-passwords.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { place, specIn } from "./place.ts";

const plan = {
  postgres: { app: "acme-db", database: "acme" },
  redis: { name: "acme-redis" },
} as RetiredPasswordsArgs["plan"];
const later = (word: string) => ({ word, value: pulumi.secret(`planted-${word}`) });

const declare = (both: RetiredPasswordsArgs["later"]) =>
  resourcesOf(() => void new RetiredPasswords("retired", { place, plan, later: both, after: [] }));

test("the first login is shut, and Redis starts anew with the later password alone", async () => {
  const declared = await declare({ database: later("w3"), redis: later("w4") });
  expect(declared.names).toEqual(["retired", "retired-database-login", "retired-redis-password"]);
  expect(declared.named("retired").type).toBe("mastiff:fly:RetiredPasswords");
  const login = declared.named("retired-database-login");
  expect(login.inputs.interpreter).toEqual(driverOf("retired-login"));
  expect(specIn(login.inputs)).toEqual({ app: "acme-db", user: "acme" });
  expect(login.inputs).not.toHaveProperty("stdin");
  const redis = declared.named("retired-redis-password");
  expect(redis.inputs.interpreter).toEqual(driverOf("redis-restart"));
  expect(specIn(redis.inputs)).toEqual({ app: "acme-redis" });
  expect(redis.inputs.stdin).toEqual(new Secret('{"password":"planted-w4"}'));
});

test("what has its first password still is left alone", async () => {
  expect((await declare({ database: later("w3"), redis: undefined })).names).toEqual([
    "retired",
    "retired-database-login",
  ]);
  expect((await declare({ database: undefined, redis: later("w4") })).names).toEqual([
    "retired",
    "retired-redis-password",
  ]);
});
