/** What of Fly's answers this process takes for an answer. That they are flyctl's own is driver/api-reads.test.ts. */
import { describe, expect, test } from "vitest";
import { answerOf } from "../../providers/fly/call/api-reads.ts";
import * as argv from "../../providers/fly/call/argv.ts";
import type { Argv } from "../../providers/fly/call/argv-parts.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";

/** Asks a Fly that answers by path. @returns the answer, and the Authorization header of each path that was asked */
async function asked(question: Argv, pages: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) {
  const headers: Record<string, string | null> = {};
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const { pathname } = new URL(String(url));
    headers[pathname] = new Headers(init?.headers).get("authorization");
    return pathname in pages ? Response.json(pages[pathname]) : new Response("", { status: 404 });
  };
  const surroundings = { ...shell(), fetch, env: { FLY_API_TOKEN: "fm2_one", ...env } };
  const { signal } = new AbortController();
  const answer = await inShell(surroundings, () => answerOf(question, signal, async () => []));
  return { answer, headers };
}

describe("an organisation", () => {
  const appsOf = async (pages: Record<string, unknown>) => (await asked(argv.appsList("acme"), pages)).answer;
  const none = { total_apps: 0, apps: [] };

  test("with apps is answered", async () => {
    expect(await appsOf({ "/v1/apps": { apps: [{ name: "web" }] } })).toBe('[{"Name":"web"}]');
  });

  test("without apps is answered when the token sees it", async () => {
    const seen = { data: { organization: { id: "1" } } };
    expect(await appsOf({ "/v1/apps": none, "/graphql": seen })).toBe("[]");
  });

  test.each([
    ["null", { data: { organization: null } }],
    ["an error", { data: null, errors: [{ message: "Could not find Organization" }] }],
  ])(
    "that the token does not see (%s) is flyctl's to refuse: its communities are not gone",
    async (_, page) => {
      expect(await appsOf({ "/v1/apps": none, "/graphql": page })).toBeUndefined();
    },
  );
});

test("a volume that is being destroyed is not listed, as flyctl does not", async () => {
  const volumes = ["created", "pending_destroy", "waiting_for_detach"].map((state) => ({ id: state, state }));
  const { answer } = await asked(argv.volumesList("acme"), { "/v1/apps/acme/volumes": volumes });
  expect(answer).toBe('[{"id":"created","state":"created"}]');
});

test("a request that was one too many is made again when Fly says so, and at last is flyctl's", async () => {
  const refusing = async (refusals: number) => {
    let requests = 0;
    const fetch: typeof globalThis.fetch = async () => {
      requests += 1;
      return requests > refusals
        ? Response.json([])
        : new Response("", { status: 429, headers: { "retry-after": "0" } });
    };
    const { signal } = new AbortController();
    const ask = () => answerOf(argv.machineList("acme"), signal, async () => []);
    const answer = await inShell({ ...shell(), fetch, env: { FLY_API_TOKEN: "fm2_one" } }, ask);
    return { answer, requests };
  };
  expect(await refusing(2)).toEqual({ answer: "[]", requests: 3 });
  expect(await refusing(9)).toEqual({ answer: undefined, requests: 4 });
});

test.each([
  ["no such app", {}],
  ["null for a list", { "/v1/apps/acme/machines": null }],
  ["an object for a list", { "/v1/apps/acme/machines": {} }],
])("%s is flyctl's to judge", async (_, pages) => {
  expect((await asked(argv.machineList("acme"), pages)).answer).toBeUndefined();
});

test.each([
  ["fm2_one", "FlyV1 fm2_one", "FlyV1 fm2_one"],
  ["FlyV1 fm2_one,fm1r_two, fo1_three", "FlyV1 fm2_one,fm1r_two", "FlyV1 fm2_one,fm1r_two,fo1_three"],
  ["Bearer fo1_three", "Bearer fo1_three", "Bearer fo1_three"],
])("the token %s goes to each API as flyctl sends it", async (token, machines, graphql) => {
  const env = { FLY_API_TOKEN: token };
  const { headers } = await asked(argv.appsList("acme"), { "/v1/apps": { apps: [] } }, env);
  expect(headers).toEqual({ "/v1/apps": machines, "/graphql": graphql });
});

test.each([
  ["a token that no header can hold", { FLY_API_TOKEN: "fm2_one\nfm2_two" }],
  ["a base URL that is none", { FLY_FLAPS_BASE_URL: "api.machines.dev" }],
])("%s is flyctl's to judge", async (_, env) => {
  const fetch: typeof globalThis.fetch = async (url, init) => {
    new Request(url, init);
    return Response.json([]);
  };
  const surroundings = { ...shell(), fetch, env: { FLY_API_TOKEN: "fm2_one", ...env } };
  const { signal } = new AbortController();
  const ask = () => answerOf(argv.machineList("acme"), signal, async () => []);
  expect(await inShell(surroundings, ask)).toBeUndefined();
});
