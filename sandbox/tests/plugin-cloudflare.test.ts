import { afterAll, expect, test, vi } from "vitest";
import {
  account,
  closeProviders,
  type Fields,
  fn,
  freshApi,
  openProvider,
  scriptedApi,
  type,
  unknown,
  zone,
} from "./provider-call.ts";

afterAll(closeProviders);

const bucket = { accountId: account, name: "media" };
const record: Fields = { zoneId: zone, name: "www.mastiff.party", type: "A", content: "192.0.2.1", ttl: 300 };
const rule = (value: string): Fields => ({
  ref: "acao",
  action: "rewrite",
  expression: "true",
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value } } },
});
const ruleset = (rules: Fields[]): Fields => ({
  zoneId: zone,
  kind: "zone",
  name: "headers",
  phase: "http_response_headers_transform",
  rules,
});
const token: Fields = {
  accountId: account,
  name: "media",
  policies: [
    {
      effect: "allow",
      permissionGroups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
      resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${account}_default_media`]: "*" }),
    },
  ],
};

test("a bucket is created by its hint, patched by a header, and deleted by its name", async () => {
  await using provider = await openProvider();
  const made = await provider.make("R2Bucket", { ...bucket, location: "weur" });
  const news = { ...bucket, location: "weur", storageClass: "InfrequentAccess" };
  await provider.client.update(type("R2Bucket"), { ...made, news });
  await provider.client.delete(type("R2Bucket"), made.id, made.olds, made.oldInputs);
  expect(made.id).toBe("media");
  expect(provider.lines()).toEqual([
    'POST /accounts/A/r2/buckets {"locationHint":"weur","name":"media","storageClass":"Standard"}',
    "PATCH /accounts/A/r2/buckets/media",
    "DELETE /accounts/A/r2/buckets/media",
  ]);
  expect(provider.calls()[1]?.headers).toMatchObject({
    "cf-r2-jurisdiction": "default",
    "cf-r2-storage-class": "InfrequentAccess",
  });
});

test("the state of a new resource holds the schema's version and the way back to Terraform's state", async () => {
  await using provider = await openProvider();
  const { outputs } = await provider.make("R2Bucket", bucket);
  expect(outputs).toEqual({
    __meta: '{"schema_version":"500"}',
    __pulumi_raw_state_delta: { obj: {} },
    ...bucket,
    id: "media",
    creationDate: expect.stringMatching(/^\d{4}-/),
    jurisdiction: "default",
    location: expect.any(String),
    storageClass: "Standard",
  });
});

test("what belongs to a bucket has no id of its own", async () => {
  await using provider = await openProvider();
  await provider.make("R2Bucket", bucket);
  const rules = [{ id: "web", allowed: { methods: ["GET"], origins: ["https://mastiff.party"] } }];
  const cors = await provider.make("R2BucketCors", { accountId: account, bucketName: "media", rules });
  const domain = { accountId: account, bucketName: "media", domain: "files.mastiff.party", zoneId: zone };
  const custom = await provider.make("R2CustomDomain", { ...domain, enabled: true, minTls: "1.2" });
  expect([cors.id, custom.id]).toEqual(["missing ID", "missing ID"]);
});

/** A bucket's rules as a community's backups have them: by their prefix, in the order of their ids. */
const expiring = (id: string, days: number): Fields => ({
  id,
  enabled: true,
  conditions: { prefix: `${id}/` },
  deleteObjectsTransition: { condition: { type: "Age", maxAge: days * 86_400 } },
});
const aborting: Fields = {
  id: "abort",
  enabled: true,
  conditions: { prefix: "" },
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 86_400 } },
};
const rulesOf = (rules: Fields[]): Fields => ({ accountId: account, bucketName: "media", rules });

test("lifecycle rules are put as a whole, settle after a refresh, and stay when they are deleted", async () => {
  await using provider = await openProvider();
  await provider.make("R2Bucket", bucket);
  const inputs = rulesOf([aborting, expiring("daily", 14), expiring("weekly", 56)]);
  const made = await provider.make("R2BucketLifecycle", inputs);
  expect(made.id).toBe("missing ID");
  expect(await provider.diff("R2BucketLifecycle", made, inputs)).toEqual([[], []]);
  const read = (await provider.client.read(type("R2BucketLifecycle"), made.id, made.olds, inputs)) as Fields;
  const refreshed = { ...made, olds: read.outputs as Fields };
  expect(await provider.diff("R2BucketLifecycle", refreshed, inputs)).toEqual([[], []]);
  const news = rulesOf([aborting, expiring("daily", 7)]);
  expect(await provider.diff("R2BucketLifecycle", made, news)).toEqual([["rules"], []]);
  await provider.client.update(type("R2BucketLifecycle"), { ...made, news });
  await provider.client.delete(type("R2BucketLifecycle"), made.id, made.olds, inputs);
  const calls = provider.lines().filter((line) => line.includes("/lifecycle"));
  expect(calls.map((line) => line.split(" ")[0])).toEqual(["PUT", "GET", "PUT"]);
  expect(JSON.parse(calls[2]?.split(" ").slice(2).join(" ") ?? "")).toEqual({ rules: news.rules });
});

test("lifecycle rules in another order than that of their ids differ after each refresh", async () => {
  await using provider = await openProvider();
  await provider.make("R2Bucket", bucket);
  const inputs = rulesOf([expiring("weekly", 56), expiring("daily", 14)]);
  const made = await provider.make("R2BucketLifecycle", inputs);
  expect(await provider.diff("R2BucketLifecycle", made, inputs)).toEqual([[], []]);
  const read = (await provider.client.read(type("R2BucketLifecycle"), made.id, made.olds, inputs)) as Fields;
  const refreshed = { ...made, olds: read.outputs as Fields };
  expect(await provider.diff("R2BucketLifecycle", refreshed, inputs)).toEqual([["rules"], []]);
});

test("a preview knows what the program says and the defaults, and nothing that the API decides", async () => {
  await using provider = await openProvider();
  const preview = await provider.client.create(type("DnsRecord"), record, { preview: true });
  expect(preview).toEqual({
    id: "",
    outputs: {
      ...record,
      proxied: false,
      ...Object.fromEntries(
        ["createdOn", "id", "meta", "modifiedOn", "proxiable", "settings", "tags", "tagsModifiedOn"].map(
          (name) => [name, unknown],
        ),
      ),
    },
  });
  expect(provider.lines()).toEqual([]);
});

test("the same inputs again are no change", async () => {
  await using provider = await openProvider();
  for (const [name, inputs] of [
    ["DnsRecord", record],
    ["Ruleset", ruleset([rule("*")])],
    ["AccountToken", token],
    ["ZoneSetting", { zoneId: zone, settingId: "ssl", value: "strict" }],
  ] as const) {
    const made = await provider.make(name, inputs);
    expect([name, ...(await provider.diff(name, made, inputs))]).toEqual([name, [], []]);
  }
});

test("another type replaces a record, other content does not", async () => {
  await using provider = await openProvider();
  const made = await provider.make("DnsRecord", record);
  expect(await provider.diff("DnsRecord", made, { ...record, content: "192.0.2.2" })).toEqual([
    ["content", "modifiedOn"],
    [],
  ]);
  expect(await provider.diff("DnsRecord", made, { ...record, type: "AAAA", content: "2001:db8::1" })).toEqual(
    [["content", "modifiedOn", "type"], ["type"]],
  );
});

test("a record in short is the record in full after a refresh", async () => {
  await using provider = await openProvider();
  const short = { ...record, name: "www" };
  const made = await provider.make("DnsRecord", short);
  expect(made.olds.name).toBe("www");
  const read = (await provider.client.read(type("DnsRecord"), made.id, made.olds, short)) as Fields;
  const olds = read.outputs as Fields;
  expect(olds.name).toBe("www.mastiff.party");
  expect(await provider.diff("DnsRecord", { ...made, olds }, short)).toEqual([[], []]);
});

test("a custom domain without a least version of TLS never settles", async () => {
  await using provider = await openProvider();
  await provider.make("R2Bucket", bucket);
  const inputs = {
    accountId: account,
    bucketName: "media",
    domain: "files.mastiff.party",
    zoneId: zone,
    enabled: true,
  };
  const made = await provider.make("R2CustomDomain", inputs);
  const [changed] = await provider.diff("R2CustomDomain", made, inputs);
  expect(changed).toContain("minTls");
  await provider.client.update(type("R2CustomDomain"), { ...made, news: inputs });
  expect(provider.lines().find((line) => line.startsWith("PUT"))).toContain('"minTLS":null');
});

test("a rule keeps its id by its ref, and loses it without one", async () => {
  await using provider = await openProvider();
  const made = await provider.make("Ruleset", ruleset([rule("*")]));
  const idOf = (answer: unknown) => (answer as { outputs: { rules: { id: string }[] } }).outputs.rules[0]?.id;
  const before = idOf({ outputs: made.olds });
  const preview = (rules: Fields[]) =>
    provider.client.update(type("Ruleset"), { ...made, news: ruleset(rules), preview: true });
  expect(idOf(await preview([rule("https://mastiff.party")]))).toBe(before);
  expect(idOf(await preview([{ ...rule("*"), ref: "other" }]))).toBe(unknown);
});

test("a token's value is secret, told once, and kept by updates and refreshes", async () => {
  await using provider = await openProvider();
  const made = await provider.make("AccountToken", token);
  const value = made.olds.value;
  expect(value).toEqual(expect.any(String));
  expect(JSON.stringify(made.outputs.value)).toContain("1b47061264138c4ac30d75fd1eb44270");
  const news = { ...token, name: "renamed" };
  const updated = (await provider.client.update(type("AccountToken"), { ...made, news })) as Fields;
  const read = (await provider.client.read(type("AccountToken"), made.id, made.olds, token)) as Fields;
  expect((updated.outputs as { value: { value: string } }).value.value).toBe(value);
  expect((read.outputs as { value: { value: string } }).value.value).toBe(value);
  expect(provider.lines()[1]).toContain('"resources":{"com.cloudflare.edge.r2.bucket.');
});

test("what the API no longer knows is gone at the next refresh", async () => {
  await using provider = await openProvider();
  const made = await provider.make("DnsRecord", record);
  await provider.client.delete(type("DnsRecord"), made.id, made.olds, record);
  expect(await provider.client.read(type("DnsRecord"), made.id, made.olds, record)).toMatchObject({ id: "" });
});

test("a setting stays in the cloud when it is deleted", async () => {
  await using provider = await openProvider();
  const inputs = { zoneId: zone, settingId: "ssl", value: "strict" };
  const made = await provider.make("ZoneSetting", inputs);
  expect(await provider.client.delete(type("ZoneSetting"), made.id, made.olds, inputs)).toEqual({});
  expect(provider.lines()).toEqual([`PATCH /zones/${zone}/settings/ssl {"value":"strict"}`]);
});

test("a refusal says method, address, status and body", async () => {
  await using provider = await openProvider();
  await provider.make("DnsRecord", record);
  const again = provider.message(await provider.client.create(type("DnsRecord"), record));
  expect(again).toMatch(
    /^failed to make http request: POST "\/zones\/[0-9a-f]{32}\/dns_records": 400 Bad Request {"success":false,"errors":\[{"code":81058,/,
  );
});

test("a proxied record with a TTL is refused before anything is asked", async () => {
  await using provider = await openProvider();
  const answer = await provider.client.create(type("DnsRecord"), { ...record, proxied: true });
  expect(provider.message(answer)).toBe(
    "ttl must be set to 1 when `proxied` is true: When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL internally.",
  );
  expect(provider.lines()).toEqual([]);
});

test.each([
  ["R2Bucket", { accountId: account }, "Missing required property 'name': Name of the bucket."],
  [
    "R2Bucket",
    { ...bucket, location: "mars" },
    `Invalid Attribute Value Match. Attribute location value must be one of: ["apac" "eeur" "enam" "weur" "wnam" "oc"], got: "mars". Examine values at 'it.location'.`,
  ],
  [
    "Ruleset",
    { ...ruleset([]), zoneId: "short" },
    "Invalid Attribute Value Match. Attribute zone_id value must be a 32-character hexadecimal string, got: short. Examine values at 'it.zoneId'.",
  ],
  [
    "Ruleset",
    ruleset([{ ...rule("*"), actionParameters: { ssl: "strict" } }]),
    `Invalid Attribute Combination. "rules[0].action_parameters.ssl" can only be set if "<.<.action" is "set_config". Examine values at 'it.rules[0].actionParameters.ssl'.`,
  ],
  [
    "Ruleset",
    ruleset([{ action: "redirect", expression: "true", actionParameters: { fromValue: {} } }]),
    `Not served by the local Cloudflare. The local Cloudflare serves no rules with the action "redirect": leave the rule out of stacks on the local clouds. Examine values at 'it.rules[0].actionParameters.fromValue'.`,
  ],
])("a bad %s is refused in words", async (name, inputs: Fields, reason) => {
  await using provider = await openProvider();
  const checked = await provider.client.check(type(name), inputs);
  expect(checked).toMatchObject({ failures: [{ property: "", reason }] });
});

test("a value of another type is refused at once", async () => {
  await using provider = await openProvider();
  const answer = await provider.client.check(type("DnsRecord"), { ...record, ttl: "soon" });
  expect(provider.message(answer)).toBe(
    'cannot encode resource inputs to call ValidateResourceConfig: objectEncoder failed on property "ttl": Expected a Number, got resource.PropertyValue{V:"soon"} true',
  );
});

test("a type that is not served is named, with those that are", async () => {
  await using provider = await openProvider();
  const answer = await provider.client.create(type("PageRule"), {});
  expect(provider.message(answer)).toMatch(
    /^\[pf\/tfbridge\] unknown resource token: cloudflare:index\/pageRule:PageRule \(the local provider serves AccountToken, /,
  );
});

test("an import reads twice, and answers what a program would have to say", async () => {
  await using provider = await openProvider();
  const made = await provider.make("DnsRecord", { ...record, comment: "mail" });
  const read = await provider.client.read(type("DnsRecord"), `${zone}/${made.id}`);
  expect(read).toMatchObject({ id: made.id, inputs: { ...record, comment: "mail" } });
  expect(provider.lines().filter((line) => line.startsWith("GET"))).toHaveLength(2);
  const wrong = await provider.client.read(type("DnsRecord"), made.id);
  expect(provider.message(wrong)).toContain('expected urlencoded segments "<zone_id>/<dns_record_id>"');
});

const busy = (status: number, headers: Record<string, string>) =>
  scriptedApi(() => ({ status, headers, text: "{}" }));

test("what may pass is tried eleven times, each with its number", async () => {
  await using provider = await openProvider(() => busy(429, { "retry-after-ms": "0" }));
  await provider.client.create(type("R2Bucket"), bucket);
  const counts = provider.calls().map(({ headers }) => headers["x-stainless-retry-count"]);
  expect(counts).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
});

test("without a wish of the server a retry waits two seconds, less up to a quarter", async () => {
  await using provider = await openProvider(() =>
    scriptedApi(({ attempt }) =>
      attempt === 1 ? { status: 503, text: "{}" } : { result: { name: "media" } },
    ),
  );
  const started = performance.now();
  await provider.client.create(type("R2Bucket"), bucket);
  const waited = performance.now() - started;
  expect(provider.calls()).toHaveLength(2);
  expect(waited).toBeGreaterThan(1400);
});

test.each([
  [408, { "retry-after-ms": "0" }, 11],
  [409, { "retry-after": "0" }, 11],
  [500, { "retry-after-ms": "0" }, 11],
  [409, { "x-should-retry": "false" }, 1],
  [400, {}, 1],
  [400, { "x-should-retry": "true", "retry-after-ms": "0" }, 11],
])("%i with %o is tried %i times", async (status, headers, times) => {
  await using provider = await openProvider(() => busy(status, headers as Record<string, string>));
  await provider.client.create(type("R2Bucket"), bucket);
  expect(provider.calls()).toHaveLength(times);
});

test("credentials that the configuration leaves out come from the environment", async () => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "from-the-environment");
  await using provider = await openProvider(freshApi, {});
  await provider.client.create(type("R2Bucket"), bucket);
  vi.unstubAllEnvs();
  expect(provider.calls()[0]?.headers.authorization).toBe("Bearer from-the-environment");
});

test("a zone is found by its name, and only one", async () => {
  await using provider = await openProvider();
  const found = (await provider.client.invoke(fn("getZone"), {
    filter: { name: "mastiff.party" },
  })) as Fields;
  expect(found.result).toMatchObject({ id: zone, zoneId: zone, name: "mastiff.party", status: "active" });
  expect(provider.lines()).toEqual(["GET /zones?name=mastiff.party", `GET /zones/${zone}`]);
  const none = await provider.client.invoke(fn("getZone"), { filter: { name: "nowhere.example" } });
  expect(provider.message(none)).toBe("failed to find exactly one result: 0 found");
});

test("records are listed page by page until one is empty", async () => {
  const page = [{ id: "1", name: "a.mastiff.party", type: "A", content: "192.0.2.1" }];
  await using provider = await openProvider(() =>
    scriptedApi(({ path }) => ({ result: path.includes("page=3") ? [] : page })),
  );
  const found = (await provider.client.invoke(fn("getDnsRecords"), { zoneId: zone, type: "A" })) as Fields;
  expect((found.result as Fields).results).toHaveLength(2);
  expect(provider.lines()).toEqual(
    ["?type=A", "?page=2&type=A", "?page=3&type=A"].map((query) => `GET /zones/${zone}/dns_records${query}`),
  );
});

test("permission groups of an account are found with their names", async () => {
  await using provider = await openProvider();
  const found = (await provider.client.invoke(fn("getAccountApiTokenPermissionGroupsList"), {
    accountId: account,
  })) as Fields;
  expect((found.result as { results: { name: string }[] }).results.map(({ name }) => name)).toContain(
    "Workers R2 Storage Bucket Item Write",
  );
});
