/** Every obstacle that a first `up` can meet: the printed fix leads through, or a destroy leaves nothing. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { applyPrintedFix } from "../../support/printed-fix.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

let world: TestWorld;
let atFirst: unknown;
let untouched: string;

beforeAll(async () => {
  world = await startWorld();
  const state = await world.state();
  untouched = JSON.stringify(state);
  atFirst = belongings(state);
});
afterAll(() => world?.stop());

interface Obstacle {
  what: string;
  config?: Record<string, string>;
  secrets?: Record<string, string>;
  /** What stands in the way in the clouds. */
  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  make?: (state: any) => void;
  /** Key that the printed fix names, and the value for its placeholder. Unset: the way out is a destroy. */
  fix?: [key: string, value: string];
}

const app = "mastiff-party";
/** Somebody else's app, in an organisation that this token does not see. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
const taken = (name: string) => (state: any) => {
  state.fly.apps[name] = { ...structuredClone(state.fly.apps["taken-by-another"]), name };
};
const full = (region: string): Obstacle["make"] => {
  return (state) => {
    state.fly.dials.fullRegions = [region];
  };
};
const mail = {
  config: { "mastiff:smtpServer": "mail.example.org", "mastiff:smtpLogin": "mastodon" },
  secrets: { "mastiff:smtpPassword": "not-the-right-one-1" },
};

const obstacles: Obstacle[] = [
  { what: "the web app's name is taken", make: taken(app), fix: ["mastiff:app", "free-party"] },
  {
    what: "the streaming app's name is taken",
    make: taken(`${app}-streaming`),
    fix: ["mastiff:app", "free-party"],
  },
  { what: "the database's name is taken", make: taken(`${app}-db`), fix: ["mastiff:app", "free-party"] },
  {
    what: "the name of Redis is taken, beside a database that was made",
    config: { "mastiff:redis": '{"kind":"own"}' },
    make: taken(`${app}-redis`),
    fix: ["mastiff:app", "free-party"],
  },
  {
    what: "an unknown organisation",
    config: { "mastiff:flyOrg": "nobody" },
    fix: ["mastiff:flyOrg", "mastiff"],
  },
  { what: "an unknown region", config: { "mastiff:region": "xyz" }, fix: ["mastiff:region", "fra"] },
  { what: "a region without room", make: full("ams"), fix: ["mastiff:region", "fra"] },
  {
    what: "a plan that Upstash does not have",
    config: { "mastiff:redis": '{"kind":"upstash","plan":"Huge"}' },
    fix: ["mastiff:redis", "Pay-as-you-go"],
  },
  { what: "a name that is taken, given up", make: taken(app) },
  { what: "a region without room, given up", make: full("ams") },
  { what: "an unknown organisation, given up", config: { "mastiff:flyOrg": "nobody" } },
  { what: "a mail server that refuses, given up", ...mail },
];

test.each(obstacles)("$what", async ({ config = {}, secrets = {}, make, fix }) => {
  await world.meddle((state) => {
    Object.assign(state, JSON.parse(untouched));
    make?.(state);
  });
  const before = belongings(await world.state());
  await using stack = await openStack(world, { config: { "mastiff:protect": "true", ...config }, secrets });
  const failed = await stack.up();
  expect(failed.exitCode).not.toBe(0);
  if (fix === undefined) {
    const destroyed = await stack.destroy();
    expect(destroyed.exitCode, destroyed.output).toBe(0);
    expect(belongings(await world.state())).toEqual(make ? before : atFirst);
    return;
  }
  await applyPrintedFix(stack, failed.output, ...fix);
  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).toBe(0);
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const again = await stack.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
});
