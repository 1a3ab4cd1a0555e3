import { hostname } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cloudflareProviderOf,
  communitiesIn,
  communityNamed,
  identityIn,
  resourcesOf,
  type StateResource,
} from "../../cli/communities.ts";
import { lockIn } from "../../cli/recover/engine.ts";
import { withoutHalfKnown } from "../../cli/recover/half-known.ts";
import { isLeftover, leftoverTokens } from "../../cli/recover/leftovers.ts";
import { hintFor, hintForNoAnswer } from "../../components/cloudflare/hints.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { CloudError } from "../../providers/shared/cloud-error.ts";
import { marked } from "../../providers/shared/mark.ts";
import { parse } from "../support/config.ts";

/** The file backend's message (pulumi 3.259, pkg/backend/diy/lock.go). */
const locked = (host: string, pid: number) =>
  [
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    `  file:///s/.pulumi/locks/organization/mastiff/dev/1.json: created by rex@${host} (pid ${pid}) at 2026-11-23T23:37:00Z`,
  ].join("\n");

test("a lock is dead only when its process was on this machine and is no more", () => {
  // Larger than any process id of Linux and macOS.
  const nobody = 99_999_999;
  expect(lockIn(locked(hostname(), nobody))).toEqual({
    holder: `rex@${hostname()}, process ${nobody}, since 2026-11-23T23:37:00Z`,
    isDead: true,
  });
  expect(lockIn(locked(hostname(), process.pid))?.isDead).toBe(false);
  expect(lockIn(locked("another-machine", nobody))?.isDead).toBe(false);
  expect(lockIn("error: [409] Conflict: Another update is currently in progress.")?.isDead).toBe(false);
  expect(lockIn("error: no such host")).toBeUndefined();
});

test.each([10004, 10073, 20217, 81044, 81053, 81057, 81058, 1061])(
  "Cloudflare's %d, which a crash may lead to, names the way out",
  (code) => {
    expect(hintFor(`{"errors":[{"code":${code},"message":"…"}]}`, "acme")).toContain(
      "npx mastiff recover -s acme",
    );
  },
);

test("no other error does", () => {
  expect(hintFor('{"errors":[{"code": 10042}]}', "acme")).toMatch(/^Cloudflare 10042: /);
  expect(hintFor('{"errors":[{"code": 10042}]}', "acme")).not.toContain("recover");
  expect(hintFor("connection refused")).toBeUndefined();
});

test.each([
  'POST "https://api/zones": 503 Service Unavailable ',
  "failed to deserialize http request: invalid character",
  'Post "https://api/zones": EOF',
])("a create without an answer (%s) may have happened; an update goes on by itself", (error) => {
  expect(hintForNoAnswer(error, "create", "media-token", "acme")).toContain("npx mastiff recover -s acme");
  const update = hintForNoAnswer(error, "update", "tls-ssl", "acme");
  expect(update).toContain("run the command again");
  expect(update).not.toContain("recover");
});

test("a refusal is an answer", () => {
  expect(
    hintForNoAnswer('POST "https://api/zones": 403 Forbidden {}', "create", "x", "acme"),
  ).toBeUndefined();
});

test("what has no id leaves the state, and nothing there speaks of it any more", () => {
  const urn = (name: string) => `urn:pulumi:acme::mastiff::type::${name}`;
  const one = (name: string, type: string, id: string, more = {}) => ({
    urn: urn(name),
    type,
    custom: true,
    id,
    ...more,
  });
  const dns = "cloudflare:index/dnsRecord:DnsRecord";
  const depends = {
    dependencies: [urn("half"), urn("whole")],
    propertyDependencies: { zoneId: null, records: [urn("half")] },
  };
  const deployment = {
    manifest: { version: "3" },
    resources: [
      one("whole", dns, "0".repeat(32)),
      one("half", dns, "{<nil>}"),
      // Another provider may use any id.
      one("other", "command:local:Command", "{<nil>}"),
      one("check", "pulumi-nodejs:dynamic/sendgrid:DomainValidation", "1", depends),
    ],
  };
  const found = withoutHalfKnown(deployment);
  expect(found?.names).toEqual(["half"]);
  const { manifest, resources } = found?.deployment ?? {};
  expect(manifest).toEqual(deployment.manifest);
  expect(resources?.map((resource) => resource.urn)).toEqual([urn("whole"), urn("other"), urn("check")]);
  expect(resources?.[2]).toMatchObject({
    dependencies: [urn("whole")],
    propertyDependencies: { zoneId: null, records: [] },
  });
  expect(withoutHalfKnown(found?.deployment ?? {})).toBeUndefined();
});

describe("what recover takes away", () => {
  const world = { identity: "3f9a1c0b77de", began: "2026-11-23T10:00:00Z", ended: "2026-11-23T10:50:00Z" };
  const mark = "3f9a1c0b77de mastiff/acme";
  const another = "0b77de3f9a1c mastiff/acme";
  const made = "2026-11-23T11:00:00Z";
  const none: ReadonlySet<string> = new Set();

  test.each([
    ["a record, a ruleset, the first token", marked(mark)],
    ["a token of a rotated key", marked(mark, "2026-11")],
    ["the token of the last dump", marked(mark, "last dump")],
    ["a thing marked under an earlier name of the stack", marked("3f9a1c0b77de mastiff/before")],
  ])("%s that bears the state's identity and is in no state goes", (_what, text) => {
    expect(isLeftover({ id: "1", text, made }, world, none)).toBe(true);
  });

  test.each([
    ["that the state lists", { id: "1", text: marked(mark), made }, world, new Set(["1"])],
    ["of another identity, under the very same name", { id: "1", text: marked(another), made }, world, none],
    ["of a Mastiff from before identities", { id: "1", text: "Mastiff mastiff/acme", made }, world, none],
    ["of a person's", { id: "1", text: "made for Mastiff", made }, world, none],
    ["without a text", { id: "1", text: null, made }, world, none],
    ["older than the stack", { id: "1", text: marked(mark), made: "2026-11-22T00:00:00Z" }, world, none],
    [
      "made by runs that this state, an older export, has not seen",
      { id: "1", text: marked(mark), made: "2026-11-25T00:00:00Z" },
      world,
      none,
    ],
    [
      "when the state is empty",
      { id: "1", text: marked(mark), made },
      { identity: undefined, began: undefined, ended: undefined },
      none,
    ],
    [
      "when the state has no identity",
      { id: "1", text: marked(mark), made },
      { ...world, identity: undefined },
      none,
    ],
  ])("a thing %s stays", (_which, thing, state, known) => {
    expect(isLeftover(thing, state, known)).toBe(false);
  });

  test("no text whatever makes a thing ours that does not hold our identity", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom(marked(another), "Mastiff mastiff/acme", "mastiff 3f9a"),
    );
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!text.includes(world.identity));
        expect(isLeftover({ id: "1", text, made }, world, none)).toBe(false);
      }),
    );
  });

  test("the identity is read from the state, and from nothing else", () => {
    const type = "random:index/randomId:RandomId";
    const urn = (name: string) => `urn:pulumi:acme::mastiff::mastiff:mastodon:Identity$${type}::${name}`;
    const one = { urn: urn("community-identity-id"), type, outputs: { hex: world.identity } };
    const another = { ...one, urn: urn("old-community-identity-id"), outputs: { hex: "0b77de3f9a1c" } };
    expect(identityIn([another, one], "community")).toBe(world.identity);
    expect(identityIn([another, one], "old-community")).toBe("0b77de3f9a1c");
    expect(identityIn([another, one], "dogs")).toBeUndefined();
    expect(identityIn([{ ...one, urn: urn("another-id") }], "community")).toBeUndefined();
    expect(identityIn([{ ...one, outputs: {} }], "community")).toBeUndefined();
    expect(identityIn([], "community")).toBeUndefined();
  });
});

describe("the communities of a stack", () => {
  const urn = (type: string, name: string) => `urn:pulumi:acme::mastiff::${type}::${name}`;
  const one = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
    type,
    urn: urn(type, name),
    ...more,
  });
  const type = "mastiff:index:Community";
  const provider = (name: string, inputs: Record<string, unknown>) =>
    one("pulumi:providers:cloudflare", name, { inputs });
  const record = (name: string, of: string, from: string) =>
    one("cloudflare:index/dnsRecord:DnsRecord", name, {
      parent: urn("mastiff:cloudflare:Records", of),
      provider: `${urn("pulumi:providers:cloudflare", from)}::7f`,
    });
  const records = (name: string, of: string) =>
    one("mastiff:cloudflare:Records", name, { parent: urn(type, of) });
  const resources = [
    provider("default_6_22_1", { baseUrl: "https://config.example" }),
    provider("mine", { baseUrl: "https://mine.example" }),
    one(type, "dogs"),
    records("dogs-records", "dogs"),
    record("dogs-records-web", "dogs-records", "default_6_22_1"),
    one(type, "dogs-old", { inputs: { domain: "old.mastiff.party" } }),
    records("dogs-old-records", "dogs-old"),
    record("dogs-old-records-web", "dogs-old-records", "mine"),
  ];
  const found = communitiesIn(resources);
  const [dogs, old] = found as [(typeof found)[0], (typeof found)[0]];

  test("are read from its state, with the arguments of those that have some", () => {
    expect(found.map(({ name, args }) => [name, args])).toEqual([
      ["dogs", undefined],
      ["dogs-old", { domain: "old.mastiff.party" }],
    ]);
  });

  test("each have their own resources, whatever their names begin with", () => {
    const names = (of: typeof dogs) => resourcesOf(of, resources).map((own) => own.urn.split("::").at(-1));
    expect(names(dogs)).toEqual(["dogs", "dogs-records", "dogs-records-web"]);
    expect(names(old)).toEqual(["dogs-old", "dogs-old-records", "dogs-old-records-web"]);
  });

  test("each have their own way to Cloudflare: the config's, or an explicit provider's", () => {
    expect(cloudflareProviderOf(resourcesOf(dogs, resources), resources)).toBeUndefined();
    expect(cloudflareProviderOf(resourcesOf(old, resources), resources)).toEqual({
      baseUrl: "https://mine.example",
    });
    expect(cloudflareProviderOf([], resources)).toBeUndefined();
  });

  test("are named where there are several; the only one need not be", () => {
    expect(communityNamed(found, "dogs-old", "acme")).toBe(old);
    expect(communityNamed([dogs], undefined, "acme")).toBe(dogs);
    expect(communityNamed([], undefined, "acme")).toBeUndefined();
    expect(() => communityNamed(found, undefined, "acme")).toThrow(
      /^The stack acme has 2 communities\..*with --community <name>: dogs, dogs-old$/s,
    );
    expect(() => communityNamed(found, "cats", "acme")).toThrow(
      /^The stack acme has no community "cats"\..*with --community <name>: dogs, dogs-old$/s,
    );
    expect(() => communityNamed([], "cats", "acme")).toThrow(/: none$/);
  });
});

describe("tokens that no state records", () => {
  const mine = "00000000000000000000000000000d09";
  const theirs = "f".repeat(32);
  const identity = "3f9a1c0b77de";
  const world = (account?: string): Parameters<typeof leftoverTokens>[1] => ({
    community: parse({
      cloudflareAccountId: mine,
      backup: JSON.stringify(account === undefined ? {} : { account }),
    }),
    identity,
    began: "2026-11-29T03:00:00Z",
    ended: "2026-11-29T03:10:00Z",
    ids: () => new Set<string>(),
  });
  const token = { id: "t", name: marked(`${identity} mastiff/acme`, "backups") };
  /** A Cloudflare that lists one token in each account, and refuses with a status in these. */
  const cloudThat = (refuses: Record<string, number> = {}) => {
    const asked: string[] = [];
    const cloud = {
      async get(path: string) {
        asked.push(path);
        const status = refuses[path.split("/")[2] ?? ""];
        if (status !== undefined)
          throw new CloudError({ cloud: "Cloudflare", call: `GET ${path}`, status, messages: ["no"] });
        return { result: [{ ...token, issued_on: "2026-11-29T03:05:00Z" }] };
      },
    } as unknown as CloudClient;
    return { cloud, asked };
  };
  const find = async (cloud: CloudClient, of: ReturnType<typeof world>) => {
    const unseen: string[] = [];
    const found = await leftoverTokens(cloud, of, (words) => unseen.push(words));
    return { paths: found.map(({ path }) => path), unseen };
  };

  test("are looked for in the account of the uploads, and in that of the backups", async () => {
    expect(await find(cloudThat().cloud, world())).toEqual({
      paths: [`/accounts/${mine}/tokens/t`],
      unseen: [],
    });
    expect((await find(cloudThat().cloud, world(theirs))).paths).toEqual([
      `/accounts/${mine}/tokens/t`,
      `/accounts/${theirs}/tokens/t`,
    ]);
  });

  test.each([401, 403])(
    "in an account of the backups that answers %d are said to be unseen",
    async (status) => {
      expect(await find(cloudThat({ [theirs]: status }).cloud, world(theirs))).toEqual({
        paths: [`/accounts/${mine}/tokens/t`],
        unseen: [
          `tokens in the account ${theirs} (mastiff:backup.account) were not looked at: CLOUDFLARE_API_TOKEN may not list them`,
        ],
      });
    },
  );

  test("any other refusal ends the search: nothing may be told of what was not seen", async () => {
    await expect(find(cloudThat({ [theirs]: 500 }).cloud, world(theirs))).rejects.toThrow(CloudError);
    await expect(find(cloudThat({ [mine]: 403 }).cloud, world(theirs))).rejects.toThrow(CloudError);
  });
});
