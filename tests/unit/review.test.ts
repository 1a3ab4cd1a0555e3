import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Change } from "../../cli/review/change.ts";
import { costChange, lastSettings } from "../../cli/review/cost-change.ts";
import { kindsElsewhere } from "../../cli/review/elsewhere.ts";
import { markdownOf } from "../../cli/review/markdown.ts";
import { kindsOnFly } from "../../cli/review/on-fly.ts";
import { mermaidOf, svgOf } from "../../cli/review/picture.ts";
import { eventsIn } from "../../cli/review/preview.ts";
import { type Review, reviewOf } from "../../cli/review/review.ts";
import { expiryRules } from "../../components/backup/backup-plan.ts";
import * as cloudflare from "../../components/cloudflare/cloudflare.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse as settingsOf } from "../support/config.ts";
import {
  component,
  created,
  deleted,
  event,
  type Preview,
  refreshed,
  replaced,
  said,
  unchanged,
  updated,
  violated,
} from "../support/engine-events.ts";

/** The review of a preview with these events. */
function review(events: Preview, more: { isAccepted?: boolean; output?: string } = {}): Review {
  return reviewOf("acme", { events: [event, ...events], isAccepted: true, output: "", ...more }, []);
}

const web = {
  org: "acme",
  app: "acme",
  region: "ams",
  image: "m/mastodon:v4.7.4",
  database: { memoryMb: 1024 },
};
const groups = (count: number) => ({ groups: { web: { count }, sidekiq: { count: 1 } } });
const database = {
  app: "acme-db",
  region: "ams",
  size: { cpus: 1, memoryMb: 1024 },
  volumeGb: 10,
  database: "acme",
};

/** What a change in one resource leads to. */
const only = (events: Preview): Change => {
  const { changes } = review(events);
  expect(changes).toHaveLength(1);
  return changes[0] as Change;
};

describe("verdict", () => {
  test("nothing to do", () => {
    const found = review([]);
    expect(found).toMatchObject({ verdict: "nothing", changes: [], interruptions: [], data: [], drift: [] });
    expect(markdownOf(found)).toBe(
      "<!-- mastiff review acme -->\n\n## Review of `acme`\n\n✅ **Nothing to do.** The clouds are as the stack says.\n",
    );
  });

  test("components, providers and what stays the same are no changes", () => {
    const events = [
      ...unchanged("postgres", "database-postgres", database),
      ...component("mastiff:fly:Postgres", "database"),
    ];
    expect(review(events).verdict).toBe("nothing");
  });

  test("a replacement, which the engine takes in three steps, is one change", () => {
    const change = only(replaced("postgres", "database-postgres", database, { ...database, region: "fra" }));
    expect(change).toMatchObject({ operation: "replace", words: ["region: ams → fra"] });
  });
});

test("the order of the engine's events, another in each run, changes nothing", () => {
  const drift = (...differences: string[]): Record<string, [undefined, string]> => ({
    DRIFT: [undefined, JSON.stringify({ differences })],
  });
  const spec = { ...web, ...groups(1) };
  const [secret, restart] = ["secret SMTP_PASSWORD is missing", "machine 2 (web) is stopped"];
  const setting = "cloudflare:index/zoneSetting:ZoneSetting";
  const domain = "pulumi-nodejs:dynamic/sendgrid:AuthenticatedDomain";
  const events: Preview = [
    ...said("warning", "10 copies are kept"),
    ...said("warning", "9 copies are kept"),
    ...violated("backups-on", "mandatory", "switch backups on"),
    ...said("error", "the region would change"),
    ...updated("release", "web-machines-release", spec, spec, drift(restart, secret)),
    ...updated("secrets", "web-machines-secrets", { app: "acme" }, { app: "acme" }, drift(secret)),
    ...updated("addresses", "web-addresses", spec, spec, drift("address 1 is missing")),
    ...updated(
      "backup",
      "backups-machine",
      spec,
      spec,
      drift("the last backup failed with exit code 1 (2026-11-29 03:00 UTC)"),
    ),
    ...replaced("postgres", "database-postgres", database, { ...database, region: "fra" }),
    ...deleted("redis", "redis-machine", { app: "acme-redis" }),
    ...created("app", "host-10", { app: "ten" }),
    ...created("app", "host-9", { app: "nine" }),
    ...refreshed(domain, "mail-domain", { domain: "a", valid: true }, { domain: "b", valid: false }),
    ...refreshed(setting, "tls-ssl", { settingId: "ssl", value: "strict" }, undefined),
    ...refreshed(
      setting,
      "tls-http",
      { settingId: "http", value: "on" },
      { settingId: "http", value: "off" },
    ),
  ];
  const cost = ["b.example", "a.example"].flatMap(
    (name) => costChange(undefined, settingsOf({ domain: name })) ?? [],
  );
  const [found, again] = [1, -1].map((way) => {
    const inOrder = <T>(list: readonly T[]) => (way === 1 ? [...list] : list.toReversed());
    const preview = { events: [event, ...inOrder(events)], isAccepted: false, output: "" };
    return reviewOf("acme", preview, inOrder(cost));
  }) as [Review, Review];
  expect(again).toEqual(found);
  expect([markdownOf(again), svgOf(again.changes)]).toEqual([markdownOf(found), svgOf(found.changes)]);

  const names = ({ name }: { name: string }) => name.replace("acme-", "");
  expect(found.changes.map(names)).toEqual([
    "backups-machine",
    "database-postgres",
    ...["host-9", "host-10"],
    "redis-machine",
    ...["web-addresses", "web-machines-release", "web-machines-secrets"],
  ]);
  expect(found.drift.map(names)).toEqual([
    ...["tls-http", "tls-ssl"],
    ...["web-addresses", "web-machines-release", "web-machines-secrets"],
    "mail-domain",
  ]);
  expect(found.drift.find(({ name }) => name.endsWith("-release"))?.differences).toEqual([restart]);
  expect([found.refused, found.warnings].map((list) => list.map(({ words }) => words))).toEqual([
    ["the region would change", "switch backups on"],
    ["9 copies are kept", "10 copies are kept"],
  ]);
});

describe("who is cut off, and for how long", () => {
  test.each([
    [1, "the only web machine", "everybody: the site does not answer", "about a minute"],
    [2, "2 × web, one by one", "nobody: the others keep answering", "–"],
  ])("a release on %d web machines", (count, what, cutOff, lasts) => {
    const { interruptions } = only(
      updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(count) },
        { ...web, ...groups(count) },
        {
          SECRETS_DIGEST: ["a", "b"],
        },
      ),
    );
    expect(interruptions[0]).toEqual({ what, cutOff, lasts });
    expect(interruptions.map((one) => one.what)).toContain("1 × sidekiq");
  });

  test("streaming disconnects its readers for seconds", () => {
    const spec = { ...web, app: "acme-streaming", database: null, groups: { streaming: { count: 1 } } };
    const { interruptions, part } = only(
      updated("release", "streaming-machines-release", spec, { ...spec, image: "m/streaming:v4.7.5" }),
    );
    expect(part).toBe("streaming");
    expect(interruptions).toEqual([
      {
        what: "1 × streaming",
        cutOff: "everybody's live timelines, which reconnect by themselves",
        lasts: "some seconds",
      },
    ]);
  });

  test("another machine is added without a restart", () => {
    const { words, interruptions } = only(
      updated("release", "web-machines-release", { ...web, ...groups(1) }, { ...web, ...groups(2) }),
    );
    expect([words, interruptions]).toEqual([["1 × web is added; nothing else restarts"], []]);
  });

  test.each([
    ["memory", { size: { cpus: 1, memoryMb: 2048 } }, ["memory: 1024 → 2048 MB"]],
    ["disk", { volumeGb: 20, snapshotDays: 7 }, ["volume: 10 → 20 GB", "days of new snapshots: none → 7"]],
  ])("a database with more %s restarts", (_, more, words) => {
    const change = only(updated("postgres", "database-postgres", database, { ...database, ...more }));
    expect(change.words).toEqual(words);
    expect(change.interruptions).toEqual([
      { what: "the database", cutOff: "everybody: the site does not answer", lasts: "about a minute" },
    ]);
    expect(change.data.some(({ isLost }) => isLost)).toBe(false);
  });

  test("a database whose consumers change does not restart", () => {
    const change = only(
      updated("postgres", "database-postgres", database, {
        ...database,
        consumers: ["acme", "acme-streaming"],
      }),
    );
    expect([change.interruptions, change.data]).toEqual([[], []]);
  });

  test("a record that leads elsewhere takes five minutes, a proof cuts nobody off", () => {
    const record = { type: "A", name: "acme.social", content: "192.0.2.1", ttl: 1 };
    const type = "cloudflare:index/dnsRecord:DnsRecord";
    const moved = only(updated(type, "records-root-a", record, { ...record, content: "192.0.2.2" }));
    expect(moved.words).toEqual(["content: 192.0.2.1 → 192.0.2.2"]);
    expect(moved.interruptions[0]?.lasts).toBe("up to five minutes");
    const proof = { ...record, type: "CNAME", name: "_acme-challenge.acme.social" };
    expect(
      only(updated(type, "root-host-challenge", proof, { ...proof, content: "other" })).interruptions,
    ).toEqual([]);
  });

  test("who is cut off comes before what nobody notices", () => {
    const found = review([
      ...updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(2) },
        { ...web, ...groups(2), image: "m:v4.7.5" },
      ),
      ...updated("postgres", "database-postgres", database, { ...database, volumeGb: 20 }),
    ]);
    expect(found.interruptions.map(({ what }) => what)).toEqual([
      "the database",
      "2 × web, one by one",
      "1 × sidekiq",
    ]);
  });
});

describe("data", () => {
  test.each([
    ["database", deleted("postgres", "database-postgres", database), "with every account and every post"],
    ["Redis", deleted("redis", "redis-machine", { app: "acme-redis" }), "jobs that wait in it"],
    ["Redis at Upstash", deleted("upstash", "redis-upstash", { name: "acme" }), "jobs that wait in it"],
    [
      "bucket",
      deleted("cloudflare:index/r2Bucket:R2Bucket", "media-bucket", { name: "files" }),
      "every upload",
    ],
    [
      "zone",
      deleted("cloudflare:index/zone:Zone", "zone-zone", { name: "acme.social" }),
      "those of others too",
    ],
    [
      "a key for good",
      deleted("random:index/randomPassword:RandomPassword", "secrets-encryption-salt", {}),
      "never",
    ],
    [
      "key of backups",
      deleted("pulumi-nodejs:dynamic/openpgp:BackupKey", "backups-key", {}),
      "no backup opens",
    ],
  ])("a deleted %s is a loss", (_, events, happens) => {
    const found = review(events);
    expect(found.data.filter(({ isLost }) => isLost)).toEqual([
      { what: expect.any(String), happens: expect.stringContaining(happens), isLost: true },
    ]);
    expect(markdownOf(found)).toContain("**1 loss of data**");
  });

  test("what a resource of the program's own held is not promised", () => {
    const own = deleted("aws:s3/bucket:Bucket", "mine", {});
    expect(markdownOf(review(own))).toContain("nobody is cut off, no data that Mastiff knows of is lost.");
  });

  test("a password that rotates is none, and a bucket that outlives the stack stays", () => {
    const found = review([
      ...deleted("random:index/randomPassword:RandomPassword", "secrets-database-password", {}),
      ...deleted("pulumi-nodejs:dynamic/cloudflare:KeptBucket", "backups-bucket", { bucket: "backups" }),
    ]);
    expect(found.data.filter(({ isLost }) => isLost)).toEqual([]);
  });

  test("an upgrade says that there is no way back by itself", () => {
    const { data } = only(
      updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(1) },
        { ...web, ...groups(1), image: "m:v4.7.5" },
      ),
    );
    expect(data).toEqual([
      {
        what: "database",
        happens: "is migrated to v4.7.5: an older Mastodon cannot read it afterwards",
        isLost: false,
      },
    ]);
  });
});

describe("what Mastodon, a machine or a bucket deletes from now on", () => {
  const retention = (days: object, defaults: object = {}) => ({ app: "acme", days, defaults });
  const name = "housekeeping-retention";
  const [media, posts] = ["media_cache_retention_period", "content_cache_retention_period"];
  const lost = (events: Preview) =>
    review(events)
      .data.filter(({ isLost }) => isLost)
      .map(({ what, happens }) => `${what} ${happens}`);

  test("the first time limit of a community that is up is a loss, and says how long nothing was deleted", () => {
    const events = created("retention", name, retention({}, { [media]: 14 }));
    expect(lost(events)).toEqual([
      "copies of other servers' media older than 14 days are deleted each night, unless somebody has chosen a time in the administration: Mastodon fetches a copy again when somebody looks at its post, as long as the other server has it",
    ]);
    expect(markdownOf(review(events))).toContain("**1 loss of data**");
  });

  test("in a community that is about to be made there is nothing to lose", () => {
    const first = created("release", "web-machines-release", { ...web, ...groups(1) });
    const retained = created("retention", name, retention({ [posts]: 30 }, { [media]: 14 }));
    const machine = created("housekeeping", "housekeeping-machine", { app: "acme", orphans: true });
    expect(lost([...first, ...retained, ...machine])).toEqual([]);
    expect(lost([...retained, ...machine])).toHaveLength(3);
  });

  test.each([
    ["a shorter time", { [media]: 30 }, { [media]: 14 }, 1],
    ["a time where there was none", { [media]: 0 }, { [media]: 14 }, 1],
    ["posts of other servers", {}, { [posts]: 90 }, 1],
    ["a longer time", { [media]: 14 }, { [media]: 30 }, 0],
    ["for good", { [media]: 14 }, { [media]: 0 }, 0],
    ["no wish any more", { [media]: 14, [posts]: 9 }, {}, 0],
  ])("%s", (_, was, is, losses) => {
    const old = { ...retention(was), defaults: media in was ? {} : { [media]: 14 } };
    const next = { ...retention(is), defaults: media in is ? {} : { [media]: 14 } };
    expect(lost(updated("retention", name, old, next))).toHaveLength(losses);
  });

  test("the settings that change are named", () => {
    const { words, part, what } = only(
      updated("retention", name, retention({ [media]: 14 }), retention({ [media]: 0, [posts]: 90 })),
    );
    expect([what, part, words]).toEqual([
      "Mastodon's settings of what it keeps",
      "bucket",
      [
        "copies of other servers' media are kept: 14 days → for good",
        "posts of other servers are kept: as the administration says → 90 days",
      ],
    ]);
  });

  test("orphans and old previews go when a machine begins to look for them, not with each of its successors", () => {
    const machine = { app: "acme", schedule: "monthly", orphans: false };
    const kind = "housekeeping";
    const strict = { ...machine, orphans: true, previewCardDays: 30 };
    expect(lost(updated(kind, "housekeeping-machine", machine, strict))).toEqual([
      "files of the bucket that belong to nothing in the database are deleted, for good, at once and by the schedule",
      "images of link previews older than 30 days are deleted: they come back when the link is posted again",
    ]);
    const again = updated(kind, "housekeeping-machine", strict, { ...strict, schedule: "weekly" });
    expect(lost(again)).toEqual([]);
    expect(only(again).words).toEqual(["is replaced, and starts at once", "schedule: monthly → weekly"]);
    expect(lost(deleted(kind, "housekeeping-machine", strict))).toEqual([]);
  });

  test("backups that are kept for a shorter time are lost", () => {
    const type = "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle";
    const rules = (keep: object) => ({
      bucketName: "backups-acme-social",
      rules: expiryRules({ daily: 14, weekly: 8, monthly: 12, ...keep }),
    });
    const change = (was: object, is: object) => updated(type, "backups-lifecycle", rules(was), rules(is));
    expect(lost(change({}, { daily: 7, weekly: 9, monthly: 6 }))).toEqual([
      "daily backups in the bucket backups-acme-social older than 7 days are deleted within a day; they were kept for 14",
      "monthly backups in the bucket backups-acme-social older than 186 days are deleted within a day; they were kept for 372",
    ]);
    expect(lost(change({ daily: 7 }, { daily: 14 }))).toEqual([]);
    expect(lost(created(type, "backups-lifecycle", rules({})))).toEqual([]);
  });
});

test("the end of the mirror and of the backups cuts nobody off, and touches no machine that serves", () => {
  const app = (name: string) => ({ app: name, org: "acme" });
  const found = review([
    ...deleted("app", "mirror-app", app("acme-mirror"), ["mastiff:mirror:Mirror"]),
    ...deleted("secrets", "mirror-secrets", { app: "acme-mirror", names: [] }, ["mastiff:mirror:Mirror"]),
    ...deleted("mirror", "mirror-machine", { app: "acme-mirror", to: "m" }, ["mastiff:mirror:Mirror"]),
    ...deleted("app", "backups-app", app("acme-backup"), ["mastiff:backup:Backups"]),
  ]);
  expect(found.interruptions).toEqual([]);
  expect(new Set(found.changes.map(({ part }) => part))).toEqual(new Set(["backups"]));
  expect(found.data).toEqual([]);
  expect(review(deleted("app", "web-app", app("acme"))).interruptions).toHaveLength(1);
});

test("each kind of resource that Mastiff declares has words of its own", () => {
  const driver = readFileSync(join(root, "providers/fly/run.ts"), "utf8");
  const kinds = [...driver.matchAll(/^ {2}"?([\w-]+)"?: kindOf\(/gm)].map(([, kind]) => kind ?? "");
  expect(kinds.length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => !kindsOnFly.has(kind))).toEqual([]);
  const declared = Object.values(cloudflare).flatMap((one) =>
    typeof one === "function" && "__pulumiType" in one ? [String(one.__pulumiType)] : [],
  );
  expect(declared.length).toBeGreaterThan(5);
  expect(declared.filter((type) => !kindsElsewhere.has(type))).toEqual([]);
});

describe("drift", () => {
  const asleep = "machine 148e0b5c9ede48 (web) is stopped";
  const drift = (...differences: string[]): [undefined, string] => [
    undefined,
    JSON.stringify({ differences }),
  ];

  test("on Fly is what the look found, and a machine that is only asleep restarts nobody", () => {
    const found = review(
      updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(2) },
        { ...web, ...groups(2) },
        {
          DRIFT: drift(asleep),
        },
      ),
    );
    expect(found).toMatchObject({
      verdict: "drift",
      drift: [{ system: "Fly", differences: [asleep], isRepaired: true }],
      interruptions: [],
      changes: [{ isRepair: true }],
    });
  });

  test("that needs a release restarts the machines", () => {
    const found = review(
      updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(1) },
        { ...web, ...groups(1) },
        {
          DRIFT: drift("machine 1 (web): memory is 256 MB, should be 1024 MB"),
        },
      ),
    );
    expect(found.interruptions[0]?.what).toBe("the only web machine");
  });

  test("is not what the config asks for by now, but what lies beside it is", () => {
    const found = review(
      updated(
        "postgres",
        "database-postgres",
        database,
        { ...database, volumeGb: 20 },
        {
          DRIFT: drift(
            "the database's volume has 10 GB, should have 20 GB",
            "machine 1 of the database is stopped",
          ),
        },
      ),
    );
    expect(found.drift).toEqual([
      {
        system: "Fly",
        name: "acme-database-postgres",
        differences: ["machine 1 of the database is stopped"],
        isRepaired: true,
      },
    ]);
  });

  test("that was repaired long ago is in the state, and no drift", () => {
    const [, words] = drift(asleep);
    const spec = { ...web, ...groups(1) };
    expect(
      review(updated("release", "x", spec, { ...spec, image: "m:v4.7.5" }, { DRIFT: [words, words] })).drift,
    ).toEqual([]);
  });

  test("is not what Mastiff itself has left to do: that is said of the change", () => {
    const words = "address 192.0.2.1 is no longer in DNS and is released";
    const spec = { app: "acme", v4: "192.0.2.2" };
    const found = review(updated("addresses", "web-addresses", spec, spec, { DRIFT: drift(words) }));
    expect(found).toMatchObject({
      verdict: "change",
      drift: [],
      changes: [{ words: [words], isRepair: false }],
    });
  });

  test.each([
    "the last backup failed with exit code 1 (2026-11-29 03:00 UTC)",
    "the last mirror ran out of memory (2026-11-29 03:00 UTC)",
    "the last backup ended 2026-11-27 03:00 UTC, and the schedule is daily",
    "no backup has ended since 2026-11-27 03:00 UTC, and the schedule is daily",
    "machine 1 of the housekeeping has failed",
  ])("is not a run that failed, which nobody's hands have changed: %s", (words) => {
    const spec = { app: "acme-backup", schedule: "daily" };
    const found = review(updated("backup", "backups-machine", spec, spec, { DRIFT: drift(words) }));
    expect(found).toMatchObject({
      verdict: "failed",
      drift: [],
      failed: [{ name: "acme-backups-machine", words: [words] }],
      changes: [{ isRepair: false }],
    });
    expect(found.changes[0]?.words).toContain(words);
    expect(markdownOf(found)).toContain("⚠️ 1 change, 1 machine whose last run failed, nobody is cut off");
  });

  test("is a backup that somebody else has stopped", () => {
    const words = "the last backup was stopped by somebody else (2026-11-29 03:00 UTC)";
    const spec = { app: "acme-backup", schedule: "daily" };
    const found = review(updated("backup", "backups-machine", spec, spec, { DRIFT: drift(words) }));
    expect(found).toMatchObject({ verdict: "drift", failed: [], changes: [{ isRepair: true }] });
  });

  test("of a secret, which two resources name, is said once", () => {
    const words = drift("secret SMTP_PASSWORD is missing");
    const found = review([
      ...updated("secrets", "web-machines-secrets", { app: "acme" }, { app: "acme" }, { DRIFT: words }),
      ...updated(
        "release",
        "web-machines-release",
        { ...web, ...groups(1) },
        { ...web, ...groups(1) },
        { DRIFT: words },
      ),
    ]);
    expect(found.drift.map(({ name }) => name)).toEqual(["acme-web-machines-secrets"]);
    expect(found.changes.map(({ isRepair }) => isRepair)).toEqual([true, true]);
    expect(found.interruptions[0]?.what).toBe("the only web machine");
  });

  test("at Cloudflare is what the refresh found", () => {
    const type = "cloudflare:index/zoneSetting:ZoneSetting";
    const found = review([
      ...refreshed(
        type,
        "tls-ssl",
        { settingId: "ssl", value: "strict" },
        { settingId: "ssl", value: "flexible" },
      ),
      ...updated(
        type,
        "tls-ssl",
        { settingId: "ssl", value: "flexible" },
        { settingId: "ssl", value: "strict" },
      ),
      ...refreshed(
        "cloudflare:index/dnsRecord:DnsRecord",
        "a",
        { type: "A", name: "acme.social" },
        undefined,
      ),
    ]);
    expect(found.drift).toEqual([
      {
        system: "Cloudflare",
        name: "acme-a",
        differences: ["record A acme.social is gone"],
        isRepaired: false,
      },
      {
        system: "Cloudflare",
        name: "acme-tls-ssl",
        differences: ["setting ssl of the zone: value is flexible, should be strict"],
        isRepaired: true,
      },
    ]);
  });
});

describe("what is refused", () => {
  test("is said in full, without the engine's colours, and once", () => {
    const words = "this would lose data:\n  - region would change\n    proper way: move";
    const found = review(
      [...said("error", `<{%fg 1%}>Preview failed: ${words}<{%reset%}>`), ...said("error", words)],
      {
        isAccepted: false,
      },
    );
    expect(found.verdict).toBe("refused");
    expect(found.refused).toEqual([{ by: "Mastiff", words, resource: undefined }]);
    expect(markdownOf(found)).toContain(`\`\`\`text\n${words}\n\`\`\``);
  });

  test("a mandatory policy refuses, an advisory one warns", () => {
    const events = [
      ...violated("backups-on", "mandatory", "no backups"),
      ...violated("budget-set", "advisory", "no budget"),
    ];
    const found = review(events, { isAccepted: false });
    expect(found.refused.map(({ by }) => by)).toEqual(["policy backups-on"]);
    expect(found.warnings.map(({ by }) => by)).toEqual(["policy budget-set"]);
  });

  test("without an event that says why, the engine's own errors are the reason", () => {
    const found = review([], { isAccepted: false, output: "Previewing\nerror: no plugin\nfix it" });
    expect(found.refused).toEqual([
      { by: "the engine", words: "error: no plugin\nfix it", resource: undefined },
    ]);
  });
});

describe("cost", () => {
  test("before and after, with the parts that change", () => {
    const found = costChange(
      settingsOf({ preset: "tiny" }),
      settingsOf({ preset: "tiny", postgres: '{"volumeGb":20}' }),
    );
    expect(found).toMatchObject({
      community: "mastiff.party",
      parts: [{ what: "database: volume", beforeMicros: 1_500_000, afterMicros: 3_000_000 }],
      over: undefined,
    });
    expect((found?.afterMicros ?? 0) - (found?.beforeMicros ?? 0)).toBe(1_500_000);
    expect(markdownOf({ ...review([]), cost: found ? [found] : [] })).toContain("| 28.63 | 30.13 | +1.50 |");
  });

  test("with what is free for a time, and what is beyond the budget", () => {
    const found = costChange(undefined, settingsOf({ preset: "tiny", budget: "20" }));
    const words = markdownOf({ ...review([]), cost: found ? [found] : [] });
    expect(words).toContain(
      "Free for a time: SendGrid's trial, 100 mails a day, until 60 days after the account was made; ",
    );
    expect(words).toContain("⚠️ 8.63 beyond `mastiff:budget` (20.00).");
  });

  test("before is the config of the last up, as the engine recorded it, whose secrets are not read", () => {
    const inputs = {
      "mastiff:domain": "acme.social",
      "mastiff:cloudflareAccountId": "0123456789abcdef0123456789abcdef",
      "mastiff:flyOrg": "acme",
      "mastiff:ownerUsername": "rex",
      "mastiff:ownerEmail": "rex@acme.social",
      "mastiff:sendgridApiKey": { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" },
      "cloudflare:baseUrl": "http://127.0.0.1",
    };
    const provider = { urn: "u", type: "pulumi:providers:pulumi-nodejs", inputs };
    expect(lastSettings([provider], { name: "community", args: undefined })?.domain).toBe("acme.social");
    expect(lastSettings([], { name: "community", args: undefined })).toBeUndefined();
    expect(lastSettings([], { name: "dogs", args: { domain: "https://wrong" } })).toBeUndefined();
  });
});

describe("no secret is in a report", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };

  test("what the engine marks as secret is not shown, wherever it stands", () => {
    const type = "pulumi-nodejs:dynamic/cloudflare:BucketAccess";
    const found = review([
      ...updated(
        type,
        "media-access",
        { bucket: "b", secretAccessKey: "old" },
        { bucket: "b", secretAccessKey: secret },
      ),
      ...refreshed(
        type,
        "media-access",
        { secretAccessKey: secret },
        { secretAccessKey: { ...secret, value: "hunter3" } },
      ),
    ]);
    expect(JSON.stringify(found) + markdownOf(found)).not.toMatch(/hunter/);
    expect(found.changes[0]?.words).toEqual(["secretAccessKey changes"]);
  });

  test("nor are the inputs of a kind that Mastiff does not know", () => {
    const found = review(
      updated("aws:s3/bucket:Bucket", "mine", { policy: "hunter2" }, { policy: "hunter3" }),
    );
    expect(found.changes).toMatchObject([{ system: "other", what: "Bucket", words: [] }]);
  });
});

describe("as Markdown", () => {
  test("names and values from config and clouds are not markup", () => {
    const record = { type: "TXT", name: "<img src=x>.social", content: "a|b" };
    const type = "cloudflare:index/dnsRecord:DnsRecord";
    const text = markdownOf(review(updated(type, "x", record, { ...record, content: "`c` [d](e)" })));
    expect(text).toContain("\\<img src=x\\>.social");
    expect(text).toContain("a\\|b → \\`c\\` \\[d\\](e)");
  });

  test("a first up with hundreds of resources fits into a comment", () => {
    const records = Array.from({ length: 400 }, (_, i) =>
      created("cloudflare:index/dnsRecord:DnsRecord", `r${i}`, { type: "A", name: `r${i}.acme.social` }),
    ).flat();
    const text = markdownOf(review(records));
    expect(text).toContain("- and 360 more");
    expect(text.length).toBeLessThan(30_000);
  });

  test("begins with a mark that names its stack and cannot end early", () => {
    const [line] = markdownOf({ ...review([]), stack: "a-->b" }).split("\n");
    expect(line).toBe("<!-- mastiff review a- ->b -->");
  });
});

describe("the picture", () => {
  const changes = review([
    ...updated("postgres", "database-postgres", database, { ...database, volumeGb: 20 }),
    ...created("pulumi-nodejs:dynamic/sendgrid:ApiKey", "mail-key-2", {}),
    ...deleted("cloudflare:index/r2Bucket:R2Bucket", "media-bucket", { name: "files" }),
  ]).changes;

  test("shows each part by the worst that happens to it", () => {
    const lines = mermaidOf(changes).split("\n");
    expect(lines).toContain('  database["Fly: database (1)"]:::interrupted');
    expect(lines).toContain('  mail["SendGrid: mail (1)"]:::created');
    expect(lines).toContain('  bucket["R2: uploads (1)"]:::ended');
    expect(lines).toContain('  web["Fly: web, sidekiq"]:::untouched');
  });

  test("is the same as a file", () => {
    const svg = svgOf(changes);
    for (const title of ["Fly: database (1)", "R2: uploads (1)", "people, apps, other servers"])
      expect(svg).toContain(`>${title}</text>`);
    expect(svg.match(/<line /g)).toHaveLength(mermaidOf(changes).match(/-->/g)?.length ?? 0);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

test("a log that was cut off is read as far as it goes", () => {
  expect(eventsIn('{"sequence":1}\n{"sequence":2}\n{"seq')).toEqual([{ sequence: 1 }, { sequence: 2 }]);
  expect(eventsIn("")).toEqual([]);
});
