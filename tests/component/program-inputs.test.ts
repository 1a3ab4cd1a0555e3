import { homedir, tmpdir } from "node:os";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { leavesOf } from "../support/wire-values.ts";
import { declaredBy, declareProgram, type StackName, stacks } from "./program-fixture.ts";

const names = Object.keys(stacks) as StackName[];

async function everyInput(of: readonly StackName[]) {
  const all = await Promise.all(of.map(declaredBy));
  return all.flatMap(({ resources }) => resources.flatMap(({ name, inputs }) => leavesOf(inputs, name)));
}

test("no input names this checkout, this machine or a path of it, so that another one sees no change", async () => {
  const inputs = await everyInput(names);
  for (const local of [
    root,
    process.cwd(),
    homedir(),
    tmpdir(),
    process.execPath,
    "file://",
    "/node_modules",
  ])
    expect(
      inputs.filter(({ text }) => text.includes(local)).map(({ path }) => path),
      local,
    ).toEqual([]);
  expect(inputs.filter(({ text }) => /^\/|^~/.test(text)).map(({ path }) => path)).toEqual([]);
});

test("only ports that belong to a protocol or to config stand in an input", async () => {
  const port = /(?<=[a-z0-9\]]):(\d{4,5})\b/g;
  const portsIn = (texts: { text: string }[]) =>
    [
      ...new Set(
        texts.flatMap(({ text }) =>
          [...text.replaceAll("2a09:8280:", "").matchAll(port)].map((match) => match[1]),
        ),
      ),
    ].sort();
  expect(portsIn(await everyInput(names.filter((name) => name !== "dev")))).toEqual(["5432", "6379"]);
  expect(portsIn(await everyInput(["dev"]))).toEqual(["4640", "5432", "6379"]);
});

test("every command is an interpreter without a shell, and its words hold nothing of the community", async () => {
  const verbs = new Set<string>();
  for (const name of names)
    for (const { type, name: resource, inputs } of (await declaredBy(name)).resources) {
      if (type !== "command:local:Command" || /-(memory|hold)$/.test(resource)) continue;
      const { interpreter, create, update, delete: remove } = inputs as Record<string, string>;
      expect(interpreter, resource).toEqual([
        "node",
        "-e",
        "import('mastiff/driver')",
        "mastiff-driver",
        expect.stringMatching(/^[a-z-]+$/),
      ]);
      verbs.add([create, update ?? "", remove ?? ""].join(" "));
    }
  expect([...verbs].sort()).toEqual(["accept ensure ", "ensure  destroy"]);
});

test("machines of the community start once database and Redis let them in", async () => {
  const usual = await declaredBy("usual");
  expect(usual.named("web-machines-release").dependsOn).toEqual(
    expect.arrayContaining(["database-postgres", "redis-machine"]),
  );
  const rotated = await declaredBy("rotated");
  expect(rotated.named("web-machines-release").dependsOn).toEqual(
    expect.arrayContaining(["database-login-w3", "redis-password-w4"]),
  );
});

test("nobody has an account before the first release: until then a community may be destroyed unasked, and moved", async () => {
  const first = await declareProgram();
  expect(first.named("owner-account").dependsOn).toContain("web-machines-release");
  // Streaming leaves nothing in the database, and need not wait.
  expect(first.named("streaming-machines-release").dependsOn).toContain("web-machines-preparation");
});

test("what only remembers runs nothing", async () => {
  const { resources } = await declaredBy("usual");
  const memories = resources.filter(({ name }) => /-(memory|hold)$/.test(name));
  expect(memories.map(({ name }) => name).sort()).toEqual(["facts-memory", "lock-hold", "secrets-memory"]);
  for (const { inputs } of memories) expect(Object.keys(inputs)).not.toContain("create");
});

test("the driver's progress is shown, what it prints is not; a look shows nothing", async () => {
  for (const name of names) {
    const { resources, asked } = await declaredBy(name);
    const logged = resources.filter(({ inputs }) => inputs.interpreter !== undefined);
    expect(new Set(logged.map(({ inputs }) => inputs.logging))).toEqual(new Set(["stderr"]));
    const looks = asked.filter(({ token }) => token === "command:local:run");
    expect(looks.length).toBeGreaterThan(0);
    expect(new Set(looks.map(({ inputs }) => inputs.logging))).toEqual(new Set(["none"]));
  }
});

test("nobody triggers: a trigger replaces, and what is replaced here may hold data", async () => {
  for (const name of names)
    for (const { inputs, name: resource } of (await declaredBy(name)).resources)
      expect(inputs, resource).not.toHaveProperty("triggers");
});

test("the operator's credentials are no input, so that rotating one changes nothing", async () => {
  const inputs = await everyInput(["rotated", "usual"]);
  expect(inputs.filter(({ text }) => text.includes("planted-operators-sendgrid-key"))).toEqual([]);
  expect(
    inputs.filter(({ path }) => /FLY_API_TOKEN|CLOUDFLARE_API_TOKEN|SENDGRID_API_KEY/.test(path)),
  ).toEqual([]);
});

test("everything of Cloudflare's says what to do when it fails, and a token looks for copies of itself", async () => {
  const { resources } = await declaredBy("usual");
  const theirs = resources.filter(({ type }) => type.startsWith("cloudflare:"));
  expect(theirs.filter(({ errorHooks }) => !errorHooks.includes("community-cloudflare-hint"))).toEqual([]);
  const looking = theirs.filter(({ hooks }) => hooks.afterCreate.length > 0).map(({ name }) => name);
  expect(looking).toEqual(["media-token"]);
});

test("a record and a rule that is made anew waits until the old one is gone: two of a name are refused", async () => {
  const { resources } = await declaredBy("created");
  const kinds = /:(DnsRecord|Ruleset|R2CustomDomain|R2BucketCors|R2Bucket)$/;
  const found = resources.filter(({ type }) => kinds.test(type));
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter(({ deleteBeforeReplace }) => !deleteBeforeReplace).map(({ name }) => name)).toEqual([]);
});
