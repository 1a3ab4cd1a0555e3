import { expect, test, vi } from "vitest";
import { StackIdentity } from "../../components/stack/stack-identity.ts";
import { type Answers, resourcesOf } from "../support/resources-of.ts";

const randomId = "random:index/randomId:RandomId";
const outputs = { [randomId]: { hex: "3f9a1c0b77de" } };

async function known(answers: Answers): Promise<Awaited<StackIdentity["known"]>> {
  let identity: StackIdentity | undefined;
  await resourcesOf(() => {
    identity = new StackIdentity("identity", { stack: "mastiff/acme", protect: false, look: async () => {} });
    return identity.known;
  }, answers);
  if (identity === undefined) throw new Error("unreachable");
  return identity.known;
}

test("a stack is one generated identity, which remembers the name that the stack had", async () => {
  const made = await resourcesOf(
    () => new StackIdentity("identity", { stack: "mastiff/acme", protect: false, look: vi.fn() }),
    { outputs },
  );
  expect(made.resources.map(({ type, name, inputs }) => [type, name, inputs])).toEqual([
    ["mastiff:mastodon:Identity", "identity", {}],
    [randomId, "identity-id", { byteLength: 6, keepers: { stack: "mastiff/acme" } }],
  ]);
  expect(made.named("identity-id").ignoreChanges).toEqual(["keepers", "byteLength"]);
});

test("the mark is the state's, whatever the stack is called today", async () => {
  const answers = { outputs: { [randomId]: { hex: "3f9a1c0b77de", keepers: { stack: "mastiff/before" } } } };
  expect((await known(answers)).mark).toBe("3f9a1c0b77de mastiff/before");
});

test("a preview that cannot know the identity says so, and waits for nothing", async () => {
  expect((await known({ preview: true })).mark).toBeUndefined();
});

test("a run whose --target leaves the identity out is told so", async () => {
  const run = resourcesOf(async () => {
    const identity = new StackIdentity("identity", { stack: "mastiff/acme", protect: false, look: vi.fn() });
    await identity.known;
  });
  await expect(run).rejects.toThrow("run pulumi up once without --target");
});
