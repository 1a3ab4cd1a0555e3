import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlyctlFailure, type Reason, show } from "../../providers/fly/call/errors.ts";
import { explain } from "../../providers/fly/call/explain.ts";
import { reasonOf } from "../../providers/fly/call/reason.ts";

describe("why a call failed", () => {
  test.each([
    ["no access token available. Please login with 'flyctl auth login'", undefined, "login"],
    ["failed to list VMs: unauthorized", 401, "login"],
    ["You must be authenticated to view this.", 200, "login"],
    ["failed to list VMs: slow down", 429, "limited"],
    ["server returned a non-200 status code: 429", undefined, "limited"],
    ["request returned non-2xx status: 502: <html>", undefined, "server"],
    ["failed to list app secrets: boom", 500, "server"],
    ['Get "https://api.machines.dev/v1/apps/x": EOF', 200, "network"],
    ["error getting organization: decoding response: unexpected EOF", 200, "garbled"],
    [
      "failed to decode response, please try again: invalid character ' ' in literal true (expecting 'u')",
      200,
      "garbled",
    ],
    [
      "✖ [1/2] Machine 148e [web] update failed: failed to update VM 148e: invalid character ' ' in literal true (expecting 'u')",
      200,
      "garbled",
    ],
    ["failed decoding response: invalid character '<' looking for beginning of value", 200, "garbled"],
    ["dial tcp 127.0.0.1:1: connect: connection refused", undefined, "network"],
    [
      'Post "https://api.machines.dev/v1/apps/x/secrets": net/http: HTTP/1.x transport connection broken: http: ContentLength=573 with Body length 0',
      undefined,
      "network",
    ],
    ["Could not find App", 200, "absent"],
    ["failed to check certificate: whatever it says", 404, "absent"],
    ["failed to list VMs: nope", 403, "forbidden"],
    ["Validation failed: Name has already been taken", 422, "exists"],
    ["already_exists: unique machine name violation", 409, "exists"],
    ["organization acme not found", 200, "organization"],
    ["region xyz not found", 200, "region"],
    ["region ams requires an organization with a Launch plan or higher.", 200, "region"],
    ['plan "Huge" not found', 200, "plan"],
    ['failed to fetch an image or build from source: could not find image "x"', 404, "image"],
    ["could not reserve resource for machine: insufficient memory", 422, "capacity"],
    ["failed to get lease on VM 148e: lease currently held by me", 409, "busy"],
    ["release command failed - aborting deployment", 200, "other"],
    ['Could not find App "peopleof-social"', 200, "absent"],
    ['Could not find App "eof"', 200, "absent"],
    ["machine 2874 did not reach started: deadline_exceeded", 408, "other"],
    [
      'failed to exec on VM 2874: deadline_exceeded: Post "http://unix/v1/exec": net/http: request canceled',
      408,
      "deadline",
    ],
    ["could not exec command on machine 2874: request timed out", 408, "deadline"],
    ["machine failed to reach desired state, started, currently stopped", 408, "other"],
    ["can't find region-not-found.example, isn't here", 429, "limited"],
    ["app is unauthorized because of an eof", 404, "absent"],
    ["organization acme not found", 401, "login"],
  ] as const)("%s (%s): %s", (message, status, reason) => {
    expect(reasonOf(message, status)).toBe(reason);
  });
});

/** flyctl's messages with a user-chosen name, and their meaning, which must not depend on the name. */
const sayings: [(name: string) => string, number | undefined, Reason][] = [
  [(name) => `Could not find App "${name}"`, 200, "absent"],
  [(name) => `failed to list VMs: app ${name} does not exist`, undefined, "absent"],
  [(name) => `organization ${name} not found`, 200, "organization"],
  [(name) => `Get "https://api.machines.dev/v1/apps/${name}/machines": EOF`, undefined, "network"],
  [(name) => `failed to create app ${name}: Name has already been taken`, 422, "exists"],
  [(name) => `failed to check certificate: ${name}: slow down`, 429, "limited"],
  [(name) => `release command of ${name} failed`, 200, "other"],
];
const awkward = ["eof", "not", "found", "app", "timeout", "broken", "exec", "unauthorized", "forbidden"];

test("a name never decides why a call failed", () => {
  const word = fc.oneof(fc.constantFrom(...awkward), fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/));
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("-"));
  fc.assert(
    fc.property(name, fc.constantFrom(...sayings), (name, [say, status, reason]) => {
      expect(reasonOf(say(name), status, ["machine", "list", "-a", name])).toBe(reason);
    }),
    { numRuns: 2000 },
  );
});

describe("what an operator gets to read", () => {
  const failure = (reason: Reason) =>
    new FlyctlFailure({ reason, call: "secrets list -a acme", exitCode: 1, said: "no", stdout: "" });
  const silent = { stopped: true } as never;
  const reasons: Reason[] = [
    ...(["missing", "login", "forbidden", "absent", "exists", "limited", "deadline", "busy"] as const),
    ...(["capacity", "server", "network", "garbled", "timeout", "organization", "region"] as const),
    ...(["plan", "image", "other"] as const),
  ];

  test.each(reasons)(
    "%s: what is to be done first, a run alone or something else, is said once",
    async (reason) => {
      const { fix = [], retry } = (await explain(failure(reason), silent, { app: "acme" })).problem;
      const lines = typeof fix === "string" ? [fix] : fix;
      // A fix that is only another run must not stand beside "a run does not help".
      const runAlone = lines.some((line) => /pulumi up$/.test(line) && !/config set/.test(line));
      if (runAlone) expect(retry).toMatch(/^helps/);
    },
  );

  test("an app that is not there: made again when it was removed", async () => {
    expect((await explain(failure("absent"), silent, { app: "acme" })).message).toBe(
      `There is no app "acme" on Fly, or this token does not see it.
  set in  mastiff:app, mastiff:flyOrg
  fix     if somebody removed it, create it again:  pulumi up
          if it exists, use a token that sees it:  flyctl tokens create org
  retry   helps if it was removed: the next run looks first, and creates what is missing
  flyctl  secrets list -a acme
  said    no`,
    );
  });
});

describe("a problem for people", () => {
  test("has its parts in a fixed order, each further line under the first", () => {
    const text = show({
      what: "It is wrong.",
      said: ["one", "two"],
      call: "apps list (exit 1)",
      retry: "helps",
      fix: ["do this", "or that"],
      setIn: "mastiff:app",
    });
    expect(text).toBe(`It is wrong.
  set in  mastiff:app
  fix     do this
          or that
  retry   helps
  flyctl  apps list (exit 1)
  said    one
          two`);
  });

  test("leaves out what it has not", () => {
    expect(show({ what: "It is wrong.", said: [] })).toBe("It is wrong.");
  });
});
