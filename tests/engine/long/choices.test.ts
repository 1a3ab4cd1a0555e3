import { expect, test } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { openStack } from "../../support/stack.ts";
import { startWorld } from "../../support/world.ts";

const account = "00000000000000000000000000000d09";

test("a zone of its own making, a sender, dedicated addresses, and what all that waits for", async () => {
  await using world = await startWorld();
  const before = belongings(await world.state());
  await using stack = await openStack(world, {
    config: {
      "mastiff:domain": "fresh.example",
      "mastiff:zoneMode": "created",
      "mastiff:ownerEmail": "rex@fresh.example",
      "mastiff:dedicatedIpv4": "true",
      "mastiff:otpSecret": "true",
      "mastiff:spf": "true",
      "mastiff:sender":
        '{"email":"rex@fresh.example","name":"Rex","address":"1 Bone Street","city":"Dogtown","country":"Land"}',
      "mastiff:protect": "true",
    },
  });
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const outputs = (await stack.outputs()) as {
    nameServers: string[];
    waitingFor: string[];
    secrets: Record<string, string>;
    addresses: { web: { v4: string }; streaming: { v4: string } };
  };
  expect(outputs.nameServers).toHaveLength(2);
  expect(outputs.addresses.web.v4).not.toBe(outputs.addresses.streaming.v4);
  expect(outputs.secrets.OTP_SECRET).toMatch(/^[0-9a-f]{128}$/);
  const waiting = outputs.waitingFor.join("\n");
  expect(waiting).toContain(
    `zone fresh.example is pending: set these name servers at its registrar: ${outputs.nameServers.join(", ")}`,
  );
  expect(waiting).toContain("mail domain fresh.example is not valid yet");
  expect(waiting).toContain("sender rex@fresh.example is not verified: click the link");
  expect(waiting).toContain("certificate of fresh.example is pending");

  // Data is kept: destroy alone refuses; the proper way is said in docs/operations.md.
  const refused = await stack.destroy();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toContain("protect");
  await stack.config({ "mastiff:protect": "false" });
  const unprotected = await stack.up();
  expect(unprotected.exitCode, unprotected.output).toBe(0);
  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(belongings(await world.state())).toEqual(before);
});

test("another mail server, a wildcard certificate, a bucket key of the operator's, an own Redis", async () => {
  await using world = await startWorld();
  const bucket = "files-mastiff-party";
  const { id, value } = await mintKey(world.url, bucket);
  await world.meddle((state) => {
    state.fly.dials.smtpServers = { "smtp.example.org:465": ["mail-password"] };
  });
  const { createHash } = await import("node:crypto");
  await using stack = await openStack(world, {
    config: {
      "mastiff:smtpServer": "smtp.example.org",
      "mastiff:smtpPort": "465",
      "mastiff:smtpLogin": "mastiff",
      "mastiff:certificates": "wildcard",
      "mastiff:redis": '{"kind":"own"}',
      "mastiff:r2AccessKeyId": id,
    },
    secrets: {
      "mastiff:smtpPassword": "mail-password",
      "mastiff:r2SecretAccessKey": createHash("sha256").update(value).digest("hex"),
    },
  });
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const preview = await stack.preview("--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
  const state = await world.state();
  expect(state.sendgrid.domains).toEqual([]);
  expect(
    state.fly.apps["mastiff-party"].certificates.map((c: { hostname: string }) => c.hostname).sort(),
  ).toEqual(["*.mastiff.party", "mastiff.party"]);
  expect(state.cloudflare.tokens.map(({ name }: { name: string }) => name)).toEqual([
    "operator",
    "owner",
    "by hand",
  ]);
  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
});

/** A key for one bucket, as an operator makes it in the dashboard. */
async function mintKey(url: string, bucket: string): Promise<{ id: string; value: string }> {
  const answer = await fetch(`${url}/client/v4/accounts/${account}/tokens`, {
    method: "POST",
    headers: {
      authorization: "Bearer local-cloudflare-token-0000000000000000000000",
      "content-type": "application/json",
    },
    body: JSON.stringify({
      name: "by hand",
      policies: [
        {
          effect: "allow",
          permission_groups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
          resources: { [`com.cloudflare.edge.r2.bucket.${account}_default_${bucket}`]: "*" },
        },
      ],
    }),
  });
  const { result } = (await answer.json()) as { result: { id: string; value: string } };
  return result;
}
