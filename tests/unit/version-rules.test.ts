import fc from "fast-check";
import { expect, test } from "vitest";
import { versionProblem } from "../../components/mastodon/version-rule.ts";
import { upgradeProblem } from "../../providers/fly/release/mastodon-version.ts";
import { changesMinor } from "../../providers/rules/mastodon-version.ts";

const version = fc
  .tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }))
  .map((parts) => `v${parts.join(".")}`);

test("the driver refuses just what a preview refuses", () => {
  fc.assert(
    fc.property(version, version, (from, to) => {
      const inPreview = versionProblem(from, to) !== undefined;
      const image = (tag: string) => `ghcr.io/mastodon/mastodon:${tag}`;
      expect(upgradeProblem(image(from), image(to)) !== undefined).toBe(inPreview);
    }),
    { numRuns: 1000 },
  );
});

test("a new major version is refused by both", () => {
  expect(versionProblem("v4.7.4", "v5.0.0")).toContain("is a new major version");
  expect(upgradeProblem("m:v4.7.4", "m:v5.0.0")).toContain("is a new major version");
});

test.each([
  ["v4.7.3", "v4.7.4", false],
  ["v4.6.10", "v4.7.4", true],
  ["v4.7.4", "v5.7.4", true],
  ["v4.7.4", "v4.7.4", false],
  // Nobody knows which version stands behind these.
  ["nightly", "v4.7.4", true],
  ["v4.7.4", "nightly", true],
  ["nightly", "nightly", false],
])("a step from %s to %s is one to another minor version: %s", (from, to, changes) => {
  expect(changesMinor(from, to)).toBe(changes);
});
