import { beforeEach, expect, test } from "vitest";
import { networkPrefix } from "../clouds/fly/addresses.ts";
import type { App } from "../clouds/fly/state.ts";
import { type Fly, freshFly, gigabyte, makeApp, mastodon, run, stage, stateOf } from "./fly-call.ts";

let fly: Fly;
beforeEach(() => {
  fly = freshFly();
});

const create = (name: string, org = "mastiff") =>
  fly.call("POST", "/v1/apps?wait=true", { name, org_slug: org, network: "", app_role_id: "" });

test("an app is made once, found, listed, and gone with all that is in it", async () => {
  const made = await create("mastiff-party");
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    name: "mastiff-party",
    status: "pending",
    organization: { slug: "mastiff" },
  });
  expect(await create("mastiff-party")).toMatchObject({
    status: 422,
    body: { error: "Validation failed: Name has already been taken", status: "name_taken" },
  });
  expect((await fly.call("GET", "/v1/apps?org_slug=mastiff")).body.total_apps).toBe(1);
  await run(fly, "mastiff-party", { image: "alpine:3.22", init: { cmd: ["sleep", "inf"] } });
  expect((await fly.call("GET", "/v1/apps/mastiff-party")).body).toMatchObject({
    status: "deployed",
    machine_count: 1,
  });
  expect((await fly.call("DELETE", "/v1/apps/mastiff-party")).status).toBe(202);
  expect(await fly.call("GET", "/v1/apps/mastiff-party")).toMatchObject({
    status: 404,
    body: { error: "app not found" },
  });
});

test.each([
  ["Bad_Name", "Validation failed: Name may only contain numbers, lowercase letters and dashes"],
  ["-party", "Validation failed: Name may not start or end with a dash"],
  ["", "Validation failed: Name can't be blank"],
  ["x".repeat(64), "Validation failed: Name is too long (maximum is 63 characters)"],
])("%s is no name for an app", async (name, error) => {
  expect(await create(name)).toMatchObject({ status: 422, body: { error } });
});

test("what belongs to somebody else is taken, refused over REST and absent in GraphQL", async () => {
  expect((await create("taken-by-another")).body.status).toBe("name_taken");
  expect((await fly.call("GET", "/v1/apps/taken-by-another")).status).toBe(403);
  expect((await fly.call("GET", "/v1/apps/taken-by-another/machines")).status).toBe(403);
  const answer = await fly.graphql('{ app(name: "taken-by-another") { id } }');
  expect(answer.errors[0]).toMatchObject({ message: 'Could not find App "taken-by-another"' });
  expect((await create("mine", "somebody")).status).toBe(404);
});

test("a token that nobody holds is let in nowhere", async () => {
  const headers = { authorization: "Bearer fm2_wrong" };
  expect((await fly.call("GET", "/v1/platform/regions", undefined, headers)).status).toBe(401);
  expect((await fly.call("GET", "/api/v1/organizations/mastiff", undefined, headers)).status).toBe(401);
  const graphql = await fly.call("POST", "/graphql", { query: "{ viewer { email } }" }, headers);
  expect(graphql).toMatchObject({
    status: 200,
    body: { errors: [{ message: "You must be authenticated to view this." }] },
  });
});

test("GraphQL refuses fields and arguments that Fly does not have", async () => {
  await makeApp(fly, "mastiff-party");
  const field = await fly.graphql('{ app(name: "mastiff-party") { nme } }');
  expect(field.errors[0].message).toContain('Cannot query field "nme" on type "App"');
  const argument = await fly.graphql('{ app(nam: "mastiff-party") { name } }');
  expect(argument.errors[0].message).toContain('Unknown argument "nam"');
  const input = await fly.graphql(
    "mutation($input: AllocateIPAddressInput!) { allocateIpAddress(input: $input) { app { id } } }",
    { input: { appId: "mastiff-party", type: "v5" } },
  );
  expect(input.errors[0].message).toContain('"v5" does not exist in "IPAddressType"');
});

test("addresses: another one at each call, the shared IPv4 once", async () => {
  await makeApp(fly, "mastiff-party");
  const allocate = (type: string) =>
    fly.graphql(
      "mutation($input: AllocateIPAddressInput!) { allocateIpAddress(input: $input) { app { sharedIpAddress } ipAddress { address type } } }",
      { input: { appId: "mastiff-party", type } },
    );
  await allocate("v6");
  await allocate("v6");
  await allocate("shared_v4");
  const shared = await allocate("shared_v4");
  expect(shared.data.allocateIpAddress).toEqual({
    app: { sharedIpAddress: "66.241.124.10" },
    ipAddress: null,
  });
  const app = stateOf(fly, "mastiff-party");
  expect(app.addresses.map((a) => a.type)).toEqual(["v6", "v6"]);
  expect(new Set(app.addresses.map((a) => a.address)).size).toBe(2);
  const gone = await fly.graphql(
    "mutation($input: ReleaseIPAddressInput!) { releaseIpAddress(input: $input) { clientMutationId } }",
    { input: { appId: "mastiff-party", ip: "2a09::1" } },
  );
  expect(gone.errors[0].message).toBe("Could not find IP address 2a09::1");
});

test("secrets are never read back, tell changes by digest, and reach machines made later only", async () => {
  await makeApp(fly, "mastiff-party");
  await stage(fly, "mastiff-party", { A: "one", B: "two" });
  const before = (await fly.call("GET", "/v1/apps/mastiff-party/secrets")).body.secrets;
  expect(JSON.stringify(before)).not.toContain("one");
  const config = { image: "alpine:3.22", init: { cmd: ["printenv", "A"] }, restart: { policy: "no" } };
  const old = await run(fly, "mastiff-party", config);
  await stage(fly, "mastiff-party", { A: "three", B: null });
  const after = (await fly.call("GET", "/v1/apps/mastiff-party/secrets")).body.secrets;
  expect(after.map((s: { name: string }) => s.name)).toEqual(["A"]);
  expect(after[0].digest).not.toBe(before[0].digest);
  expect(old.secrets.A).toBe("one");
  expect((await run(fly, "mastiff-party", config)).secrets).toEqual({ A: "three" });
});

test("a machine that demands secrets which are not there yet is refused", async () => {
  await makeApp(fly, "mastiff-party");
  await stage(fly, "mastiff-party", { A: "one" });
  const answer = await fly.call("POST", "/v1/apps/mastiff-party/machines", {
    config: { image: mastodon, guest: gigabyte },
    min_secrets_version: 2,
  });
  expect(answer.status).toBe(412);
  expect(answer.body.error).toContain("secrets version 2");
});

test("Upstash databases: a plan that is sold, a name once, the password in the address", async () => {
  const create = (more: Record<string, unknown> = {}) =>
    fly.graphql(
      "mutation($input: CreateAddOnInput!) { createAddOn(input: $input) { addOn { name publicUrl } } }",
      {
        input: {
          organizationId: "org_mastiff_0001",
          primaryRegion: "ams",
          name: "mastiff-party-redis",
          planId: "ekQ85Yjkw155ohQ5ALYq0M",
          readRegions: [],
          type: "upstash_redis",
          options: {},
          ...more,
        },
      },
    );
  const made = await create();
  expect(made.data.createAddOn.addOn.publicUrl).toMatch(
    /^redis:\/\/default:[\w]{32}@fly-mastiff-party-redis\.upstash\.io:6379$/,
  );
  expect((await create()).errors[0].message).toBe("Name has already been taken");
  expect((await create({ name: "other", planId: "gold" })).errors[0].message).toBe("Plan is invalid");
  expect((await create({ name: "other", primaryRegion: "xyz" })).errors[0].message).toBe(
    "Region xyz is invalid",
  );
  const gone = await fly.graphql('mutation { deleteAddOn(input: {name: "nobody"}) { deletedAddOnName } }');
  expect(gone.errors[0].message).toBe("Could not find AddOn");
});

test("networks of other names are other networks, whatever letters the names have", () => {
  const prefixOf = (network: string) =>
    networkPrefix(freshFly().world, { orgSlug: "mastiff", network } as App);
  const prefixes = ["default", "abc", "acb", "bca"].map(prefixOf);
  expect(new Set(prefixes).size).toBe(4);
  for (const prefix of prefixes) expect(prefix).toMatch(/^fdaa(:[0-9a-f]{1,4}){2}$/);
  expect(prefixOf("abc")).toBe(prefixes[1]);
});
