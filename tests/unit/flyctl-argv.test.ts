import { describe, expect, test } from "vitest";
import * as argv from "../../providers/fly/call/argv.ts";
import { refusals } from "../support/flyctl-grammar.ts";

const size = { cpuKind: "shared", cpus: 2, memoryMb: 4096 } as const;
const run = {
  app: "a",
  name: "job-1",
  region: "ams",
  image: "redis:7.4-alpine",
  size,
  env: { EMPTY: "", PAIR: "a=b c" },
  metadata: { mastiff_job: "smoke" },
  restart: "no",
  command: ["sh", "-c", "echo --not-a-flag"],
} as const;

/** Every builder, with every form of its arguments. */
const calls: Record<keyof typeof argv, string[][]> = {
  orgsList: [argv.orgsList()],
  regionsList: [argv.regionsList()],
  appsList: [argv.appsList("acme")],
  appsCreate: [argv.appsCreate("a", "acme"), argv.appsCreate("a", "acme", "a")],
  appsDestroy: [argv.appsDestroy("a")],
  ipsList: [argv.ipsList("a")],
  ipsAllocateV6: [argv.ipsAllocateV6("a")],
  ipsAllocateV4: [argv.ipsAllocateV4("a", "shared"), argv.ipsAllocateV4("a", "dedicated")],
  ipsRelease: [argv.ipsRelease("a", ["1.2.3.4", "2a09::1"])],
  certsAdd: [argv.certsAdd("a", "acme.org")],
  certsCheck: [argv.certsCheck("a", "acme.org")],
  certsRemove: [argv.certsRemove("a", "acme.org")],
  secretsList: [argv.secretsList("a")],
  secretsImport: [argv.secretsImport("a")],
  secretsSet: [argv.secretsSet("a", "NAME")],
  secretsUnset: [argv.secretsUnset("a", ["ONE", "TWO"])],
  secretsSync: [argv.secretsSync("a")],
  postgresCreate: [argv.postgresCreate({ app: "a", org: "acme", region: "ams", size, volumeGb: 10 })],
  redisCreate: [
    argv.redisCreate({ name: "r", org: "acme", region: "ams", plan: null }),
    argv.redisCreate({ name: "r", org: "acme", region: "ams", plan: "Fixed 250MB" }),
  ],
  redisList: [argv.redisList("acme")],
  redisStatus: [argv.redisStatus("r")],
  redisPlans: [argv.redisPlans()],
  redisDestroy: [argv.redisDestroy("r")],
  machineList: [argv.machineList("a")],
  machineRun: [
    argv.machineRun(run),
    argv.machineRun({ ...run, restart: "always", volume: { id: "vol_1", path: "/data" } }),
    argv.machineRun({ ...run, schedule: "daily" }),
  ],
  machineExec: [argv.machineExec("a", "148e", "sh -c 'true'")],
  machineStart: [argv.machineStart("a", ["148e", "148f"])],
  machineStop: [argv.machineStop("a", ["148e", "148f"])],
  machineDestroy: [argv.machineDestroy("a", ["148e"])],
  machineUpdate: [
    argv.machineUpdate({ app: "a", id: "148e" }),
    argv.machineUpdate({ app: "a", id: "148e", size, image: "redis:7", metadata: { k: "v" } }),
  ],
  machineRestart: [argv.machineRestart("a", "148e")],
  volumesList: [argv.volumesList("a")],
  volumesCreate: [
    argv.volumesCreate({ app: "a", name: "data", region: "ams", sizeGb: 1 }),
    argv.volumesCreate({ app: "a", name: "data", region: "ams", sizeGb: 1, snapshots: false }),
  ],
  volumesExtend: [argv.volumesExtend("a", "vol_1", 20)],
  volumesUpdate: [argv.volumesUpdate("a", "vol_1", 14)],
  configValidate: [argv.configValidate("a", "/tmp/x.toml")],
  deploy: [
    argv.deploy("a", "/tmp/x.toml", "ghcr.io/mastodon/mastodon:v4.7.4", false),
    argv.deploy("a", "/tmp/x.toml", "ghcr.io/mastodon/mastodon:v4.7.4", true),
  ],
  scaleCount: [argv.scaleCount("a", "ams", { web: 2, sidekiq: 1 })],
  logs: [argv.logs("a", "148e")],
  appLogs: [argv.appLogs("a", { tail: true }), argv.appLogs("a", { tail: false })],
  sshConsole: [
    argv.sshConsole({ app: "a", group: "web", pty: true, command: "bin/rails console" }),
    argv.sshConsole({ app: "a", group: "web", pty: false, command: 'sh -c "true"' }),
  ],
  postgresConnect: [argv.postgresConnect("a-db", "a")],
};

/** Commands that take arguments although their usage line names none (flyctl: cobra.MinimumNArgs). */
const takesNames = ["secrets unset", "secrets set", "ips release"];

describe("every argument list", () => {
  test.each(Object.entries(calls))("%s is in the real flyctl's grammar", (_name, lists) => {
    for (const list of lists) {
      const problems = refusals(list);
      const path = list.slice(0, 2).join(" ");
      expect(
        takesNames.includes(path) ? problems.filter((one) => !one.startsWith("takes no")) : problems,
      ).toEqual([]);
    }
  });

  test("a flag that does not exist would be noticed", () => {
    expect(refusals(["redis", "list", "-o", "acme", "--json"])).toEqual(["unknown flag --json"]);
    expect(refusals(["apps", "nosuch"])).toEqual(["no command apps nosuch"]);
    expect(refusals(["orgs", "list", "acme"])).toEqual(["takes no acme"]);
  });

  test("none can prompt: what asks for confirmation gets its --yes", () => {
    const asks = [
      "apps destroy",
      "certs remove",
      "redis destroy",
      "volumes create",
      "volumes extend",
      "deploy",
    ];
    const confirmed = ["machine update", "scale count", ...asks];
    for (const list of Object.values(calls).flat()) {
      const path = [list.slice(0, 2).join(" "), list[0] ?? ""];
      if (path.some((one) => confirmed.includes(one))) expect(list).toContain("--yes");
    }
  });

  test("what follows -- is the job's own, flags and all", () => {
    expect(argv.machineRun(run).slice(-4)).toEqual(["--", "sh", "-c", "echo --not-a-flag"]);
  });

  test("an empty variable stays, empty: S3_PERMISSION must be present and empty", () => {
    expect(argv.machineRun(run)).toContain("EMPTY=");
  });
});
