import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { budgetProblem } from "../../components/cost/budget.ts";
import { parse } from "../support/config.ts";
import type { Declared } from "../support/resources-of.ts";
import { declareProgram, type Stack, stateOf } from "./program-fixture.ts";

// What a change restarts is said by another hook, which is tested with the releases.
beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => undefined));
afterEach(() => void vi.restoreAllMocks());

/** A community with all that a change may lose. */
const before: Stack = {
  config: {
    "mastiff:redis": '{"kind":"own"}',
    "mastiff:postgres": '{"volumeGb":2}',
    "mastiff:mastodonVersion": "v4.6.10",
  },
};
let lived: Promise<Declared> | undefined;
let state: ReturnType<typeof stateOf> | undefined;

/** What a preview of other config says against it: of the facts before anything is declared, then of every hook. */
async function refusalsOf(config: Record<string, string>): Promise<string[]> {
  lived ??= declareProgram(before);
  state ??= stateOf(before);
  const [old, outputs] = [await lived, await state];
  let next: Declared;
  try {
    next = await declareProgram({
      config: { ...before.config, ...config },
      isLive: true,
      calls: { "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs }) },
    });
  } catch (error) {
    return [(error as Error).message];
  }
  const words: string[] = [];
  for (const { name, inputs, hooks } of next.resources) {
    const was = old.resources.find((made) => made.name === name)?.inputs;
    if (was === undefined || JSON.stringify(was) === JSON.stringify(inputs)) continue;
    for (const hook of hooks.beforeUpdate.filter(({ onDryRun }) => onDryRun))
      words.push((await hook.refusal(was, inputs)) ?? "");
  }
  return [...new Set(words)].filter((text) => text !== "");
}

const move =
  "take a dump, end the community except for its secrets, start it there and restore the dump (docs/operations.md, “Moving house”)";

test.each<[string, Record<string, string>, string, string]>([
  [
    "another domain",
    {
      "mastiff:domain": "www.mastiff.party",
      "mastiff:zone": "mastiff.party",
      "mastiff:app": "mastiff-party",
      "mastiff:bucket": "files-mastiff-party",
      "mastiff:filesHost": "files.mastiff.party",
    },
    "domain would change from mastiff.party to www.mastiff.party: every account's handle and its identity at other servers depend on the domain.",
    "bring up a second stack with the new domain, and let people move their accounts there (Preferences, Account, Move)",
  ],
  [
    "other apps",
    { "mastiff:app": "other" },
    "app would change from mastiff-party to other: the database and Redis would be deleted and created again, empty.",
    "keep the name, which is visible only at <app>.fly.dev: pulumi config set mastiff:app mastiff-party",
  ],
  [
    "another organisation",
    { "mastiff:flyOrg": "personal" },
    "flyOrg would change from mastiff to personal: database and Redis cannot move to another organisation: they would be created again, empty.",
    move,
  ],
  [
    "another region",
    { "mastiff:region": "fra" },
    "region would change from ams to fra: volumes cannot move between regions: database and Redis would be created again, empty.",
    move,
  ],
  [
    "another Cloudflare account",
    { "mastiff:cloudflareAccountId": "00000000000000000000000000000d10" },
    "cloudflareAccountId would change from 00000000000000000000000000000d09 to 00000000000000000000000000000d10: the bucket with every upload cannot move to another account.",
    move,
  ],
  [
    "another bucket",
    { "mastiff:bucket": "other-bucket" },
    "bucket would change from files-mastiff-party to other-bucket: every upload would be lost with the old bucket, which would be emptied and deleted.",
    "keep the name, visitors see only mastiff:filesHost: pulumi config set mastiff:bucket files-mastiff-party",
  ],
  [
    "another name of the uploads",
    { "mastiff:filesHost": "media.mastiff.party" },
    "filesHost would change from files.mastiff.party to media.mastiff.party: other servers and apps keep addresses of uploads at files.mastiff.party, and all of these would break.",
    `keep both hosts: pulumi config set mastiff:oldFilesHosts '["files.mastiff.party"]' (docs/operations.md, “Another name for uploads”)`,
  ],
  [
    "another jurisdiction",
    { "mastiff:bucketJurisdiction": "eu" },
    "bucketJurisdiction would change from default to eu: a bucket cannot change its jurisdiction: it would be emptied, deleted and created again.",
    move,
  ],
  [
    "a smaller disk, by its own key",
    { "mastiff:postgres": '{"volumeGb":1}' },
    "postgresVolumeGb would shrink from 2 to 1: a volume on Fly can only grow.",
    `keep it: pulumi config set-all --path --plaintext mastiff:postgres.cpus=1 --plaintext mastiff:postgres.memoryMb=1024 --plaintext mastiff:postgres.volumeGb=2; or ${move}`,
  ],
  [
    "another Redis",
    { "mastiff:redis": '{"kind":"upstash"}' },
    "redisKind would change from own to upstash: jobs that wait in Redis (deliveries, mails, deletions) would be lost with it; https://mastiff.party/sidekiq shows how many.",
    "stop web, let Sidekiq empty its queues, then replace Redis with pulumi config set-all --path --plaintext mastiff:movedFrom.redisKind=own (docs/operations.md, “Another Redis”)",
  ],
])(
  "%s is refused in previews, with what would be lost and the proper way",
  async (_what, config, reason, way) => {
    expect(await refusalsOf(config)).toEqual([
      `this would lose data, so nothing is done:\n  - ${reason}\n    proper way: ${way}`,
    ]);
  },
);

test("a skipped minor version is refused in previews by the releases, which alone know what runs", async () => {
  expect(await refusalsOf({ "mastiff:mastodonVersion": "v4.8.0" })).toEqual([
    "mastiff:mastodonVersion: v4.6.10 → v4.8.0 skips a minor version: the migrations of each version build on those before.\n    proper way: upgrade to a release of v4.7 first, then to the next",
  ]);
});

test("several facts are refused together", async () => {
  const [words = ""] = await refusalsOf({ "mastiff:region": "fra", "mastiff:bucket": "other-bucket" });
  expect(words.split("\n  - ")).toHaveLength(3);
});

test("what may change is let through", async () => {
  for (const config of [
    { "mastiff:mastodonVersion": "v4.7.4" },
    { "mastiff:postgres": '{"volumeGb":4}' },
    { "mastiff:web": '{"count":2}' },
    { "mastiff:filesHost": "media.mastiff.party", "mastiff:oldFilesHosts": '["files.mastiff.party"]' },
    { "mastiff:redis": '{"kind":"upstash"}', "mastiff:movedFrom": '{"redisKind":"own"}' },
    { "mastiff:certificates": "wildcard" },
  ] as Record<string, string>[])
    expect(await refusalsOf(config), JSON.stringify(config)).toEqual([]);
});

test("a word for a key that accounts sign with is refused before anything is declared", async () => {
  await expect(
    declareProgram({ config: { "mastiff:rotate": '{"encryptionPrimaryKey":"2026-11"}' } }),
  ).rejects.toThrow(
    /mastiff:rotate\.encryptionPrimaryKey: cannot be rotated: the accounts' signing keys and two-factor secrets are encrypted with them, and a server that cannot read them can no longer sign as itself\. Leaked keys do harm only together with a dump of the database: keep dumps safe\s+fix: pulumi config rm mastiff:rotate --stack/s,
  );
});

describe("a cost beyond mastiff:budget", () => {
  const config = {
    "mastiff:preset": "medium",
    "mastiff:region": "iad",
    "mastiff:dedicatedIpv4": "true",
    "mastiff:certificates": "wildcard",
    "mastiff:budget": "165",
  };
  const words = budgetProblem(
    parse(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("mastiff:", ""), value])),
    ),
  );
  const spied = () => ({
    info: vi.spyOn(pulumi.log, "info").mockResolvedValue(),
    warn: vi.spyOn(pulumi.log, "warn").mockResolvedValue(),
  });

  test("is refused where the config says so: nothing is declared, and the ways back are named", async () => {
    const { info } = spied();
    const refused = declareProgram({ config: { ...config, "mastiff:budgetAction": "refuse" } });
    await expect(refused).rejects.toThrow(pulumi.RunError);
    expect(await refused.catch(({ message }) => message)).toBe(words);
    expect(info).not.toHaveBeenCalled();
  });

  test("is a warning otherwise, beside the total in one line", async () => {
    const { info, warn } = spied();
    expect((await declareProgram({ config })).resources.length).toBeGreaterThan(50);
    expect(warn.mock.calls.map(([text]) => text)).toContain(words);
    const [total] = info.mock.calls.map(([text]) => text).filter((text) => text.includes(" costs "));
    expect(total).toMatch(
      /^mastiff\.party costs about 176\.74 USD a month: Fly 176\.74; plus, by use, [^\n]+$/,
    );
  });

  test("is the other side of a cost within it, which is said and not warned of", async () => {
    const { info, warn } = spied();
    await declareProgram({
      config: { ...config, "mastiff:budget": "176.75", "mastiff:budgetAction": "refuse" },
    });
    expect(info.mock.calls.filter(([text]) => text.includes(" costs "))).toHaveLength(1);
    expect(warn.mock.calls.filter(([text]) => text.includes("budget"))).toEqual([]);
  });
});
