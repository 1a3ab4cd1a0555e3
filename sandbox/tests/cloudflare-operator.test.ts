import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withOperatorsRights } from "../clouds/cloudflare/operator.ts";
import type { OperatorMode } from "../clouds/cloudflare/state.ts";
import { root } from "../toolchain/paths.ts";
import { account, type Clouds, freshClouds, operatorToken, refused, zone } from "./cloud-call.ts";

/** API names of rights that have another name in the dashboard. In the API, "Edit" is "Write". */
const names: Record<string, string> = {
  "Transform Rules Edit": "Zone Transform Rules Write",
  "Config Rules Edit": "Config Settings Write",
};

/** The rights that README asks for in a mode, by the API's names. */
function rightsInReadme(mode: OperatorMode): string[] {
  const row = readFileSync(join(root, "README.md"), "utf8")
    .split("\n")
    .find((line) => line.startsWith("| `CLOUDFLARE_API_TOKEN` |"));
  const [always = "", ...more] = (row ?? "").split(/ (?=In a shared zone|With `zoneMode created`)/);
  const extra = more.find((part) => part.startsWith({ owned: "-", shared: "In a", created: "With" }[mode]));
  const right = /[A-Z][A-Za-z0-9]*(?: [A-Z0-9][A-Za-z0-9]*)* (?:Edit|Read)\b/g;
  return [...`${always} ${extra ?? ""}`.matchAll(right)]
    .map(([name]) => name)
    .map((name) => names[name] ?? name.replace(/Edit$/, "Write"))
    .sort();
}

function rightsOfToken({ world }: Clouds, ...modes: OperatorMode[]): string[] {
  const state = world.state.cloudflare;
  state.dials.operatorModes = modes;
  const token = state.tokens.find(({ operator }) => operator);
  if (token === undefined) throw new Error("there is no operator's token");
  const { policies } = withOperatorsRights(token, state);
  return policies.flatMap((policy) => policy.permission_groups.map(({ name }) => String(name))).sort();
}

test.each(["owned", "shared", "created"] as const)(
  "the operator's token of the local world has exactly the rights that README names: %s",
  (mode) => {
    const wanted = rightsInReadme(mode);
    expect(wanted.length).toBeGreaterThanOrEqual(8);
    expect(rightsOfToken(freshClouds(), mode)).toEqual(wanted);
  },
);

const as = { authorization: `Bearer ${operatorToken}` };

test("a token for one zone makes and deletes none, and sets no config rule", async () => {
  const { cloudflare, world } = freshClouds();
  const body = { name: "new.example", account: { id: account.slice(10) } };
  const post = () => cloudflare("POST", "/zones", body, as);
  const denied = await post();
  expect([refused(denied), denied.body.errors[0].message]).toEqual([
    "403 0",
    'Requires permission "com.cloudflare.api.account.zone.create" to create zones for the selected account',
  ]);
  expect(refused(await cloudflare("DELETE", zone, undefined, as))).toBe("403 10000");
  const config = `${zone}/rulesets/phases/http_config_settings/entrypoint`;
  expect(refused(await cloudflare("PUT", config, { rules: [] }, as))).toBe("403 10000");

  world.state.cloudflare.dials.operatorModes = ["created"];
  const made = await post();
  expect(made.status).toBe(200);
  expect((await cloudflare("DELETE", `/zones/${made.body.result.id}`, undefined, as)).status).toBe(200);
  world.state.cloudflare.dials.operatorModes = ["shared"];
  expect((await cloudflare("PUT", config, { rules: [] }, as)).status).toBe(200);
});

test("a token gives no right to a bucket that its maker lacks", async () => {
  const { cloudflare } = freshClouds();
  const mint = (group: string, resources: object, headers: Record<string, string>) =>
    cloudflare(
      "POST",
      `${account}/tokens`,
      { name: "t", policies: [{ effect: "allow", permission_groups: [{ id: group }], resources }] },
      headers,
    );
  const bucket = { [`com.cloudflare.edge.r2.bucket.${account.slice(10)}_default_files`]: "*" };
  const bucketItemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
  expect((await mint(bucketItemWrite, bucket, as)).status).toBe(200);
  const tokensWrite = "5bc3f8b21c554832afc660159ab75fa4";
  const poor = await mint(tokensWrite, { [`com.cloudflare.api.account.${account.slice(10)}`]: "*" }, as);
  const denied = await mint(bucketItemWrite, bucket, { authorization: `Bearer ${poor.body.result.value}` });
  expect([refused(denied), denied.body.errors[0].message]).toEqual([
    "400 1001",
    'Failed common permission check against resources. (Permission group: "Workers R2 Storage Bucket Item Write")',
  ]);
});
