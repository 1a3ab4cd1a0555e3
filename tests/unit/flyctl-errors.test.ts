import { describe, expect, test } from "vitest";
import { reasonOf, show } from "../../flyctl/errors.ts";

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
  ] as const)("%s (%s): %s", (message, status, reason) => {
    expect(reasonOf(message, status)).toBe(reason);
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
