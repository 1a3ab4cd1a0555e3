import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { environment } from "../../../sandbox/toolchain/environment.ts";
import { belongings, belongingsAtFirst } from "../../support/belongings.ts";
import { communityThatIsUp } from "../../support/golden.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the operator's own credentials may change under a running community", async () => {
  await using community = await communityThatIsUp();
  const { world, stack } = community;
  const others = ({ tokens, keys, ...rest }: Record<string, unknown[]>) => ({
    ...rest,
    tokens: tokens?.length,
    keys: keys?.length,
  });
  const before = others((await belongingsAtFirst()) as Record<string, unknown[]>);

  const old = environment(world.toolchain, stack.place.target);
  const credentials = {
    CLOUDFLARE_API_TOKEN: "second-cloudflare-token-000000000000000000000",
    SENDGRID_API_KEY: `SG.local-operator-key-0001.${"1".repeat(43)}`,
    FLY_API_TOKEN: anotherMacaroon(old.FLY_API_TOKEN ?? ""),
  };
  await world.restart(credentials);
  // Made in the dashboards, where the old ones are revoked as well.
  await world.meddle(({ cloudflare, sendgrid, fly }) => {
    const token = cloudflare.tokens.find((one: { name: string }) => one.name === "operator");
    Object.assign(token, {
      id: "0".repeat(31).concat("2"),
      secret: sha256(credentials.CLOUDFLARE_API_TOKEN),
    });
    const key = sendgrid.keys.find((one: { name: string }) => one.name === "operator");
    const id = "local-operator-key-0001";
    sendgrid.keys.push({ ...key, id, digest: sha256(credentials.SENDGRID_API_KEY) });
    key.revokedAt = "2026-01-01T00:00:00.000Z";
    fly.tokens = { [credentials.FLY_API_TOKEN]: Object.values(fly.tokens)[0] };
  });

  // The old ones are dead: with them nothing goes.
  const refused = await stack.preview();
  expect(refused.exitCode).not.toBe(0);
  stack.place.target.credentials = credentials;
  const preview = await stack.preview("--refresh", "--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
  await stack.config({ "mastiff:env": '{"DEFAULT_LOCALE":"de"}' });
  const change = await stack.up();
  expect(change.exitCode, change.output).toBe(0);
  expect(change.changes.map((step) => step.name)).toEqual(["web-machines-release"]);
  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(others(belongings(await world.state()) as Record<string, unknown[]>)).toEqual(before);
});

/** The same token but for the last byte of its signature: another one, in the form that flyctl takes. */
function anotherMacaroon(token: string): string {
  const raw = Buffer.from(token.slice("fm2_".length), "base64");
  raw.writeUInt8(raw.readUInt8(raw.length - 1) ^ 1, raw.length - 1);
  return `fm2_${raw.toString("base64")}`;
}
