import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Postgres, type PostgresArgs } from "../../components/fly/postgres.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { place, specIn } from "./place.ts";

function declare(more: Partial<PostgresArgs> = {}) {
  return resourcesOf(() => {
    const { url } = new Postgres("database", {
      place,
      app: "acme-db",
      size: { cpus: 2, memoryMb: 2048, volumeGb: 20 },
      database: "acme",
      consumers: ["acme", "acme-streaming"],
      rotated: false,
      dispensable: false,
      password: pulumi.secret("first-password"),
      protect: true,
      after: [],
      ...more,
    });
    return { url };
  });
}

test("one server, protected; its size and consumers are shown, its password is not", async () => {
  const declared = await declare();
  expect(declared.names).toEqual(["database", "database-postgres"]);
  const server = declared.named("database-postgres");
  expect(server).toMatchObject({ parent: "database", protect: true, secretOutputs: ["stdout", "stderr"] });
  expect(specIn(server.inputs)).toEqual({
    org: "acme",
    app: "acme-db",
    region: "ams",
    size: { cpuKind: "shared", cpus: 2, memoryMb: 2048 },
    volumeGb: 20,
    database: "acme",
    user: "acme",
    consumers: ["acme", "acme-streaming"],
  });
  expect(server.inputs.stdin).toEqual(new Secret('{"password":"first-password"}'));
  expect(declared.named("database").inputs).toEqual({
    app: "acme-db",
    size: { cpus: 2, memoryMb: 2048, volumeGb: 20 },
  });
});

test("DATABASE_URL is known without the server, and secret", async () => {
  expect((await declare()).outputs.url).toEqual(
    new Secret("postgres://acme:first-password@acme-db.flycast:5432/acme?sslmode=disable"),
  );
});

test("a later password is another login after the server, which keeps its first one", async () => {
  const declared = await declare({
    rotated: true,
    later: { word: "2026-11", value: pulumi.secret("later-password") },
  });
  const login = declared.named("database-login-2026-11");
  expect(login.dependsOn).toContain("database-postgres");
  expect(specIn(login.inputs)).toEqual({ app: "acme-db", owner: "acme", user: "acme_2026-11" });
  expect(login.inputs.stdin).toEqual(new Secret('{"password":"later-password"}'));
  const server = declared.named("database-postgres");
  expect(server.inputs.stdin).toEqual(new Secret('{"password":"first-password"}'));
  expect(specIn(server.inputs)).toMatchObject({ loginElsewhere: true });
  expect(declared.outputs.url).toEqual(
    new Secret("postgres://acme_2026-11:later-password@acme-db.flycast:5432/acme?sslmode=disable"),
  );
});

test("a login's name fits Postgres' 63 bytes, whatever the database is called", async () => {
  const declared = await declare({
    database: "d".repeat(63),
    later: { word: "w".repeat(20), value: pulumi.secret("x") },
  });
  const { user } = specIn(declared.named(`database-login-${"w".repeat(20)}`).inputs) as { user: string };
  expect(user).toBe(`${"d".repeat(42)}_${"w".repeat(20)}`);
});

test("only a community that ends may lose its database", async () => {
  const ending = await declare({ dispensable: true, protect: false });
  expect(ending.kept).toEqual([]);
  expect(specIn(ending.named("database-postgres").inputs)).toMatchObject({ dispensable: true });
  expect(specIn((await declare()).named("database-postgres").inputs)).not.toHaveProperty("dispensable");
});
