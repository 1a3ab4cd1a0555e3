/**
 * Obstacles that make a first `up` fail. Either the operator applies the printed fix, and the next `up` succeeds; or the
 * operator destroys the stack, and nothing of it is left in the clouds.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { applyPrintedFix } from "../../support/printed-fix.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

let world: TestWorld;
/** What new clouds hold, and their whole state as JSON. */
let freshBelongings: unknown;
let freshState: string;

beforeAll(async () => {
  world = await startWorld();
  const state = await world.state();
  freshState = JSON.stringify(state);
  freshBelongings = belongings(state);
});
afterAll(() => world?.stop());

interface Obstacle {
  what: string;
  config?: Record<string, string>;
  secrets?: Record<string, string>;
  /** Puts the obstacle into the clouds. Default: the config alone is the obstacle. */
  // biome-ignore lint/suspicious/noExplicitAny: each cloud's state has its own shape, which tests may not import.
  make?: (state: any) => void;
  /** Key that the printed fix names, and the value for its placeholder. Default: the operator destroys the stack. */
  fix?: [key: string, value: string];
}

const app = "mastiff-party";
/** Makes an app of this name that belongs to somebody else, in an organisation that this token does not see. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
const taken = (name: string) => (state: any) => {
  state.fly.apps[name] = { ...structuredClone(state.fly.apps["taken-by-another"]), name };
};
/** Fills a region: it has no room for another machine. */
const full = (region: string): Obstacle["make"] => {
  return (state) => {
    state.fly.dials.fullRegions = [region];
  };
};
/** The clouds have no mail server of this name, so the smoke test of the first release fails. */
const unknownMailServer = {
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
    what: "the name of Redis is taken, while the database is created",
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
  { what: "the web app's name is taken, stack destroyed", make: taken(app) },
  { what: "a region without room, stack destroyed", make: full("ams") },
  { what: "an unknown organisation, stack destroyed", config: { "mastiff:flyOrg": "nobody" } },
  { what: "an unknown mail server, stack destroyed", ...unknownMailServer },
];

test.each(obstacles)(
  "$what: the printed fix works, or a destroy leaves nothing",
  async ({ config = {}, secrets = {}, make, fix }) => {
    // All obstacles share one world. Each begins with the state that the clouds had when they were new.
    await world.meddle((state) => {
      Object.assign(state, JSON.parse(freshState));
      make?.(state);
    });
    // The obstacle itself, such as somebody else's app, stays after the destroy.
    const before = belongings(await world.state());
    await using stack = await openStack(world, { config: { "mastiff:protect": "true", ...config }, secrets });
    const failed = await stack.up();
    expect(failed.exitCode).not.toBe(0);
    if (fix === undefined) {
      const destroyed = await stack.destroy();
      expect(destroyed.exitCode, destroyed.output).toBe(0);
      expect(belongings(await world.state())).toEqual(make ? before : freshBelongings);
      return;
    }
    await applyPrintedFix(stack, failed.output, ...fix);
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const again = await stack.preview("--expect-no-changes");
    expect(again.exitCode, again.output).toBe(0);
  },
);
