import { describe, expect, test } from "vitest";
import { readFlyToml } from "../../providers/fly/release/fly-toml.ts";
import { upgradeProblem } from "../../providers/fly/release/mastodon-version.ts";
import { plan } from "../../providers/fly/release/release-plan.ts";
import type { ReleaseSpec } from "../../providers/fly/spec.ts";
import type { Machine } from "../../providers/fly/things/machines.ts";

const text = `
app = "acme"
primary_region = "ams"
[env]
LOCAL_DOMAIN = "acme.org"
S3_PERMISSION = ""
PORT = 3000
[processes]
web = "bundle exec puma"
sidekiq = "bundle exec sidekiq"
[http_service]
processes = ["web"]
internal_port = 3000
[[http_service.checks]]
path = "/health"
[[vm]]
size = "shared-cpu-1x"
memory = "1gb"
`;
const image = "ghcr.io/mastodon/mastodon:v4.7.4";
const toml = readFlyToml(text, "secrets-1");
const spec: ReleaseSpec = {
  stack: "mastiff/acme",
  org: "acme",
  app: "acme",
  region: "ams",
  image,
  groups: { web: { count: 1 }, sidekiq: { count: 1 } },
  database: { memoryMb: 1024 },
  redisGate: true,
  smoke: true,
};

/** A machine as a deploy of this fly.toml leaves it. */
function machine(id: string, group: string): Machine {
  return {
    id,
    name: id,
    state: "started",
    region: "ams",
    config: {
      image: `${image}@sha256:00`,
      env: {
        FLY_PROCESS_GROUP: group,
        PRIMARY_REGION: "ams",
        LOCAL_DOMAIN: "acme.org",
        S3_PERMISSION: "",
        PORT: "3000",
        MASTIFF_RELEASE: toml.stamp,
      },
      guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1024 },
      metadata: { fly_platform_version: "v2", fly_process_group: group, fly_release_version: "3" },
      services:
        group === "web"
          ? [{ internal_port: 3000, ports: [{ port: 80 }, { port: 443 }], checks: [{ path: "/health" }] }]
          : [],
    },
  };
}
const both = () => [machine("m1", "web"), machine("m2", "sidekiq")] as [Machine, Machine];
const config = (one: Machine) => one.config as NonNullable<Machine["config"]>;

describe("a release's plan", () => {
  test("nothing differs, nothing is done", () => {
    expect(plan(both(), spec, toml)).toEqual({
      first: false,
      imageChanged: false,
      secretsChanged: false,
      deploy: false,
      scale: false,
      asleep: false,
      differences: [],
    });
  });

  test("no machine at all is the first release", () => {
    const todo = plan([], spec, toml);
    expect([todo.first, todo.deploy, todo.imageChanged]).toEqual([true, true, false]);
  });

  test("a one-off, a release command's and a destroyed machine are no part of it", () => {
    const oneOff: Machine = {
      id: "m3",
      name: "x",
      state: "stopped",
      region: "ams",
      config: { metadata: {} },
    };
    const release = machine("m4", "fly_app_release_command");
    const gone = { ...machine("m5", "web"), state: "destroyed" };
    expect(plan([...both(), oneOff, release, gone], spec, toml).differences).toEqual([]);
  });

  test("one machine of another minor version is enough for a step to another minor version", () => {
    const [web, sidekiq] = both();
    config(sidekiq).image = "ghcr.io/mastodon/mastodon:v4.6.10@sha256:01";
    expect(plan([web, sidekiq], spec, toml).otherMinor).toBe("v4.6.10");
  });

  test("another tag is a new image, the same tag with another digest is not", () => {
    const [web, sidekiq] = both();
    config(web).image = "ghcr.io/mastodon/mastodon:v4.7.3@sha256:01";
    config(sidekiq).image = `${image}@sha256:02`;
    const todo = plan([web, sidekiq], spec, toml);
    expect([todo.imageChanged, todo.deploy, todo.otherMinor]).toEqual([true, true, undefined]);
    expect(todo.differences).toEqual([
      `machine m1 (web): image is ghcr.io/mastodon/mastodon:v4.7.3@sha256:01, should be ${image}`,
    ]);
  });

  test("new secrets are told from a new file", () => {
    const secrets = plan(both(), spec, readFlyToml(text, "secrets-2"));
    expect([secrets.deploy, secrets.secretsChanged]).toEqual([true, true]);
    const file = plan(both(), spec, readFlyToml(`${text}\n# a remark`, "secrets-1"));
    expect([file.deploy, file.secretsChanged]).toEqual([true, false]);
    expect(file.differences).toEqual([
      "machine m2 (sidekiq): it was created from another declaration",
      "machine m1 (web): it was created from another declaration",
    ]);
  });

  test("each drift has its words", () => {
    const [web, sidekiq] = both();
    config(web).guest = { cpu_kind: "shared", cpus: 1, memory_mb: 512 };
    config(web).env = { ...config(web).env, LOCAL_DOMAIN: "evil.org", DEBUG: "1" };
    config(web).services = [];
    const { S3_PERMISSION: _gone, ...env } = config(sidekiq).env ?? {};
    config(sidekiq).env = env;
    sidekiq.state = "stopped";
    expect(plan([web, sidekiq], spec, toml).differences).toEqual([
      "machine m2 (sidekiq): variable S3_PERMISSION is missing",
      "machine m1 (web): memory is 512 MB, should be 1024 MB",
      "machine m1 (web): variable DEBUG was set by somebody else",
      'machine m1 (web): variable LOCAL_DOMAIN is "evil.org", should be "acme.org"',
      "machine m1 (web): service 80/443 → 3000 (/health) is missing",
      "machine m2 (sidekiq) is stopped",
    ]);
  });

  test("a machine that is gone, one too many and one of an old group", () => {
    const extra = { ...machine("m6", "web"), state: "started" };
    const old = machine("m7", "scheduler");
    const todo = plan([machine("m1", "web"), extra, old], spec, toml);
    expect([todo.deploy, todo.scale, todo.first]).toEqual([true, true, false]);
    expect(todo.differences).toEqual([
      "sidekiq has 0 machines, should have 1",
      "web has 2 machines, should have 1",
      "machine m7 belongs to group scheduler, which is not declared",
    ]);
  });

  test("more machines of the same kind are a matter of counting", () => {
    const todo = plan(both(), { ...spec, groups: { web: { count: 3 }, sidekiq: { count: 1 } } }, toml);
    expect([todo.deploy, todo.scale]).toEqual([false, true]);
  });

  test("the stamp is in the file that is deployed, and nothing else in it changes", () => {
    expect(toml.stamped).toContain(`MASTIFF_RELEASE = "${toml.stamp}"`);
    expect(readFlyToml(toml.stamped, "x").env).toEqual({ ...toml.env, MASTIFF_RELEASE: toml.stamp });
  });
});

describe("an upgrade of Mastodon", () => {
  const from = (tag: string) => `ghcr.io/mastodon/mastodon:${tag}@sha256:00`;
  test.each([
    ["v4.6.3", "v4.7.4"],
    ["v4.7.3", "v4.7.4"],
    ["v4.7.4", "v4.7.4"],
    ["my-fork", "v4.7.4"],
  ])("%s to %s is fine", (one, other) => {
    expect(upgradeProblem(from(one), from(other))).toBeUndefined();
  });

  test.each([
    ["v4.5.2", "v4.7.4", "v4.7.4 skips a minor release after the running v4.5.2: upgrade to v4.6 first"],
    [
      "v4.7.4",
      "v4.7.3",
      "v4.7.3 is older than the running v4.7.4: an older Mastodon cannot read the database of a newer one",
    ],
    [
      "v4.9.1",
      "v5.0.0",
      "v5.0.0 is a new major version after the running v4.9.1: this version of Mastiff does not know the upgrade path",
    ],
  ])("%s to %s is refused", (one, other, problem) => {
    expect(upgradeProblem(from(one), from(other))).toBe(problem);
  });
});
