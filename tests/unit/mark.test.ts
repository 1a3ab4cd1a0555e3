import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elsewhere } from "../../components/stack/first-look.ts";
import { marked, markIn, markOf } from "../../providers/shared/mark.ts";

describe("a mark", () => {
  const names = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);
  const identities = fc.stringMatching(/^[0-9a-f]{12}$/);
  const words = fc.option(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { nil: undefined });

  test("is read back by its identity, however long the names are, and never beyond 100 characters", () => {
    fc.assert(
      fc.property(identities, names, names, words, (identity, project, stack, word) => {
        const text = marked(markOf({ identity, stack: `${project}/${stack}` }), word);
        expect(text.length).toBeLessThanOrEqual(100);
        expect(markIn(text)?.identity).toBe(identity);
        if (word !== undefined) expect(text.endsWith(` (${word})`)).toBe(true);
      }),
    );
  });

  test.each([
    ["Mastiff 3f9a1c0b77de mastiff/acme", { identity: "3f9a1c0b77de", stack: "mastiff/acme" }],
    ["Mastiff 3f9a1c0b77de mastiff/acme (2026-11)", { identity: "3f9a1c0b77de", stack: "mastiff/acme" }],
    ["Full (strict), Mastiff 3f9a1c0b77de mastiff/acme", { identity: "3f9a1c0b77de", stack: "mastiff/acme" }],
    ["Mastiff mastiff/acme", { identity: undefined, stack: "mastiff/acme" }],
    ["mastiff mastiff/acme (2026-11)", { identity: undefined, stack: "mastiff/acme" }],
    ["Mastiff is our server", undefined],
    ["", undefined],
    [null, undefined],
  ])("in %j is %j", (text, mark) => {
    expect(markIn(text)).toEqual(mark);
  });
});

describe("a community that is up elsewhere", () => {
  const here = { domain: "acme.social", stack: "mastiff/acme" };
  const theirs = { identity: "3f9a1c0b77de", stack: "mastiff/acme" };

  test("is told by any mark with an identity, with all that was found and every way out", () => {
    const found = [
      {
        what: "the app acme-social (machines: 3, running: 3)",
        owner: { identity: "3f9a1c0b77de", stack: "" },
      },
      { what: "DNS record A acme.social", owner: theirs },
      { what: "the bucket files-acme-social", owner: undefined },
    ];
    expect(
      elsewhere(found, here),
    ).toBe(`acme.social is already up, and its state is elsewhere (stack mastiff/acme). Found:
  - the app acme-social (machines: 3, running: 3), marked 3f9a1c0b77de
  - DNS record A acme.social, marked 3f9a1c0b77de
  - the bucket files-acme-social
Nothing was created. The keys that accounts sign with exist only in that state and in the running machines: remove nothing of this.
  fix     log in to the backend that has the state:  pulumi login <url>, then pulumi preview -s acme
          or restore an exported state:  pulumi stack import --file state.json -s acme
          or, for another community, set other names:  mastiff:domain, mastiff:app, mastiff:bucket
          if no state is left: docs/operations.md, “A lost state”`);
  });

  test("names the stack that it was marked as", () => {
    const owner = { identity: "3f9a1c0b77de", stack: "mastiff/party" };
    expect(elsewhere([{ what: "x", owner }], here)).toContain("pulumi preview -s party");
  });

  test("is not what bears no mark, nor what an older Mastiff marked with this very name", () => {
    const bucket = { what: "the bucket files-acme-social", owner: undefined };
    const earlier = {
      what: "DNS record A acme.social",
      owner: { identity: undefined, stack: "mastiff/acme" },
    };
    expect(elsewhere([], here)).toBeUndefined();
    expect(elsewhere([bucket, earlier], here)).toBeUndefined();
    const other = { what: "y", owner: { identity: undefined, stack: "mastiff/party" } };
    expect(elsewhere([other], here)).toContain("its state is elsewhere (stack mastiff/party)");
  });
});
