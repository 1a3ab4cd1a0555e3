/** Whether a newer Mastodon is out, and whether it closes a hole. GitHub is asked, where Mastodon publishes releases. */
import { check } from "./check.ts";
import { at, must, parsed } from "./expect.ts";
import type { Visitor } from "./visitor.ts";

/** https://docs.github.com/en/rest/releases/releases */
const releasesUrl = "https://api.github.com/repos/mastodon/mastodon/releases?per_page=40";

/** A release, as far as it is judged. */
interface Release {
  tag: string;
  version: readonly [number, number, number];
  /** Milliseconds since 1970. */
  published: number;
  /** Whether its notes speak of security. */
  isSecurity: boolean;
}

/** Releases of several series that close the same hole come out on one day. */
const sameDayMs = 48 * 3_600_000;

export const newestRelease = check({
  name: "Mastodon: no newer release closes a hole",
  at: () => "api.github.com",
  asked: ({ domain, version }) =>
    `${releasesUrl}, and the version ${version === undefined ? `of https://${domain}/api/v2/instance` : "of the config"}`,
  async ask({ ask }: Visitor, { domain, version }) {
    const [answer, running] = await Promise.all([
      ask(releasesUrl, { accept: "application/vnd.github+json" }),
      version ?? versionAt(ask, domain),
    ]);
    // 403 and 429: sixty questions an hour, for everybody behind the same address.
    if (answer.status !== 200) throw new Error(`api.github.com answered ${answer.status}`);
    return { running, releases: releasesIn(parsed(answer)) };
  },
  judge({ running, releases }) {
    const mine = versionOf(running);
    // A fork, or a version between releases.
    if (mine === undefined) return;
    const newer = releases.filter(({ version }) => compare(version, mine) > 0);
    const series = newer.filter(({ version }) => version[0] === mine[0] && version[1] === mine[1]);
    const repairTo = (tag: string) =>
      `https://github.com/mastodon/mastodon/releases/tag/${tag}\npulumi config set mastiff:mastodonVersion ${tag}\npulumi up`;

    const [patch] = series;
    const urgent = series.find(({ isSecurity }) => isSecurity);
    must(
      patch === undefined || urgent === undefined,
      `v${running} runs; ${urgent?.tag} is a security release`,
      {
        urgency: "critical",
        means: "Everybody can read how to attack this version. Others expect the update within a day.",
        repair: repairTo(patch?.tag ?? ""),
      },
    );
    must(patch === undefined, `v${running} runs; ${patch?.tag} is out`, {
      means: "Known errors of this version are repaired in a newer one.",
      repair: repairTo(patch?.tag ?? ""),
    });

    const published = releases.find(({ version }) => compare(version, mine) === 0)?.published ?? 0;
    const later = newer.find((one) => one.isSecurity && one.published > published + sameDayMs);
    const next =
      newer.find(({ version }) => version[0] === mine[0] && version[1] === mine[1] + 1) ?? newer[0];
    must(later === undefined, `v${running} runs; ${later?.tag}, of a later series, is a security release`, {
      urgency: "warning",
      means:
        "No release of this series followed it: the series may get no more repairs, and have the same hole.",
      repair: repairTo(next?.tag ?? ""),
    });
    must(next === undefined, `v${running} runs; ${next?.tag} is out`, { repair: repairTo(next?.tag ?? "") });
  },
  means: "A new series of Mastodon is out. The older ones get repairs for some months more.",
  repair: "https://github.com/mastodon/mastodon/releases",
  urgency: "info",
  unanswered: {
    means: "Nothing is known about newer releases: GitHub did not answer.",
    repair: "see for yourself: https://github.com/mastodon/mastodon/releases",
  },
});

async function versionAt(ask: Visitor["ask"], domain: string): Promise<string> {
  const version = at(parsed(await ask(`https://${domain}/api/v2/instance`)), "version");
  if (typeof version !== "string") throw new Error(`https://${domain}/api/v2/instance names no version`);
  return version;
}

/** The newest version first; without drafts and previews. */
function releasesIn(list: unknown): Release[] {
  const found = (Array.isArray(list) ? list : []).flatMap((one: unknown): Release[] => {
    const tag = String(at(one, "tag_name"));
    const version = versionOf(tag);
    if (version === undefined || at(one, "draft") === true || at(one, "prerelease") === true) return [];
    const published = Date.parse(String(at(one, "published_at")));
    return [{ tag, version, published, isSecurity: isSecurity(String(at(one, "body"))) }];
  });
  return found.sort((a, b) => compare(b.version, a.version));
}

/** As Mastodon's notes say it: a heading of the changelog, or a sentence at their beginning. */
function isSecurity(notes: string): boolean {
  return /^#+ *security\b|\bsecurity (release|fix|issue|update|vulnerabilit)/im.test(notes);
}

function versionOf(tag: string): Release["version"] | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(tag) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function compare(a: Release["version"], b: Release["version"]): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
