import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type GraphResource, graphOf } from "../pictures/stack-graph.ts";

const urn = (name: string) => `urn:pulumi:dev::mastiff::any::${name}`;

/** A component of the community, with its resources and what each of them needs. */
function component(
  type: string,
  name: string,
  resources: Record<string, { values?: string[]; order?: string[] }>,
): GraphResource[] {
  const leaves = Object.entries(resources).map(([role, { values = [], order = [] }]) => ({
    urn: urn(`dogs-${name}-${role}`),
    type: "command:local:Command",
    parent: urn(`dogs-${name}`),
    dependencies: [...values, ...order].map((one) => urn(`dogs-${one}`)),
    propertyDependencies: { environment: values.map((one) => urn(`dogs-${one}`)) },
  }));
  return [{ urn: urn(`dogs-${name}`), type, parent: urn("dogs") }, ...leaves];
}

const community: GraphResource = { urn: urn("dogs"), type: "mastiff:index:Community" };
const arrowsOf = (...parts: GraphResource[][]) =>
  graphOf([community, ...parts.flat()]).arrows.map(({ from, to, kind }) => `${from} ${to} ${kind}`);

test("a part is a component with its resources, sorted by system", () => {
  const { parts, resources } = graphOf([
    { urn: urn("dev"), type: "pulumi:pulumi:Stack" },
    { urn: urn("default"), type: "pulumi:providers:command" },
    community,
    ...component("mastiff:fly:Fly", "fly", {}),
    ...component("mastiff:fly:App", "web", { app: {}, addresses: {} }),
    ...component("mastiff:cloudflare:Records", "records", { "root-a": {} }),
    ...component("mastiff:mastodon:Secrets", "secrets", { vapid: {} }),
    ...component("mastiff:mastodon:Owner", "owner", { account: {} }),
  ]);
  expect(resources).toBe(5);
  expect(parts).toEqual([
    { name: "records", kind: "Records", system: "Cloudflare", roles: ["root-a"] },
    { name: "secrets", kind: "Secrets", system: "Secrets, in the state", roles: ["vapid"] },
    { name: "owner", kind: "Owner", system: "Fly.io", roles: ["account"] },
    { name: "web", kind: "App", system: "Fly.io", roles: ["addresses", "app"] },
  ]);
});

test("an arrow is a value that flows, or an order that nothing else says", () => {
  const web = component("mastiff:fly:App", "web", {
    app: {},
    // Waits for the records that were made of the app's addresses: no second arrow, back to the app.
    addresses: { order: ["records-a"] },
  });
  const records = component("mastiff:cloudflare:Records", "records", { a: { values: ["web-app"] } });
  const database = component("mastiff:fly:Postgres", "database", { postgres: {} });
  const release = component("mastiff:fly:Release", "release", {
    release: { values: ["web-app"], order: ["database-postgres"] },
  });
  // The release comes after the database already.
  const owner = component("mastiff:mastodon:Owner", "owner", {
    account: { values: ["web-app"], order: ["release-release", "database-postgres"] },
  });
  expect(arrowsOf(web, records, database, release, owner)).toEqual([
    "database release order",
    "release owner order",
    "web owner value",
    "web records value",
    "web release value",
  ]);
});

test("the identity and the lock, which concern everything, have no arrows", () => {
  expect(
    arrowsOf(
      component("mastiff:mastodon:Identity", "identity", { id: {} }),
      component("mastiff:fly:App", "web", { app: { values: ["identity-id"] } }),
      component("mastiff:mastodon:Lock", "lock", { hold: { order: ["web-app"] } }),
    ),
  ).toEqual([]);
});

test("each kind of component has a place", () => {
  const files = readdirSync(join(root, "components"), { recursive: true, encoding: "utf8" });
  const sources = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(root, "components", file), "utf8"));
  const types = new Set(sources.join("\n").match(/(?<=")mastiff:(?!index:)\w+:[A-Z]\w*(?=")/g));
  expect(types.size).toBeGreaterThan(20);
  // Mail holds components alone.
  for (const type of types)
    if (type !== "mastiff:mail:Mail")
      expect(graphOf([community, ...component(type, "any", { one: {} })]).parts).toHaveLength(1);
  const unknown = component("mastiff:garden:Pond", "pond", { fish: {} });
  expect(() => graphOf([community, ...unknown])).toThrow("no place for a component mastiff:garden:Pond");
});
