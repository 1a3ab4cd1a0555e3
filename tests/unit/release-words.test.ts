import { expect, test } from "vitest";
import { type ReleaseInputs, releaseWords } from "../../components/fly/release-words.ts";

function release(
  version: string,
  groups: Record<string, number>,
  more: { env?: string; digest?: string; backup?: string } = {},
) {
  const image = `ghcr.io/mastodon/mastodon:${version}`;
  const isStreaming = "streaming" in groups;
  const inputs: ReleaseInputs = {
    spec: {
      stack: "mastiff/acme",
      org: "acme",
      app: "acme",
      region: "ams",
      image,
      groups: Object.fromEntries(Object.entries(groups).map(([name, count]) => [name, { count }])),
      database: isStreaming ? null : { memoryMb: 1024 },
      redisGate: false,
      smoke: !isStreaming,
      ...(more.backup !== undefined && { backup: more.backup }),
    },
    flyToml: `[build]\nimage = "${image}"\n[env]\nLOCALE = "${more.env ?? "en"}"\n`,
    secretsDigest: more.digest ?? "a",
  };
  return inputs;
}
const one = { web: 1, sidekiq: 1 };

test("an upgrade: migrations before and after, and what is away meanwhile", () => {
  expect(releaseWords(release("v4.6.10", one), release("v4.7.4", one))).toEqual([
    "v4.6.10 → v4.7.4: migrations, then restarts 1 × web, 1 × sidekiq",
    "first the migrations that v4.6.10 tolerates, in a machine of their own: minutes, on a large server hours, without a time limit; v4.6.10 keeps serving meanwhile",
    "the only web machine restarts: the site does not answer for about a minute (mastiff:web.count 2 avoids this)",
    "Sidekiq returns its jobs to the queues and continues after its restart; no job is lost",
    "last the remaining migrations, once all machines run v4.7.4",
  ]);
});

test("where backups are taken, one comes before another minor version, and none before a patch", () => {
  const words = (from: string) => {
    const next = release("v4.7.4", one, { backup: "acme-backup" });
    return releaseWords(release(from, one), next);
  };
  expect(words("v4.6.10").slice(0, 3)).toEqual([
    "v4.6.10 → v4.7.4: a backup, migrations, then restarts 1 × web, 1 × sidekiq",
    "first a backup of the database, while it serves; when that fails, nothing is released",
    "then the migrations that v4.6.10 tolerates, in a machine of their own: minutes, on a large server hours, without a time limit; v4.6.10 keeps serving meanwhile",
  ]);
  expect(words("v4.7.3")[0]).toBe("v4.7.3 → v4.7.4: migrations, then restarts 1 × web, 1 × sidekiq");
  expect(words("v4.7.3")[1]).toMatch(/^first the migrations /);
  // To take backups from now on restarts nothing.
  expect(words("v4.7.4")).toEqual([]);
});

test("with two web machines the site answers all the while", () => {
  const two = { web: 2, sidekiq: 1 };
  const words = releaseWords(release("v4.7.3", two), release("v4.7.4", two)).join("\n");
  expect(words).toContain("web machines restart one after the other");
  expect(words).not.toContain("does not answer");
});

test("streaming has no migrations", () => {
  const streaming = { streaming: 1 };
  expect(releaseWords(release("v4.7.3", streaming), release("v4.7.4", streaming))).toEqual([
    "v4.7.3 → v4.7.4: restarts 1 × streaming",
    "live timelines disconnect for some seconds and reconnect by themselves",
  ]);
});

test("settings and secrets restart as well, a count alone does not", () => {
  const before = release("v4.7.4", one);
  const first = (next: ReleaseInputs) => releaseWords(before, next)[0];
  expect(first(release("v4.7.4", one, { env: "de", digest: "b" }))).toBe(
    "settings or sizes, secrets: restarts 1 × web, 1 × sidekiq",
  );
  expect(first(release("v4.7.4", one, { digest: "b" }))).toBe("secrets: restarts 1 × web, 1 × sidekiq");
  expect(releaseWords(before, release("v4.7.4", { web: 2, sidekiq: 1 }))).toEqual([
    "1 × web is added; nothing else restarts",
  ]);
  expect(releaseWords(before, before)).toEqual([]);
});
