import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

let world: TestWorld;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world?.stop();
});

describe("before any cloud is called", () => {
  test("bad config is refused as a whole", async () => {
    await using stack = await openStack(world, {
      config: {
        "mastiff:domain": "https://mastiff.party",
        "mastiff:region": "amsterdam",
        "mastiff:mastodonVersion": "latest",
        "mastiff:smtpPort": "smtp",
      },
    });
    const calls = (await world.journal()).length;
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    for (const line of [
      'mastiff:domain is "https://mastiff.party": a host name has no scheme',
      'mastiff:region is "amsterdam": a region is three lower-case letters',
      'mastiff:mastodonVersion is "latest": pin a release',
      'mastiff:smtpPort is "smtp": is not a whole number',
      "fix: pulumi config set mastiff:domain mastiff.party --stack dev",
    ]) {
      expect(preview.output).toContain(line);
    }
    expect(preview.output).not.toContain("at parseCommunity");
    expect(await world.journal()).toHaveLength(calls);
  });
});

describe("when somebody else is there", () => {
  test("what stands in the zone is refused in one preview, with what it is and the ways out", async () => {
    await using stack = await openStack(world);
    const theirs: [string, object][] = [
      ["rulesets", { name: "theirs", kind: "zone", phase: "http_response_headers_transform", rules: [] }],
      ["dns_records", { type: "A", name: "mastiff.party", content: "192.0.2.7", ttl: 1 }],
      ["dns_records", { type: "CNAME", name: "files.mastiff.party", content: "bucket.s3.example", ttl: 1 }],
      ["dns_records", { type: "TXT", name: "_dmarc.mastiff.party", content: '"v=DMARC1; p=reject"', ttl: 1 }],
    ];
    const ids: string[] = [];
    for (const [kind, thing] of theirs) ids.push(await made(kind, thing));
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    for (const text of [
      `The zone mastiff.party already has a ruleset for response headers: "theirs" (${ids[0]})`,
      "pulumi config set mastiff:zoneMode shared",
      "mastiff.party has DNS records that this stack did not create, and this stack needs mastiff.party for the addresses of its app:",
      "A     192.0.2.7",
      "files.mastiff.party has DNS records that this stack did not create, and this stack needs files.mastiff.party for the host of its bucket:",
      "CNAME bucket.s3.example",
      "pulumi config set mastiff:filesHost mastodon-files.mastiff.party",
      "_dmarc.mastiff.party already has a v=DMARC1 record that this stack did not create",
      "keep the existing record: pulumi config rm mastiff:dmarcPolicy",
    ])
      expect(preview.output).toContain(text);
  });
});

/** Makes a thing in the zone, as somebody else does. @returns its id */
async function made(kind: string, thing: object): Promise<string> {
  const path = `/client/v4/zones/0000000000000000000000000000a001/${kind}`;
  const answer = await fetch(`${world.url}${path}`, {
    method: "POST",
    headers: {
      authorization: "Bearer local-cloudflare-token-0000000000000000000000",
      "content-type": "application/json",
    },
    body: JSON.stringify(thing),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { result: { id: string } }).result.id;
}
