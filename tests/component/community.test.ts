/** Communities in a program that is not ours: made from arguments, several of them, beside other resources. */
import * as pulumi from "@pulumi/pulumi";
import axios, { AxiosError, type InternalAxiosRequestConfig } from "axios";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CommunityArgs } from "../../components/community-args.ts";
import { recipient } from "../support/backup-recipient.ts";
import { leavesOf, Secret, Unknown } from "../support/wire-values.ts";

// First the fixture: it stands in for modules that the community loads.
const { declareCommunities, zoneClients } = await import("./program-fixture.ts");
const { Community } = await import("../../components/index.ts");

const dogsArgs: CommunityArgs = {
  domain: "mastiff.party",
  owner: { username: "rex", email: "rex@mastiff.party" },
  cloudflare: { accountId: "00000000000000000000000000000d09" },
  fly: { organization: "mastiff", region: "fra" },
  preset: "tiny",
  backup: "off",
  housekeeping: "off",
};
const catsArgs: CommunityArgs = {
  ...dogsArgs,
  domain: "cats.mastiff.party",
  cloudflare: { ...dogsArgs.cloudflare, zone: "mastiff.party" },
  sizes: { web: { count: 2 } },
  secretEnv: { DEEPL_API_KEY: "planted-deepl-key" },
};

test("two communities of one program share nothing but the program, and no logical name", async () => {
  const { resources, outputs } = await declareCommunities(() => {
    const [dogs, cats] = [new Community("dogs", dogsArgs), new Community("cats", catsArgs)];
    return { dogs: dogs.url, cats: cats.url, flyToml: cats.flyToml };
  });
  expect(outputs).toMatchObject({ dogs: "https://mastiff.party", cats: "https://cats.mastiff.party" });
  expect(outputs.flyToml).toContain('primary_region = "fra"');
  const named = (community: string) => resources.filter(({ name }) => name.startsWith(community));
  expect(named("dogs").length).toBeGreaterThan(80);
  expect(named("cats").length).toBeGreaterThan(80);
  expect(named("dogs").length + named("cats").length).toBe(resources.length);
  const hooks = resources.flatMap(({ hooks: all, name, errorHooks }) =>
    [...Object.values(all).flatMap((some) => some.map((hook) => hook.name)), ...errorHooks].map((hook) => [
      name.split("-")[0],
      hook.split("-")[0],
    ]),
  );
  expect(hooks.length).toBeGreaterThan(20);
  expect(hooks.filter(([owner, hook]) => owner !== hook)).toEqual([]);
});

test("a resource of the program's own is left as it is", async () => {
  const { DnsRecord } = await import("../../components/cloudflare/cloudflare.ts");
  const exitCode = process.exitCode;
  const { resources } = await declareCommunities(() => {
    new Community("dogs", dogsArgs);
    new DnsRecord("blog", {
      zoneId: "z",
      type: "A",
      name: "blog.mastiff.party",
      content: "192.0.2.1",
      ttl: 1,
    });
  });
  const blog = resources.find(({ name }) => name === "blog");
  expect(blog?.errorHooks).toEqual([]);
  expect(Object.values(blog?.hooks ?? {}).flat()).toEqual([]);
  expect(process.exitCode).toBe(exitCode);
});

test("resource options reach what the community makes", async () => {
  const seen: string[] = [];
  const { resources } = await declareCommunities(() => {
    new Community("dogs", dogsArgs, {
      protect: true,
      transformations: [
        ({ name }) => {
          seen.push(name);
          return undefined;
        },
      ],
    });
  });
  expect(resources.filter(({ protect }) => !protect).map(({ name }) => name)).toEqual([]);
  expect(seen.sort()).toEqual(resources.map(({ name }) => name).sort());
});

test("arguments are recorded as the community's inputs, secrets as secrets", async () => {
  const { resources } = await declareCommunities(
    () => void new Community("cats", { ...catsArgs, mail: { smtp: smtp("planted-password") } }),
  );
  expect(resources.find(({ name }) => name === "cats")?.inputs).toMatchObject({
    domain: "cats.mastiff.party",
    sizes: { web: { count: 2 } },
    secretEnv: { DEEPL_API_KEY: new Secret("planted-deepl-key") },
    mail: { smtp: { password: new Secret("planted-password") } },
  });
});

test("backups are an argument: known outputs in it are as good as texts, and its key is a secret", async () => {
  const { resources } = await declareCommunities(() => {
    const backup = { schedule: "hourly" as const, recipients: [pulumi.output(recipient)] };
    const backupKey = { accessKeyId: "own-key", secretAccessKey: "planted-own-secret" };
    new Community("dogs", { ...dogsArgs, backup, backupKey });
  });
  const inputsOf = (name: string) => resources.find((one) => one.name === name)?.inputs;
  expect(inputsOf("dogs")).toMatchObject({
    backup: { schedule: "hourly", recipients: [recipient] },
    backupKey: { accessKeyId: "own-key", secretAccessKey: new Secret("planted-own-secret") },
  });
  expect(inputsOf("dogs-backups-access")).toMatchObject({
    accessKeyId: "own-key",
    secretAccessKey: new Secret("planted-own-secret"),
  });
  expect(inputsOf("dogs-backups-machine")?.environment).toMatchObject({
    SPEC: expect.stringContaining('"schedule":"hourly"'),
  });
});

const smtp = (password: string) => ({ server: "smtp.example.org", login: "rex", password });

test("an output that is known is as good as a text", async () => {
  const { outputs } = await declareCommunities(() => {
    const owner = { username: pulumi.output("rex"), email: pulumi.output("rex@mastiff.party") };
    return { owner: new Community("dogs", { ...dogsArgs, owner }).ownerUsername };
  });
  expect(outputs.owner).toBe("rex");
});

test("wrong arguments are refused together, in the words of arguments", async () => {
  const wrong = { ...dogsArgs, owner: { username: "rex!", email: "rex" }, preset: "huge" } as unknown;
  await expect(declareCommunities(() => void new Community("dogs", wrong as CommunityArgs))).rejects.toThrow(
    /^3 problem\(s\) in the arguments of Community "dogs", nothing was done:.*preset is "huge".*fix: set preset to <value> in the arguments of Community "dogs".*owner\.username.*owner\.email/s,
  );
});

test("an argument that does not exist is refused by its name", async () => {
  const wrong = { ...dogsArgs, fly: { ...dogsArgs.fly, machines: 3 } };
  await expect(declareCommunities(() => void new Community("dogs", wrong))).rejects.toThrow(
    'Community "dogs" has no such arguments: fly.machines. Nothing was done.',
  );
});

test("an output that a preview cannot know is refused, but a secret may be unknown", async () => {
  const later = <T>(value: T) => pulumi.output(value).apply((known) => pulumi.unknown ?? known) as never;
  await expect(
    declareCommunities(
      () => void new Community("dogs", { ...dogsArgs, cloudflare: { accountId: later("x") } }),
      {
        preview: true,
      },
    ),
  ).rejects.toThrow('Community "dogs": not known in this preview: cloudflare.accountId.');
  await declareCommunities(
    () => void new Community("dogs", { ...dogsArgs, mail: { smtp: smtp(later("planted")) } }),
    { preview: true },
  );
});

test("what is refused later is said in the words of arguments too", async () => {
  await expect(
    declareCommunities(() => void new Community("dogs", dogsArgs), { zone: null }),
  ).rejects.toThrow(
    /set in {2}cloudflare\.zone \(or domain\), cloudflare\.accountId.*set cloudflare\.zoneMode to created in the arguments of Community "dogs"/s,
  );
});

describe("an explicit Cloudflare provider", () => {
  const apiToken = "planted-token-of-the-provider";
  const baseUrl = "https://cloudflare.example/client/v4";
  const ofEnvironment = "planted-operators-cloudflare-token";
  const usual = "https://api.cloudflare.com/client/v4";
  /** Logical names of Mastiff's own resources that call Cloudflare, without the community's. */
  const own = ["cors-rule", "media-public-host", "final-dump-bucket", "backups-bucket"];

  const { adapter } = axios.defaults;
  let before = 0;
  let tried: { token: string; baseUrl: string | undefined }[] = [];

  beforeEach(() => {
    before = zoneClients().length;
    tried = [];
    // A client takes the adapter of the time when it is made.
    axios.defaults.adapter = refuse;
  });
  afterEach(() => {
    axios.defaults.adapter = adapter;
  });

  /** Answers that the token is not valid, so that a client tries each that it has. */
  async function refuse(request: InternalAxiosRequestConfig): Promise<never> {
    const token = String(request.headers.get("authorization")).replace("Bearer ", "");
    tried.push({ token, baseUrl: request.baseURL });
    const answer = { status: 401, statusText: "", data: {}, headers: {}, config: request };
    throw new AxiosError("refused", AxiosError.ERR_BAD_REQUEST, request, null, answer);
  }

  /** Every token of the clients with which this test's programs looked at Cloudflare, and where it is sent. */
  async function looks(): Promise<typeof tried> {
    await Promise.allSettled(
      zoneClients()
        .slice(before)
        .map((cloud) => cloud.get("/zones")),
    );
    return tried;
  }

  test("serves looks and own resources of its community, and of no other", async () => {
    const { Provider } = await import("@pulumi/cloudflare/provider.js");
    const declared = await declareCommunities(() => {
      const cloudflare = new Provider("explicit", { apiToken, baseUrl });
      const args = { ...dogsArgs, backup: {}, destroy: "mastiff.party" };
      new Community("dogs", args, { providers: { cloudflare } });
      new Community("cats", catsArgs);
    });
    expect(await looks()).toHaveLength(2);
    expect(tried).toContainEqual({ token: apiToken, baseUrl });
    expect(tried).toContainEqual({ token: ofEnvironment, baseUrl: usual });
    for (const name of own)
      expect(declared.named(`dogs-${name}`)).toMatchObject({
        inputs: { apiToken: new Secret(apiToken), baseUrl },
        secretOutputs: ["apiToken"],
      });
    expect(declared.named("cats-tls-rule").inputs).not.toHaveProperty("apiToken");
    const leaves = declared.resources.flatMap(({ inputs }) => leavesOf(inputs));
    const tokens = leaves.filter(({ text }) => text.includes(apiToken));
    expect(tokens.length).toBeGreaterThan(own.length);
    expect(tokens.filter(({ isSecret }) => !isSecret)).toEqual([]);
  });

  test("without a base URL uses Cloudflare's own API, whatever the config says", async () => {
    const { Provider } = await import("@pulumi/cloudflare/provider.js");
    const declared = await declareCommunities(
      () => void new Community("dogs", dogsArgs, { provider: new Provider("explicit", { apiToken }) }),
      { config: { "cloudflare:baseUrl": baseUrl, "cloudflare:apiToken": "planted-token-of-the-config" } },
    );
    expect(await looks()).toEqual([{ token: apiToken, baseUrl: usual }]);
    expect(declared.named("dogs-cors-rule").inputs).not.toHaveProperty("baseUrl");
  });

  test("without a token uses that of the environment, which is in no state", async () => {
    const { Provider } = await import("@pulumi/cloudflare/provider.js");
    const declared = await declareCommunities(
      () => void new Community("dogs", dogsArgs, { provider: new Provider("explicit", { baseUrl }) }),
    );
    expect(await looks()).toEqual([{ token: ofEnvironment, baseUrl }]);
    expect(declared.named("dogs-cors-rule").inputs).toMatchObject({ baseUrl });
    expect(declared.named("dogs-cors-rule").inputs).not.toHaveProperty("apiToken");
  });

  test("whose token a preview cannot know looks at nothing there, and the preview goes on", async () => {
    const { Provider } = await import("@pulumi/cloudflare/provider.js");
    const later = pulumi.output("token").apply((known) => pulumi.unknown ?? known) as never;
    const declared = await declareCommunities(
      () => void new Community("dogs", dogsArgs, { provider: new Provider("explicit", { apiToken: later }) }),
      { preview: true },
    );
    expect(await looks()).toEqual([]);
    const { zoneId, apiToken: token } = declared.named("dogs-cors-rule").inputs;
    expect([zoneId, token]).toEqual([new Unknown(), new Unknown()]);
    expect(declared.names).toContain("dogs-web-machines-release");
    expect(declared.names).not.toContain("dogs-zone-zone");
  });
});
