/** What stories about flyctl are written with. */
import type { Line, Story } from "./flyctl-side.ts";

/** A line in one text; words with blanks stand in single quotes. */
export function line(text: string, more: Partial<Line> = {}): Line {
  const args = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  return { args, ...more };
}

/** A story of lines only. */
export function story(name: string, ...lines: string[]): Story {
  return { name, steps: lines.map((text) => line(text)) };
}

/** A machine of nothing but a sleep. */
const sleeper = "deploy -c web.toml --image alpine:3.20 --ha=false --dns-checks=false";

/** What it is deployed from. */
export const sleepToml = 'app = "web"\nprimary_region = "ams"\n[processes]\napp = "sleep inf"\n';

/** Flags that leave nothing to be asked. */
export const postgres = "-o mastiff -r ams --initial-cluster-size 1 --vm-size shared-cpu-1x --volume-size 1";
export const redis =
  "-o mastiff -r ams --no-replicas --disable-eviction --enable-auto-upgrade=false --enable-prodpack=false";

/** For stories about failures: an app with one running machine. */
export const running = {
  files: { "web.toml": sleepToml },
  steps: [line("apps create web -o mastiff"), line(sleeper)],
};
