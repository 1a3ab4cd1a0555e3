import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cloudflareClient } from "../../providers/cloudflare/client.ts";
import { endCopies } from "../../providers/cloudflare/token-copies.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

const account = "00000000000000000000000000000d09";

let clouds: LocalClouds;
beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());
beforeEach(() => clouds.reset());

const advance = async (milliseconds: number) => {
  await fetch(`${clouds.url}/_local/advance/${milliseconds}`, { method: "POST" });
};
const make = async (name: string): Promise<string> => {
  const policies = [
    {
      effect: "allow",
      permission_groups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
      resources: { [`com.cloudflare.edge.r2.bucket.${account}_default_files`]: "*" },
    },
  ];
  const made = await clouds.ask("cloudflare", "POST", `/accounts/${account}/tokens`, { name, policies });
  return made.result.id;
};
const there = async (...ids: string[]) => {
  const { result } = await clouds.ask("cloudflare", "GET", `/accounts/${account}/tokens?per_page=50`);
  return ids.filter((id) => result.some((token: { id: string }) => token.id === id));
};

test("a copy from the same call ends; another name, another day and what came later stay", async () => {
  const old = await make("Mastiff mastiff/acme");
  await advance(24 * 3_600_000);
  const other = await make("Mastiff mastiff/acme (2026-11)");
  const copy = await make("Mastiff mastiff/acme");
  const mine = await make("Mastiff mastiff/acme");
  await advance(1_000);
  const later = await make("Mastiff mastiff/acme");

  const cloud = cloudflareClient([operator.cloudflare], clouds.cloudflareUrl);
  expect(await endCopies(cloud, account, mine)).toBe(1);
  expect(await there(old, other, copy, mine, later)).toEqual([old, other, mine, later]);
});
