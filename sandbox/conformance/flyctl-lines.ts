/** Building blocks for stories about flyctl. */
import type { Line, Story } from "./flyctl-side.ts";

/** A run of flyctl from one text. Words that contain blanks are in single quotes. */
export function line(text: string, more: Partial<Line> = {}): Line {
  const args = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  return { args, ...more };
}

/** A story that consists of runs only. */
export function story(name: string, ...lines: string[]): Story {
  return { name, steps: lines.map((text) => line(text)) };
}

/** Deploys a machine that only sleeps. */
const sleeper = "deploy -c web.toml --image alpine:3.20 --ha=false --dns-checks=false";

/** The fly.toml for this deployment. */
export const sleepToml = 'app = "web"\nprimary_region = "ams"\n[processes]\napp = "sleep inf"\n';

/** Flags that answer all of flyctl's prompts. */
export const postgres = "-o mastiff -r ams --initial-cluster-size 1 --vm-size shared-cpu-1x --volume-size 1";
export const redis =
  "-o mastiff -r ams --no-replicas --disable-eviction --enable-auto-upgrade=false --enable-prodpack=false";

/** For stories about failures: an app with one running machine. */
export const running = {
  files: { "web.toml": sleepToml },
  steps: [line("apps create web -o mastiff"), line(sleeper)],
};
