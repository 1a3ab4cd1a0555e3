import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { providerText } from "../../../providers/shared/resource.ts";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

const accountId = "00000000000000000000000000000d09";
const operator = {
  cloudflare: "local-cloudflare-token-0000000000000000000000",
  sendgrid: "SG.local-operator-key-0000.000000000000000000000000000000000000000000",
};

/** The program, with the code that its resources load when they are called. */
function programIn(folder: string): string {
  const program = join(folder, "program");
  mkdirSync(program);
  for (const file of ["Pulumi.yaml", "index.ts"]) {
    symlinkSync(join(root, "tests/engine/programs/dynamic", file), join(program, file));
  }
  mkdirSync(join(program, "providers"));
  for (const part of ["providers/sendgrid", "providers/cloudflare", "providers/shared"])
    symlinkSync(join(root, part), join(program, part));
  return program;
}

async function ask(
  world: TestWorld,
  cloud: keyof typeof operator,
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape
): Promise<any> {
  const base = cloud === "cloudflare" ? "/client/v4" : "/sendgrid/v3";
  const headers = { authorization: `Bearer ${operator[cloud]}`, "content-type": "application/json" };
  const answer = await fetch(`${world.url}${base}${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** A bucket and the S3 key of a token for it. */
async function bucketKey(world: TestWorld): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const account = `/accounts/${accountId}`;
  await ask(world, "cloudflare", "POST", `${account}/r2/buckets`, { name: "files-mastiff-party" });
  const resources = { [`com.cloudflare.edge.r2.bucket.${accountId}_default_files-mastiff-party`]: "*" };
  const permission_groups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];
  const { result } = await ask(world, "cloudflare", "POST", `${account}/tokens`, {
    name: "media",
    policies: [{ effect: "allow", permission_groups, resources }],
  });
  const secretAccessKey = createHash("sha256").update(result.value).digest("hex");
  return { accessKeyId: result.id, secretAccessKey };
}

test("what the official providers lack: up, a clean preview, drift seen, secrets kept, destroy", async () => {
  await using world = await startWorld();
  const { result } = await ask(world, "cloudflare", "GET", "/zones?name=mastiff.party");
  const zoneId = result[0].id as string;
  const { accessKeyId, secretAccessKey } = await bucketKey(world);
  await using stack = await openStack(world, {
    program: programIn(world.folder),
    config: { clouds: world.url, zoneId, accountId, accessKeyId },
    secrets: { secretAccessKey: "the token itself, not its digest" },
  });

  const refused = await stack.preview();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toContain(
    "secretAccessKey: it is not a SHA-256 in lower-case hex (of the token's value)",
  );
  expect(refused.output).not.toContain("the token itself");
  await stack.config({}, { secretAccessKey });

  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).toBe(0);
  const calls = (await world.journal()).filter(
    ({ cloud, method }) => cloud === "sendgrid" && method !== "GET",
  );
  expect(calls).toEqual([]);

  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const { outputs } = (await stack.outputs()) as { outputs: Record<string, unknown> };
  expect(outputs).toMatchObject({
    ruleId: expect.stringMatching(/^[0-9a-f]{32}$/),
    secretAccessKey,
    returnPath: expect.stringMatching(/^em\d{5}\.mastiff\.party$/),
    adopted: false,
    valid: false,
    apiKey: expect.stringMatching(/^SG\./),
    tracking: false,
  });

  // Nothing that is the operator's is in the state, and what is secret is not readable there.
  const resources = await stack.resources();
  const state = JSON.stringify(resources);
  for (const secret of [...Object.values(operator), secretAccessKey, String(outputs.apiKey)]) {
    expect(state).not.toContain(secret);
  }
  // Neither is this machine: one text for each folder of code, the same on every other.
  const texts = new Set(
    resources.map((resource) => resource.inputs?.__provider).filter((text) => text !== undefined),
  );
  expect(texts).toEqual(new Set([providerText("sendgrid"), providerText("cloudflare")]));

  // The only thing left to do is to look at the domain again.
  const waiting = await stack.preview();
  expect(waiting.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update validation"]);
  await addMailRecords(world, zoneId);
  const settled = await stack.up();
  expect(settled.changes.map((step) => `${step.op} ${step.name}`)).toEqual(["update validation"]);
  const clean = await stack.preview("--expect-no-changes");
  expect(clean.exitCode, clean.output).toBe(0);

  // Other code behind the same resources is no diff, and is the code that runs from then on.
  const code = join(stack.place.project, "providers/sendgrid");
  rmSync(code);
  cpSync(join(root, "providers/sendgrid"), code, { recursive: true });
  appendFileSync(join(code, "provider.ts"), '\nconsole.error("other code");\n');
  const other = await stack.preview("--expect-no-changes");
  expect(other.exitCode, other.output).toBe(0);
  expect(other.output).toContain("other code");

  await meddle(world, zoneId);
  const refresh = await stack.refresh();
  expect(refresh.exitCode, refresh.output).toBe(0);
  const drift = await stack.preview();
  expect(drift.changes.map((step) => `${step.op} ${step.name}`).sort()).toEqual([
    "create key",
    "update rule",
    "update tracking",
  ]);
  const repair = await stack.up();
  expect(repair.exitCode, repair.output).toBe(0);
  const repaired = await stack.preview("--expect-no-changes");
  expect(repaired.exitCode, repaired.output).toBe(0);

  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(await stack.resources()).toEqual([]);
  expect(await ask(world, "sendgrid", "GET", "/whitelabel/domains")).toEqual([]);
  expect(
    (await ask(world, "sendgrid", "GET", "/api_keys")).result.map((key: { name: string }) => key.name),
  ).not.toContain("mastiff test");
  expect(await ask(world, "sendgrid", "GET", "/tracking_settings/click")).toMatchObject({ enabled: true });
  await expect(entrypoint(world, zoneId)).rejects.toThrow("10003");
});

const phase = "http_response_headers_transform";
const entrypoint = (world: TestWorld, zoneId: string) =>
  ask(world, "cloudflare", "GET", `/zones/${zoneId}/rulesets/phases/${phase}/entrypoint`);

/** The CNAMEs that SendGrid asks for, as a person would add them. */
async function addMailRecords(world: TestWorld, zoneId: string): Promise<void> {
  const [domain] = await ask(world, "sendgrid", "GET", "/whitelabel/domains");
  for (const { host, data } of Object.values(domain.dns) as { host: string; data: string }[]) {
    const record = { type: "CNAME", name: host, content: data, ttl: 1, proxied: false };
    await ask(world, "cloudflare", "POST", `/zones/${zoneId}/dns_records`, record);
  }
}

/** Changes of the kind that people make in dashboards. */
async function meddle(world: TestWorld, zoneId: string): Promise<void> {
  const { result } = await entrypoint(world, zoneId);
  const { id, ref, action, action_parameters } = result.rules[0];
  await ask(world, "cloudflare", "PATCH", `/zones/${zoneId}/rulesets/${result.id}/rules/${id}`, {
    ref,
    action,
    action_parameters,
    expression: "true",
  });
  const { result: keys } = await ask(world, "sendgrid", "GET", "/api_keys");
  const key = keys.find((one: { name: string }) => one.name === "mastiff test");
  await ask(world, "sendgrid", "DELETE", `/api_keys/${key.api_key_id}`);
  await ask(world, "sendgrid", "PATCH", "/tracking_settings/click", { enabled: true });
}
