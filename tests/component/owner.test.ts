import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { FlyApp } from "../../components/fly/app.ts";
import { driverOf } from "../../components/fly/driver-call.ts";
import { Owner, type OwnerArgs } from "../../components/fly/owner.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { place, specIn } from "./place.ts";

const declare = (more: Partial<OwnerArgs> = {}) =>
  resourcesOf(
    () => {
      const after = new FlyApp("web", { place, app: "acme", dedicatedV4: false });
      new Owner("owner", {
        place,
        app: "acme",
        username: "rex",
        email: "rex@acme.social",
        domain: "acme.social",
        rotation: undefined,
        appName: "acme",
        password: pulumi.secret("planted-password"),
        secretKeyBase: pulumi.secret("planted-key-base"),
        after,
        ...more,
      });
    },
    { outputs: { "web-app": { stdout: '{"v4":"66.241.124.10","v6":"2a09:8280:1::10"}' } } },
  );

test("the account comes after what set up its database, and its password by standard input", async () => {
  const account = (await declare()).named("owner-account");
  expect(account.dependsOn).toEqual(expect.arrayContaining(["web-app"]));
  expect(account.inputs.stdin).toEqual(
    new Secret('{"password":"planted-password","secretKeyBase":"planted-key-base"}'),
  );
  expect(specIn(account.inputs)).toEqual({
    app: "acme",
    username: "rex",
    email: "rex@acme.social",
    skipDns: true,
  });
  expect(account.inputs.interpreter).toEqual(driverOf("owner"));
});

test("only an address at the community's own domain is believed without a look at its DNS", async () => {
  for (const email of ["rex@elsewhere.example", "rex@acme.social.example", "rex@notacme.social"])
    expect(specIn((await declare({ email })).named("owner-account").inputs)).toMatchObject({
      email,
      skipDns: false,
    });
});

test("a word gives the account another password once", async () => {
  const declared = await declare({ rotation: "2026-11" });
  expect(specIn(declared.named("owner-account").inputs)).toMatchObject({ rotation: "2026-11" });
});
