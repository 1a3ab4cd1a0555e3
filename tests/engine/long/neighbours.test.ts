import { expect, test, vi } from "vitest";
import { belongings } from "../../support/belongings.ts";
import { neighbour } from "../../support/neighbour.ts";
import { openStack, type TestStack } from "../../support/stack.ts";
import { startWorld, type TestWorld } from "../../support/world.ts";

const hold = "meeting";

/**
 * Lets both stacks run until this many calls are about to happen, each after its own look and before the other's
 * act, and then all of them at once.
 */
async function meetAt(
  world: TestWorld,
  calls: number,
  call: { method: string; path: string },
): Promise<void> {
  await world.faults({ cloud: "cloudflare", ...call, times: calls, when: "before", action: { hold } });
}
async function letThemMeet(world: TestWorld, calls: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const answer = await fetch(`${world.url}/_local/held/${hold}`);
      expect(((await answer.json()) as { held: number }).held).toBe(calls);
    },
    { timeout: 200_000, interval: 100 },
  );
  await world.release(hold);
}

async function areClean(...stacks: TestStack[]): Promise<void> {
  for (const stack of stacks) {
    const preview = await stack.preview("--refresh", "--expect-no-changes");
    expect(preview.exitCode, preview.output).toBe(0);
  }
}

const well = (outcomes: { exitCode: number; output: string }[]) => {
  for (const { exitCode, output } of outcomes) expect(exitCode, output).toBe(0);
};

test("two communities that both find a zone without rules make each ruleset once, and end at once", async () => {
  await using world = await startWorld();
  const before = await world.state();
  // Both say that the mail account is theirs: the switch of the whole account is touched by both.
  const shared = { "mastiff:zone": "example.org", "mastiff:sendgridAccountIsOurs": "true" };
  await using dogs = await openStack(world, neighbour(world, "dogs", "dogs.example.org", shared));
  await using cats = await openStack(world, neighbour(world, "cats", "cats.example.org", shared));

  // Each stack has a rule in two phases, so four POSTs of a ruleset meet, of which two are granted.
  await meetAt(world, 4, { method: "POST", path: "/rulesets$" });
  const ups = Promise.all([dogs.up(), cats.up()]);
  await letThemMeet(world, 4);
  well(await ups);
  const posts = (await world.journal()).filter(
    ({ method, path }) => method === "POST" && /\/rulesets$/.test(path),
  );
  expect(posts.map(({ status }) => status).sort()).toEqual([200, 200, 400, 400]);
  await areClean(dogs, cats);

  const { cloudflare, sendgrid } = await world.state();
  expect(cloudflare.rulesets.map((one: { phase: string }) => one.phase).sort()).toEqual([
    "http_config_settings",
    "http_response_headers_transform",
  ]);
  const refs = cloudflare.rulesets.flatMap((one: { rules: { ref: string }[] }) =>
    one.rules.map(({ ref }) => ref),
  );
  expect(refs.sort()).toEqual([
    "access_control_allow_origin_cats_example_org",
    "access_control_allow_origin_dogs_example_org",
    "strict_tls_cats_example_org",
    "strict_tls_dogs_example_org",
  ]);
  // The mode of a shared zone is nobody's; each has a rule for its own hosts.
  expect(cloudflare.zones).toEqual(before.cloudflare.zones);
  expect(sendgrid.tracking.click.enabled).toBe(false);
  expect(sendgrid.links).toEqual([]);

  well(await Promise.all([dogs.destroy(), cats.destroy()]));
  expect(belongings(await world.state())).toEqual(belongings(before));
});

test("two communities in zones of their own share an organisation and a mail account", async () => {
  await using world = await startWorld();
  const before = await world.state();
  await using party = await openStack(world, neighbour(world, "party", "mastiff.party"));
  await using example = await openStack(world, neighbour(world, "example", "example.org"));
  well(await Promise.all([party.up(), example.up()]));
  await areClean(party, example);

  const { sendgrid } = await world.state();
  // Who does not own the account leaves its switch alone.
  expect(sendgrid.tracking).toEqual(before.sendgrid.tracking);
  expect(sendgrid.domains.map((one: { domain: string }) => one.domain).sort()).toEqual([
    "example.org",
    "mastiff.party",
  ]);

  well([await party.destroy()]);
  await areClean(example);
  well([await example.destroy()]);
  expect(belongings(await world.state())).toEqual(belongings(before));
});
