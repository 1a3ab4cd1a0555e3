import { describe, expect, test } from "vitest";
import type { Machine } from "../../providers/fly/things/machines.ts";
import { deployed, machineOf, RestoreFlyctl } from "../support/restore-flyctl.ts";
import { skipping } from "../support/skipping.ts";

/** What was done, by the words that matter. */
const acts = ({ calls }: RestoreFlyctl) =>
  calls.flatMap((line) => {
    if (/^machine (stop|start) /.test(line)) return line.replace(/ -a .*/, "");
    if (/ALLOW_CONNECTIONS false/.test(line)) return "closed";
    if (/RENAME TO/.test(line)) return "exchanged";
    return line.startsWith("ALTER") ? "opened" : [];
  });
const straight = ["machine stop web sidekiq", "closed", "exchanged", "machine start web sidekiq"];

/** A machine beside the process groups, that works. */
const job = (id: string, metadata: Record<string, string> = { mastiff_job: id }) =>
  machineOf(id, { metadata, init: { cmd: ["bin/tootctl", id, "refresh"] } });

test("the databases change names while nobody may come in, and the machines are stopped", async () => {
  const fly = new RestoreFlyctl();
  const { code, stderr } = await fly.drive("switch");
  expect(code, stderr).toBe(0);
  expect(acts(fly)).toEqual(straight);
  expect([...fly.databases.keys()].sort()).toEqual(["acme", "acme_before"]);
  expect([...fly.databases.values()].map(({ isOpen }) => isOpen)).toEqual([true, true]);
});

test.each([
  ["switch", "acme_before"],
  ["undo", "acme_restored"],
] as const)(
  "the time of the exchange is kept, and not that of the command, which may wait for hours: %s",
  async (verb, away) => {
    const fly = new RestoreFlyctl();
    if (verb === "undo") expect((await fly.drive("switch")).code).toBe(0);
    let closed = Number.POSITIVE_INFINITY;
    fly.before(/ALLOW_CONNECTIONS false/, () => {
      closed = Date.now();
    });
    expect((await fly.drive(verb)).code).toBe(0);
    const [, since = ""] = / on (\S+)$/.exec(fly.databases.get(away)?.comment ?? "") ?? [];
    expect(Date.parse(since)).toBeGreaterThanOrEqual(closed);
  },
);

describe("what a person has started in a machine of the app", () => {
  test.each<[string, Record<string, string>, string]>([
    ["a command of mastiff's", { mastiff_job: "operator" }, "4444 (bin/tootctl 4444 refresh)"],
    ["fly console", deployed("fly_app_console"), "4444 (bin/tootctl 4444 refresh)"],
    ["a machine by hand", {}, "4444 (bin/tootctl 4444 refresh)"],
  ])("%s is named, and nothing is stopped", async (_what, metadata, words) => {
    const fly = new RestoreFlyctl();
    fly.machines.acme?.push(job("4444", metadata));
    const { code, stderr } = await fly.drive("switch");
    expect([code, acts(fly)]).toEqual([1, []]);
    expect(stderr).toContain(
      `would go on with another database than acme is now: ${words}. The databases are`,
    );
    expect(stderr).toContain("or stop it, when it may be broken off:  flyctl machine stop 4444 -a acme\n");
  });

  test("that has ended is in nobody's way", async () => {
    const fly = new RestoreFlyctl();
    fly.machines.acme?.push(job("4444", { mastiff_job: "operator" }));
    fly.become("4444", "stopped");
    expect([(await fly.drive("switch")).code, acts(fly)]).toEqual([0, straight]);
  });

  test("that begins while the machines stop keeps them from going over", async () => {
    const fly = new RestoreFlyctl();
    fly.before(/^machine stop/, () => fly.machines.acme?.push(job("4444", { mastiff_job: "operator" })));
    const { code, stderr } = await fly.drive("switch");
    expect(code).toBe(1);
    expect(stderr).toContain("4444 (bin/tootctl 4444 refresh)");
    expect(acts(fly)).not.toContain("exchanged");
    expect([fly.databases.get("acme")?.isOpen, fly.machines.acme?.[0]?.state]).toEqual([true, "started"]);
  });
});

describe("psql that somebody has open, and a dump by hand", () => {
  const words = "Somebody has pg_dump and psql open on the database acme, ";

  test("are named, and nothing is stopped", async () => {
    const fly = new RestoreFlyctl();
    fly.sessions = ["pg_dump", "psql"];
    const { code, stderr } = await fly.drive("switch");
    expect([code, acts(fly), stderr]).toEqual([1, [], expect.stringContaining(words)]);
    const [asked] = fly.calls.filter((line) => line.includes("application_name"));
    expect(asked).toContain("datname IN ('acme', 'acme_restored')");
  });

  test("that came in while the machines stopped are not ended", async () => {
    const fly = new RestoreFlyctl();
    fly.before(/^machine stop/, () => {
      fly.sessions = ["pg_dump", "psql"];
    });
    const { code, stderr } = await fly.drive("switch");
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(fly.calls.some((line) => line.includes("pg_terminate_backend"))).toBe(false);
    expect([fly.databases.get("acme")?.isOpen, fly.machines.acme?.[0]?.state]).toEqual([true, "started"]);
  });
});

describe("housekeeping", () => {
  test("is stopped with the machines", async () => {
    const fly = new RestoreFlyctl();
    fly.machines.acme?.push(job("housekeeping"));
    expect((await fly.drive("switch")).code).toBe(0);
    expect(acts(fly)[0]).toBe("machine stop web sidekiq housekeeping");
    expect(fly.machines.acme?.[2]?.state).toBe("stopped");
  });

  test("that begins while the machines stop is stopped before the exchange", async () => {
    const fly = new RestoreFlyctl();
    fly.before(/ALLOW_CONNECTIONS false/, () => fly.machines.acme?.push(job("housekeeping")));
    expect((await fly.drive("switch")).code).toBe(0);
    expect(acts(fly)).toEqual([...straight.slice(0, 2), "machine stop housekeeping", ...straight.slice(2)]);
  });
});

/** What happens in the machine of the job, which is in the given app, at its third look. */
const endingSoon = (fly: RestoreFlyctl, app: string, id: string) => {
  const list = new RegExp(`^machine list -a ${app} `);
  for (const act of [() => {}, () => {}, () => fly.become(id, "stopped", { exit_code: 0 })])
    fly.before(list, act);
};

describe("a job of another run, and a backup", () => {
  test("are waited for before anything is stopped", async () => {
    const fly = new RestoreFlyctl();
    fly.machines.acme?.push(job("retention"));
    fly.machines["acme-backup"]?.push(job("backup"));
    endingSoon(fly, "acme", "retention");
    endingSoon(fly, "acme-backup", "backup");
    const { code, stderr } = await fly.drive("switch");
    expect(code, stderr).toBe(0);
    expect(acts(fly)).toEqual(straight);
    expect(stderr).toContain("machine retention is at work (retention): waiting for its end");
    expect(stderr).toContain("machine backup is taking a backup: waiting for its end");
  });

  test.each([
    ["acme", "retention"],
    ["acme-backup", "backup"],
  ])(
    "in %s that began while the machines stopped goes on to its end, and so does the community",
    async (app, id) => {
      const fly = new RestoreFlyctl();
      fly.before(/^machine stop/, () => {
        fly.machines[app]?.push(job(id));
        fly.before(/ALLOW_CONNECTIONS true/, () => endingSoon(fly, app, id));
      });
      const { code, stderr } = await fly.drive("switch");
      expect(code, stderr).toBe(0);
      const [stop = "", close = "", , start = ""] = straight;
      expect(acts(fly)).toEqual([stop, close, "opened", "opened", start, ...straight]);
    },
  );
});

test("a job that Fly does not start is said, with the command that was run", async () => {
  const fly = new RestoreFlyctl();
  fly.machines.acme?.push({ ...job("retention"), state: "created" });
  // Twice for what is at work, then for its end.
  for (const act of [() => {}, () => {}, skipping(16)]) fly.before(/^machine list -a acme /, act);
  const { code, stderr } = await fly.drive("switch");
  expect([code, acts(fly)]).toEqual([1, []]);
  expect(stderr).toContain(
    "remove it, then run the same npx mastiff restore again:  flyctl machine destroy retention -a acme --force\n",
  );
});

describe("a community that has come over, and does not serve yet", () => {
  /** A community that has come over to its backup or back, with a database that lacks migrations. */
  const arriving = async (verb: "switch" | "undo") => {
    const fly = new RestoreFlyctl();
    if (verb === "undo") expect((await fly.drive("switch")).code).toBe(0);
    fly.behind.add("acme");
    return fly;
  };
  const words = {
    switch: "acme is on the backup daily/2026-11-29/20261129T030000Z, and",
    undo: "acme is back on its own database, and",
  };
  const kept = {
    switch: "Nothing is lost: its old database is kept as acme_before.",
    undo: "Nothing is lost: what it ran on meanwhile is kept as acme_restored.",
  };
  const line = { switch: "--from 20261129T030000Z\n", undo: "--undo\n" };

  test.each(["switch", "undo"] as const)(
    "its secrets are waited for before it is migrated: %s",
    async (verb) => {
      const fly = await arriving(verb);
      const { code, stderr } = await fly.drive(verb);
      expect(code, stderr).toBe(0);
      const made = fly.calls.filter((call) => /^(secrets sync|machine run) /.test(call));
      expect(made.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
        "secrets sync",
        "machine run",
      ]);
    },
  );

  test.each([
    ["switch", "migrations fail"],
    ["switch", "machines are ill"],
    ["undo", "migrations fail"],
    ["undo", "machines are ill"],
  ] as const)("%s whose %s: where the community is, and what is kept, is said", async (verb, what) => {
    const fly = await arriving(verb);
    const [web] = fly.machines.acme ?? [];
    if (what === "migrations fail") {
      fly.migrating = 1;
      // Its log is waited for.
      fly.before(/^logs /, skipping(1));
    } else
      fly.before(/^machine start/, () => {
        Object.assign(web ?? {}, { checks: [{ name: "health", status: "critical" }] });
        fly.before(/^machine list -a acme /, skipping(11));
      });
    const { code, stderr } = await fly.drive(verb);
    const happened =
      what === "migrations fail" ? "its migrations failed" : "its machines do not become healthy";
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${words[verb]} ${happened}. ${kept[verb]}\n`),
    ]);
    expect(stderr).toContain("the whole log:  flyctl logs -a acme\n");
    expect(stderr).toContain(
      `once the cause is gone, complete it:  npx mastiff restore -s <stack> ${line[verb]}`,
    );
    expect(stderr).not.toContain("release");
  });
});

describe("the note of a step to another minor version", () => {
  const hours = (count: number) => Math.floor((Date.now() - count * 3_600_000) / 1000);

  test.each(["switch", "undo"] as const)("does not survive: %s", async (verb) => {
    const fly = new RestoreFlyctl();
    if (verb === "undo") expect((await fly.drive("switch")).code).toBe(0);
    fly.secrets = ["DATABASE_URL", `MASTIFF_STEP_4_7_${hours(3)}`];
    expect((await fly.drive(verb)).code).toBe(0);
    expect(fly.secrets).toEqual(["DATABASE_URL"]);
  });

  test("stays where the step has begun on the restored database, when the switch is repeated", async () => {
    const fly = new RestoreFlyctl();
    await fly.drive("switch");
    fly.secrets = [`MASTIFF_STEP_4_7_${hours(-1)}`];
    expect((await fly.drive("switch")).code).toBe(0);
    expect(fly.secrets).toHaveLength(1);
  });
});

describe("a replica that somebody has added", () => {
  const role = (output: string, status = "passing") => [{ name: "role", status, output }];
  const withReplica = (primary: Machine["checks"], replica: Machine["checks"]) => {
    const fly = new RestoreFlyctl();
    const [server] = fly.machines["acme-db"] ?? [];
    Object.assign(server ?? {}, { checks: primary });
    fly.machines["acme-db"]?.unshift(Object.assign(machineOf("replica", {}), { checks: replica }));
    return fly;
  };

  test("is never spoken to", async () => {
    const fly = withReplica(role("primary"), role("replica"));
    const { code, stderr } = await fly.drive("switch");
    expect(code, stderr).toBe(0);
    expect(fly.execs).toEqual(["server"]);
  });

  test.each([
    ["none", role("replica"), role("replica")],
    ["none", role("primary", "critical"), role("replica")],
    ["more than one", role("primary"), role("primary")],
  ])("stops a restore where %s of the machines is the primary", async (which, one, other) => {
    const fly = withReplica(one, other);
    const { code, stderr } = await fly.drive("switch");
    expect([code, fly.execs]).toEqual([1, []]);
    expect(stderr).toContain(
      `The database acme-db has 2 machines, and ${which} of them says that it is the primary.`,
    );
  });
});
