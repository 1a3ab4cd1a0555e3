import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { planFly } from "../../components/fly/plan.ts";
import { mailServerOf } from "../../components/mastodon/environment.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { parse } from "../support/config.ts";

interface FlyToml {
  env: Record<string, string>;
  processes: Record<string, string>;
  metrics?: { port: number; path: string; processes: string[] }[];
}

const tomls = (config: Record<string, string>) => {
  const community = parse(config);
  const { web, streaming } = planFly(community, mailServerOf(community));
  const addresses = { v4: null, v6: null };
  return [web, streaming].map((app) => parseToml(app.flyToml(addresses)) as unknown as FlyToml);
};

test("nothing is collected and no process says anything of itself, unless config says so", () => {
  for (const { env, processes, metrics } of tomls({})) {
    expect(metrics).toBeUndefined();
    expect(JSON.stringify([env, processes])).not.toContain("PROMETHEUS");
  }
});

test("Sidekiq serves its figures from its own process, and Puma, which forks, serves none", () => {
  const [web, streaming] = tomls({ metrics: "true" });
  expect(web?.metrics).toEqual([{ port: 9394, path: "/metrics", processes: ["sidekiq"] }]);
  expect(web?.processes.sidekiq).toMatch(/^env (MASTODON_PROMETHEUS_EXPORTER_\w+=\S+ )+bundle exec sidekiq$/);
  expect(JSON.stringify([web?.env, web?.processes.web])).not.toContain("PROMETHEUS");
  expect(streaming?.metrics).toEqual([{ port: 4000, path: "/metrics", processes: ["streaming"] }]);
});

test("a scheduler of its own is asked too", () => {
  const [web] = tomls({ metrics: "true", preset: "medium" });
  expect(web?.metrics?.[0]?.processes).toEqual(["sidekiq", "scheduler"]);
  for (const group of ["sidekiq", "scheduler"]) expect(web?.processes[group]).toMatch(/^env /);
});

/**
 * Figures by what they begin with, where they come from, and what has to be on for them. An exporter in the process of
 * what it measures adds no prefix `ruby_` (discourse/prometheus_exporter: lib/prometheus_exporter/server/runner.rb).
 */
const sources =
  /^(fly_(edge|app|instance|volume)_|pg_|mastodon_streaming_|sidekiq_(queue|process|stats|failed)_|rss$)/;

test("the dashboard asks for figures that there are, each of one community", () => {
  const { panels, templating } = JSON.parse(
    readFileSync(join(root, "docs/grafana-dashboard.json"), "utf8"),
  ) as {
    panels: { id: number; title: string; targets?: { expr: string }[] }[];
    templating: { list: { name: string }[] };
  };
  expect(templating.list.map(({ name }) => name)).toEqual(["datasource", "app"]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const questions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(questions.length).toBeGreaterThan(15);
  for (const expr of questions) {
    const asked = [...expr.matchAll(/(\w+)\{([^}]*)\}/g)];
    expect(asked.length, expr).toBeGreaterThan(0);
    for (const [, figure, labels] of asked) {
      expect(figure).toMatch(sources);
      expect(labels, expr).toContain("$app");
    }
  }
});
