import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppRelease, type AppReleaseArgs, digest } from "../../components/fly/app-release.ts";
import { FlyCommand } from "../../components/fly/driver.ts";
import type { LastState } from "../../components/stack/last-state.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Secret } from "../support/wire-values.ts";
import { driftedAt, place, specIn } from "./place.ts";

const image = (version: string) => `ghcr.io/mastodon/mastodon:${version}`;

const declare = (more: Partial<AppReleaseArgs> = {}) => resourcesOf(() => void newRelease(more));

function newRelease(more: Partial<AppReleaseArgs> = {}): AppRelease {
  return new AppRelease("web-machines", {
    place,
    app: "acme",
    image: image("v4.7.4"),
    secretNames: ["SECRET_KEY_BASE", "REDIS_URL"],
    permanentNames: ["SECRET_KEY_BASE"],
    groups: { web: { count: 2 }, sidekiq: { count: 1 } },
    database: { memoryMb: 1024 },
    redisGate: true,
    appName: "acme",
    flyToml: 'app = "acme"\n',
    secrets: { SECRET_KEY_BASE: pulumi.secret("planted-key-base"), REDIS_URL: "redis://planted" },
    after: [],
    ...more,
  });
}

test("secrets are staged first, by standard input; the release comes after them and carries their digest alone", async () => {
  const declared = await declare();
  expect(declared.names).toEqual([
    "web-machines",
    "web-machines-preparation",
    "web-machines-release",
    "web-machines-secrets",
  ]);
  const secrets = declared.named("web-machines-secrets");
  const values = { SECRET_KEY_BASE: "planted-key-base", REDIS_URL: "redis://planted" };
  expect(secrets.inputs.stdin).toEqual(new Secret(JSON.stringify(values)));
  expect(specIn(secrets.inputs)).toEqual({
    app: "acme",
    names: ["REDIS_URL", "SECRET_KEY_BASE"],
    forGood: ["SECRET_KEY_BASE"],
  });
  const release = declared.named("web-machines-release");
  expect(release.dependsOn).toEqual(
    expect.arrayContaining(["web-machines-secrets", "web-machines-preparation"]),
  );
  const preparation = declared.named("web-machines-preparation");
  expect(preparation.dependsOn).toContain("web-machines-secrets");
  expect(preparation.inputs.environment).toEqual(release.inputs.environment);
  expect(release.inputs).not.toHaveProperty("stdin");
  expect(release.inputs.environment).toEqual({
    FLY_TOML: 'app = "acme"\n',
    MASTIFF_STACK: "3f9a1c0b77de mastiff/test",
    SECRETS_DIGEST: digest(values),
    SPEC: expect.any(String),
  });
  expect(specIn(release.inputs)).toEqual({
    org: "acme",
    app: "acme",
    region: "ams",
    image: image("v4.7.4"),
    groups: { web: { count: 2 }, sidekiq: { count: 1 } },
    database: { memoryMb: 1024 },
    redisGate: true,
    smoke: true,
  });
});

describe("the database is ready", () => {
  const readyAfter = async (last: LastState) => {
    let ready: unknown;
    const declared = await resourcesOf(() => {
      ready = newRelease({ place: { ...place, last } }).databaseReady;
    });
    return { declared, ready: ready instanceof FlyCommand ? ready.thing.name : undefined };
  };
  const inState = { environment: { SPEC: "{}" } };

  test("once a first release is prepared, before there are machines", async () => {
    const { declared, ready } = await readyAfter({});
    expect(ready).toBe("web-machines-preparation");
    expect(declared.named("web-machines-preparation").ignoreChanges).not.toContain("environment");
  });

  test("after the release from then on, and the preparation never changes again", async () => {
    const names = ["web-machines-release", "web-machines-preparation"];
    const { declared, ready } = await readyAfter(Object.fromEntries(names.map((name) => [name, inState])));
    expect(ready).toBe("web-machines-release");
    expect(declared.named("web-machines-preparation").ignoreChanges).toContain("environment");
  });

  test("a community that was released without a preparation gets none", async () => {
    const { declared, ready } = await readyAfter({ "web-machines-release": inState });
    expect(ready).toBe("web-machines-release");
    expect(declared.names).not.toContain("web-machines-preparation");
  });
});

test("an app without a database of its own is not smoked", async () => {
  const declared = await declare({ database: null, redisGate: false });
  expect(specIn(declared.named("web-machines-release").inputs)).toMatchObject({
    database: null,
    smoke: false,
  });
});

test("an app whose database is backed up names the app of the backups", async () => {
  const declared = await declare({ backup: "acme-backup" });
  expect(specIn(declared.named("web-machines-release").inputs)).toMatchObject({ backup: "acme-backup" });
});

test("the digest follows the values, in whatever order they come", () => {
  expect(digest({ A: "1", B: "2" })).toBe(digest({ B: "2", A: "1" }));
  expect(digest({ A: "1", B: "2" })).not.toBe(digest({ A: "1", B: "3" }));
});

test("names and values that differ are a mistake of the program", async () => {
  await expect(declare({ secretNames: ["REDIS_URL"] })).rejects.toThrow(
    "web-machines: secretNames and secrets differ: REDIS_URL SECRET_KEY_BASE",
  );
});

test("a secret that drifted is put right by secrets and release alike", async () => {
  const words = '{"differences":["REDIS_URL is gone"]}';
  const declared = await declare({ place: driftedAt("web-machines-secrets", "REDIS_URL is gone") });
  for (const name of ["web-machines-secrets", "web-machines-release"])
    expect(declared.named(name).inputs.environment, name).toMatchObject({ DRIFT: words });
});

const release = (version: string, more: object = {}) => ({
  environment: {
    SPEC: JSON.stringify({
      image: image(version),
      groups: { web: { count: 1 } },
      database: { memoryMb: 1024 },
    }),
    FLY_TOML: `image = "${image(version)}"`,
    SECRETS_DIGEST: "a",
    ...more,
  },
});

async function hook(name: string, more: Partial<AppReleaseArgs> = {}) {
  const found = (await declare(more)).named("web-machines-release").hooks.beforeUpdate;
  const one = found.find((hook) => hook.name === `web-machines-${name}`);
  if (one === undefined) throw new Error(`no hook ${name} among ${found.map((hook) => hook.name)}`);
  return one;
}

test("which Mastodon may follow which is asked in previews too, in words with the proper way", async () => {
  const guard = await hook("upgrade-guard");
  expect(guard.onDryRun).toBe(true);
  expect(await guard.refusal(release("v4.6.10"), release("v4.8.0"))).toBe(
    "mastiff:mastodonVersion: v4.6.10 → v4.8.0 skips a minor version: the migrations of each version build on those before.\n    proper way: upgrade to a release of v4.7 first, then to the next",
  );
  expect(await guard.refusal(release("v4.7.4"), release("v4.7.3"))).toBe(
    "mastiff:mastodonVersion: v4.7.4 → v4.7.3 is a downgrade: an older Mastodon cannot read what v4.7.4 has written.\n    proper way: restore the dump that was taken before the upgrade, then pulumi config set-all --path --plaintext mastiff:movedFrom.mastodonVersion=v4.7.4 (docs/operations.md, “Going back”)",
  );
  expect(await guard.refusal(release("v4.9.1"), release("v5.0.0"))).toBe(
    "mastiff:mastodonVersion: v4.9.1 → v5.0.0 is a new major version, whose upgrade path this version of Mastiff does not know.\n    proper way: read its release notes, and update Mastiff",
  );
  expect(await guard.refusal(release("v4.6.10"), release("v4.7.4"))).toBeUndefined();
  expect(await guard.refusal({}, release("v4.7.4"))).toBeUndefined();
});

test("a release whose writings an operator has moved away lets any follow, and only that one", async () => {
  const guard = await hook("upgrade-guard", { movedFrom: { mastodonVersion: "v4.7.4" } });
  expect(await guard.refusal(release("v4.7.4"), release("v4.6.10"))).toBeUndefined();
  expect(await guard.refusal(release("v4.7.3"), release("v4.6.10"))).toContain("is a downgrade");
});

let said: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  said = vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => said.mockRestore());

test("what a change restarts is said in previews too, and nothing where nothing restarts", async () => {
  const announcement = await hook("announcement");
  expect(announcement.onDryRun).toBe(true);
  await announcement.refusal(release("v4.7.4"), release("v4.7.4"));
  expect(said.mock.calls).toEqual([]);
  await announcement.refusal(release("v4.7.4"), release("v4.7.4", { SECRETS_DIGEST: "b" }));
  expect(said.mock.calls.flat().join("\n")).toContain("secrets: restarts 1 × web");
});
