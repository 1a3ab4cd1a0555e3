/** Answers that are well formed and unexpected. */

import { account, zone } from "./cloudflare-api.ts";
import { refusal, type Scripted, scripted } from "./cloudflare-script.ts";
import { type Asking, make, type } from "./cloudflare-side.ts";
import { type Fields, isFailure, opened } from "./plugin-client.ts";

/** Makes a resource, refreshes it from the script's answer, and diffs and updates it with the same inputs. */
const settling =
  (name: string, inputs: Fields) =>
  async (asking: Asking): Promise<void> => {
    const { client, note } = asking;
    const made = await make(asking, name, inputs);
    if (made === undefined) return;
    note("diff", await client.diff(type(name), { ...made, news: inputs }));
    const read = await client.read(type(name), made.id, made.olds, made.oldInputs);
    note("refresh", read);
    if (isFailure(read) || read.id === "") return;
    const now = { id: made.id, olds: opened(read.outputs as Fields), oldInputs: read.inputs as Fields };
    note("diff after the refresh", await client.diff(type(name), { ...now, news: inputs }));
    note("update after the refresh", await client.update(type(name), { ...now, news: inputs }));
  };

const id = "0000000000000000000000000000e001";
const domain: Fields = {
  accountId: account,
  bucketName: "media",
  domain: "files.mastiff.party",
  zoneId: zone,
  enabled: true,
  minTls: "1.2",
  ciphers: ["A"],
};
const fullDomain = {
  domain: "files.mastiff.party",
  enabled: true,
  minTLS: "1.2",
  ciphers: ["A"],
  zoneId: zone,
  zoneName: "mastiff.party",
  status: { ownership: "active", ssl: "active" },
};
export const record: Fields = {
  zoneId: zone,
  name: "www",
  type: "TXT",
  content: "plain",
  ttl: 1,
  tags: ["b:2", "a:1"],
};
const recordAnswer = {
  id,
  name: "www.mastiff.party",
  type: "TXT",
  content: '"plain"',
  ttl: 1,
  proxied: false,
  proxiable: false,
  settings: {},
  meta: { auto: 1 },
  comment: null,
  tags: ["a:1", "b:2"],
  created_on: "2026-01-02T03:04:05.678901Z",
  modified_on: "2026-01-02T03:04:05+02:00",
};
const policies = [
  { effect: "allow", permissionGroups: [{ id: "2" }, { id: "1" }], resources: '{"b":"*","a":"*"}' },
  { effect: "deny", permissionGroups: [{ id: "3" }], resources: '{"c":"*"}' },
];
const wirePolicies = [
  { id: "p2", effect: "deny", permission_groups: [{ id: "3", name: "three" }], resources: { c: "*" } },
  { id: "p1", effect: "allow", permission_groups: [{ id: "1" }, { id: "2" }], resources: { b: "*", a: "*" } },
];
const tokenAnswer = {
  id,
  name: "media",
  status: "active",
  issued_on: "2026-01-02T03:04:05Z",
  policies: wirePolicies,
};
const rule = {
  ref: "acao",
  action: "rewrite",
  expression: "true",
  actionParameters: { headers: { a: { operation: "set", value: "b" } } },
};
export const rulesetInputs: Fields = {
  zoneId: zone,
  kind: "zone",
  name: "n",
  phase: "http_response_headers_transform",
  rules: [rule],
};
const rulesetAnswer = (
  more: object,
  rules: unknown = [
    {
      id,
      action: "rewrite",
      expression: "true",
      enabled: true,
      ref: "acao",
      action_parameters: { headers: { a: { operation: "set", value: "b" } } },
      ...more,
    },
  ],
) => ({ id, name: "n", kind: "zone", phase: "http_response_headers_transform", version: "1", rules });
const corsInputs: Fields = {
  accountId: account,
  bucketName: "media",
  rules: [{ allowed: { methods: ["GET"], origins: ["*"] } }],
};

export const surprising: Scripted[] = [
  scripted(
    "a custom domain that R2 has lost sight of",
    ({ method, attempt }) => ({
      result:
        method === "GET" && attempt > 1
          ? {
              domain: "files.mastiff.party",
              enabled: true,
              status: { ownership: "unknown", ssl: "unknown" },
              zoneId: null,
            }
          : fullDomain,
    }),
    settling("R2CustomDomain", domain),
  ),
  scripted(
    "a custom domain that is answered in brief, and then not at all",
    ({ method, attempt }) =>
      method === "GET" && attempt === 1
        ? { status: 404, text: refusal(1) }
        : { result: { domain: "files.mastiff.party", enabled: true } },
    settling("R2CustomDomain", domain),
  ),
  scripted(
    "a custom domain without a least version of TLS",
    () => ({ result: { ...fullDomain, minTLS: "1.0" } }),
    settling("R2CustomDomain", { ...domain, minTls: null }),
  ),
  scripted(
    "a record that the API quotes, stamps and sorts",
    () => ({ result: recordAnswer }),
    settling("DnsRecord", record),
  ),
  scripted(
    "a record that loses its settings",
    () => ({ result: { ...recordAnswer, type: "CNAME", content: "X.example", settings: undefined } }),
    settling("DnsRecord", { ...record, type: "CNAME", content: "x.example" }),
  ),
  scripted(
    "a record with data",
    () => ({
      result: {
        ...recordAnswer,
        type: "CAA",
        content: '0 issue "x"',
        data: { flags: 0, tag: "issue", value: "x" },
      },
    }),
    settling("DnsRecord", {
      zoneId: zone,
      name: "www",
      type: "CAA",
      ttl: 1,
      data: { flags: 0, tag: "issue", value: "x" },
    }),
  ),
  scripted(
    "a token whose policies come in another order",
    ({ method }) => ({ result: { ...tokenAnswer, ...(method === "POST" && { value: "told once" }) } }),
    settling("AccountToken", { accountId: account, name: "media", policies }),
  ),
  scripted(
    "a token that has expired",
    ({ method }) => ({
      result: { ...tokenAnswer, status: method === "POST" ? "active" : "expired", value: "told once" },
    }),
    settling("AccountToken", { accountId: account, name: "media", policies }),
  ),
  scripted(
    "a token without policies in the answer",
    () => ({ result: { id, name: "media" } }),
    settling("AccountToken", { accountId: account, name: "media", policies }),
  ),
  scripted(
    "a ruleset that is answered without rules",
    ({ method }) => ({ result: rulesetAnswer({}, method === "GET" ? undefined : [{ ...rule, id }]) }),
    settling("Ruleset", rulesetInputs),
  ),
  scripted(
    "a ruleset with parameters of the API's own",
    () => ({
      result: rulesetAnswer({
        action_parameters: {
          headers: { a: { operation: "set", value: "b" }, c: { operation: "remove" } },
          colour: "red",
        },
        logging: { enabled: true },
        categories: ["x"],
      }),
    }),
    settling("Ruleset", rulesetInputs),
  ),
  scripted(
    "a ruleset whose rules have other refs",
    () => ({ result: rulesetAnswer({ ref: id, description: null, enabled: null }) }),
    settling("Ruleset", { ...rulesetInputs, rules: [{ action: "rewrite", expression: "true" }] }),
  ),
  scripted(
    "a cache rule with a custom key",
    () => ({
      result: rulesetAnswer({
        action: "set_cache_settings",
        action_parameters: {
          cache: true,
          cache_key: { custom_key: { query_string: { include: ["a", "b"] } } },
        },
      }),
    }),
    settling("Ruleset", {
      ...rulesetInputs,
      rules: [
        {
          action: "set_cache_settings",
          expression: "true",
          actionParameters: {
            cache: true,
            cacheKey: { customKey: { queryString: { include: { lists: ["a", "b"] } } } },
          },
        },
      ],
    }),
  ),
  scripted(
    "CORS rules that get an id",
    ({ method }) => ({
      result:
        method === "GET" ? { rules: [{ id: "made", allowed: { methods: ["GET"], origins: ["*"] } }] } : {},
    }),
    settling("R2BucketCors", corsInputs),
  ),
  scripted(
    "CORS rules that are gone",
    ({ method }) => (method === "GET" ? { status: 404, text: refusal(10059) } : { result: {} }),
    settling("R2BucketCors", corsInputs),
  ),
  scripted(
    "a setting that somebody else has changed",
    ({ method }) => ({
      result: {
        id: "ssl",
        value: method === "GET" ? "off" : "strict",
        editable: true,
        modified_on: "2026-01-02T03:04:05Z",
        time_remaining: 0,
      },
    }),
    settling("ZoneSetting", { zoneId: zone, settingId: "ssl", value: "strict" }),
  ),
  scripted(
    "a setting of another type",
    () => ({ result: { id: "ssl", value: { enabled: true }, editable: true } }),
    settling("ZoneSetting", { zoneId: zone, settingId: "ssl", value: "strict" }),
  ),
];
