/** A community that is up, and a state that does not know it: another backend, another name, an older export. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pulumi } from "../../sandbox/toolchain/stack.ts";
import { recover } from "../faults/operator.ts";
import { belongings } from "../support/belongings.ts";
import { type Community, communityThatIsUp } from "../support/golden.ts";
import { openStack, type TestStack } from "../support/stack.ts";

let up: Community;
let elsewhere: TestStack;
let before: unknown;
beforeAll(async () => {
  up = await communityThatIsUp();
  elsewhere = await openStack(up.world);
  before = belongings(await up.world.state());
}, 600_000);
afterAll(() => up[Symbol.asyncDispose]());

const ran = (run: { exitCode: number; stdout: string; stderr: string }) =>
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);

test("an empty backend is told that the community is up, and touches nothing of it", async () => {
  const identity = (await up.stack.resources()).find(({ urn }) => urn.endsWith("-identity-id"))?.outputs.hex;
  const run = await elsewhere.up();
  expect(run.exitCode, run.output).not.toBe(0);
  for (const words of [
    "mastiff.party is already up, and its state is elsewhere (stack mastiff/dev). Found:",
    `- the app mastiff-party-db (machines: 1, running: 1), marked ${identity}`,
    `- DNS record A mastiff.party, marked ${identity}`,
    "- the header rule access_control_allow_origin_mastiff_party, marked",
    `- the bucket files-mastiff-party, marked ${identity}`,
    "exist only in that state and in the running machines: remove nothing of this",
    "pulumi stack import --file state.json -s dev",
  ])
    expect(run.output).toContain(words);
  const said = await recover(elsewhere.place);
  expect(said).toContain("cannot tell which cloud resources belong to this stack: it deletes none of them");
  expect(belongings(await up.world.state())).toEqual(before);
});

test("an exported state goes on elsewhere, under another name too: its things keep their marks", async () => {
  const { place } = elsewhere;
  const file = join(place.project, "state.json");
  ran(await pulumi(up.stack.place, ["stack", "export", "--show-secrets", "--file", file, "--stack", "dev"]));
  ran(await pulumi(place, ["stack", "import", "--file", file, "--stack", "dev"]));
  ran(await pulumi(place, ["stack", "rename", "party", "--stack", "dev"]));
  await using renamed = await openStack(up.world, { stack: "party", backend: place.target.backend });
  copyFileSync(join(place.project, "Pulumi.party.yaml"), join(renamed.place.project, "Pulumi.party.yaml"));
  const preview = await renamed.preview("--expect-no-changes");
  expect(preview.exitCode, preview.output).toBe(0);
  expect(belongings(await up.world.state())).toEqual(before);
});

test("recover on a live community keeps what the state lists, and ends what only this stack can have left", async () => {
  const identity = String(
    (await up.stack.resources()).find(({ urn }) => urn.endsWith("-identity-id"))?.outputs.hex,
  );
  const name = (of: string, word = "") => `Mastiff ${of} mastiff/dev${word}`;
  const planted = await up.world.state();
  await up.world.meddle((state) => {
    const [token] = state.cloudflare.tokens.filter((one: { name: string }) => one.name === name(identity));
    const copy = (id: string, more: object) =>
      state.cloudflare.tokens.push({ ...token, id: id.repeat(32), ...more });
    copy("a", { name: name(identity, " (2025-01)") });
    copy("b", { name: name(identity, " (last dump)") });
    copy("c", { name: name("0b77de3f9a1c") });
    copy("d", { name: name(identity, " (older)"), issuedOn: "2020-01-01T00:00:00Z" });
    copy("e", { name: "Mastiff mastiff/dev" });
    const [record] = state.cloudflare.records.filter((one: { name: string }) => one.name === "mastiff.party");
    state.cloudflare.records.push({ ...record, id: "f".repeat(32), comment: name("0b77de3f9a1c") });
  });
  const said = await recover(up.stack.place);
  expect(said).toContain(`token ${name(identity, " (2025-01)")}: was created but not recorded`);
  expect(said).toContain(`token ${name(identity, " (last dump)")}: was created but not recorded`);
  const { cloudflare } = await up.world.state();
  const ids = (things: { id: string }[]) => things.map(({ id }) => id).sort();
  const added = (digits: string) => [...digits].map((digit) => ({ id: digit.repeat(32) }));
  expect(ids(cloudflare.tokens)).toEqual(ids([...planted.cloudflare.tokens, ...added("cde")]));
  expect(ids(cloudflare.records)).toEqual(ids([...planted.cloudflare.records, ...added("f")]));
  await up.world.meddle((state) => Object.assign(state, { cloudflare: planted.cloudflare }));
});
