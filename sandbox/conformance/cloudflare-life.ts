/** The whole life of a stack on the real engine: the engine's output, the API calls, and the state. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Api, account, freshApi, token } from "./cloudflare-api.ts";
import { standIn } from "./cloudflare-side.ts";
import { operate, type Project, projectFile, type Running, withProject } from "./engine.ts";
import type { Json } from "./plugin-client.ts";
import type { OfficialParts, Question, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { ourPort } from "./sides.ts";

export async function questions(official: OfficialParts): Promise<Question[]> {
  return [
    {
      part: "cloudflare-life",
      name: "a stack on the real engine: preview, up, refresh, change, destroy",
      ask: (side) => stackLife(official, side),
    },
  ];
}

async function stackLife(official: OfficialParts, side: Side): Promise<unknown> {
  const api = await freshApi();
  const files = { "Pulumi.yaml": projectFile("typescript: false", "index.js"), "index.js": program };
  try {
    // Both sides use the official language host, so only the provider differs.
    return await withProject(official, "official", files, async (project) => {
      const base = await running(side, project, api);
      const steps: Record<string, unknown> = {};
      for (const { name, verb, args, step } of life) {
        const before = api.calls.length;
        const shown = await operate(project, verb, args, { env: { ...base.env, STEP: step } });
        // The engine makes resources in parallel, so the order of calls varies.
        const calls = api.calls.slice(before).map(({ call, body }) => `${call} ${body}`);
        steps[name] = { shown, calls: calls.sort(), state: await state(project, base) };
      }
      return reduced(steps, withoutChance());
    });
  } finally {
    await api.close();
  }
}

const life = [
  { name: "preview", verb: "preview", args: [], step: "1" },
  { name: "up", verb: "up", args: [], step: "1" },
  { name: "preview of the same", verb: "preview", args: ["--expect-no-changes"], step: "1" },
  { name: "refresh", verb: "refresh", args: [], step: "1" },
  { name: "preview after the refresh", verb: "preview", args: ["--expect-no-changes"], step: "1" },
  { name: "preview of a change", verb: "preview", args: ["--diff"], step: "2" },
  { name: "up with a change", verb: "up", args: [], step: "2" },
  { name: "destroy", verb: "destroy", args: [], step: "2" },
];

async function running(side: Side, project: Project, api: Api): Promise<Running> {
  const env = { CLOUDFLARE_BASE_URL: api.url, CLOUDFLARE_API_TOKEN: token };
  if (side === "official") return { env };
  const home = join(project.folder, "home");
  mkdirSync(home);
  const cloudflare = await ourPort(standIn);
  return { env: { ...env, PULUMI_HOME: home, PULUMI_DEBUG_PROVIDERS: `cloudflare:${cloudflare}` } };
}

/** The state's resources, sorted by URN. */
async function state(project: Project, { env }: Running): Promise<Json> {
  const exported = await project.pulumi(
    ["stack", "export", "--stack", "dev"],
    env === undefined ? {} : { env },
  );
  const { deployment } = JSON.parse(exported.stdout) as { deployment: { resources?: { urn: string }[] } };
  const resources = [...(deployment.resources ?? [])].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return resources as unknown as Json;
}

/** Replaces ids, times, addresses and ciphertexts, which differ from run to run. */
function withoutChance(): (text: string, path: string) => string {
  return (text, path) => {
    if (path.endsWith(".ciphertext")) return "{encrypted}";
    return text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "{uuid}")
      .replace(/\b(?!0{20})[0-9a-f]{32}\b/g, "{id}")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "{time}")
      .replace(/127\.0\.0\.1:\d+/g, "{address}");
  };
}

/** The Cloudflare part of a community. */
const program = `
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

const accountId = "${account}";
const second = process.env.STEP === "2";
const deleteBeforeReplace = { deleteBeforeReplace: true };

const { zoneId } = cloudflare.getZoneOutput({ filter: { name: "mastiff.party" } });
const groups = cloudflare.getAccountApiTokenPermissionGroupsListOutput({ accountId });
const group = groups.results.apply((all) => all.find(({ name }) => name === "Workers R2 Storage Bucket Item Write").id);
const bucket = new cloudflare.R2Bucket("media", { accountId, name: "media", location: "weur" }, deleteBeforeReplace);
const key = pulumi.interpolate\`com.cloudflare.edge.r2.bucket.\${accountId}_default_\${bucket.name}\`;
const token = new cloudflare.AccountToken("media", {
  accountId,
  name: "media",
  policies: [{ effect: "allow", permissionGroups: [{ id: group }], resources: key.apply((k) => JSON.stringify({ [k]: "*" })) }],
});
new cloudflare.R2BucketCors("media", {
  accountId,
  bucketName: bucket.name,
  rules: [{ id: "web", allowed: { methods: ["GET", "HEAD"], origins: ["https://mastiff.party"], headers: ["*"] }, maxAgeSeconds: second ? 600 : 3600 }],
}, deleteBeforeReplace);
new cloudflare.R2CustomDomain("media", {
  accountId, bucketName: bucket.name, domain: "files.mastiff.party", zoneId, enabled: true, minTls: "1.2",
}, deleteBeforeReplace);
new cloudflare.DnsRecord("apex", { zoneId, name: "mastiff.party", type: "A", content: second ? "192.0.2.2" : "192.0.2.1", ttl: 300 });
new cloudflare.DnsRecord("assets", { zoneId, name: "assets.mastiff.party", type: second ? "A" : "CNAME", content: second ? "192.0.2.3" : "mastiff.party", ttl: 1, proxied: true }, deleteBeforeReplace);
new cloudflare.DnsRecord("dmarc", { zoneId, name: "_dmarc.mastiff.party", type: "TXT", content: pulumi.secret('"v=DMARC1; p=none"'), ttl: 1, comment: "mail" });
new cloudflare.ZoneSetting("ssl", { zoneId, settingId: "ssl", value: second ? "full" : "strict" });
new cloudflare.Ruleset("headers", {
  zoneId, kind: "zone", name: second ? "headers two" : "headers", phase: "http_response_headers_transform",
  rules: [{ ref: "acao", action: "rewrite", expression: 'http.host eq "assets.mastiff.party"', actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } } }],
}, deleteBeforeReplace);
export const tokenId = token.id;
export const tokenValue = token.value;
export const texts = cloudflare.getDnsRecordsOutput({ zoneId, type: "TXT" }).results.apply((all) => all.length);
`;
