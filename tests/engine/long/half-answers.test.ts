import { expect, test } from "vitest";
import { recover } from "../../faults/operator.ts";
import { belongings } from "../../support/belongings.ts";
import { openStack } from "../../support/stack.ts";
import { type Fault, startWorld } from "../../support/world.ts";

// The official provider reads an answer that is not JSON as an empty one, and repeats a POST whose answer was lost.
const post = (
  path: string,
  when: Fault["when"],
  action: Fault["action"],
  more: Partial<Fault> = {},
): Fault => ({
  cloud: "cloudflare",
  method: "POST",
  path,
  when,
  action,
  ...more,
});

test("what Cloudflare answered by half is said, and made once in the end", async () => {
  await using world = await startWorld();
  const before = belongings(await world.state());
  await using stack = await openStack(world, { config: { "mastiff:protect": "false" } });
  await world.faults(
    // The look before all else is asked again by itself.
    { cloud: "cloudflare", method: "GET", path: "/dns_records$", when: "after", action: { malformed: true } },
    post("/rulesets$", "after", { malformed: true }),
    post("/dns_records$", "after", { malformed: true }, { body: '"assets.mastiff.party"' }),
    // Its CNAME is one that the check of the mail domain depends on.
    post("/dns_records$", "before", { malformed: true }, { body: '"s1._domainkey' }),
  );
  const up = await stack.up();
  expect(up.exitCode, up.output).not.toBe(0);
  for (const half of ["community-records-assets-cname (DnsRecord)", "community-mail-dkim1 (DnsRecord)"])
    expect(up.output).toContain(`Cloudflare's answer to the POST for ${half} is incomplete`);
  expect(up.output).toContain("npx mastiff recover -s dev");
  await world.faults();
  // Not forgotten because the next run has nothing to do with it.
  const preview = await stack.preview();
  expect(preview.exitCode, preview.output).not.toBe(0);
  expect(preview.output).toContain("npx mastiff recover -s dev");

  const said = await recover(stack.place);
  expect(said).toContain(
    "records-assets-cname: Cloudflare never reported its id; the entry is cleared from the state",
  );
  expect(said).toContain("DNS record CNAME assets.mastiff.party: was created but not recorded");

  const again = await stack.up();
  expect(again.exitCode, again.output).toBe(0);
  const refreshed = await stack.preview("--refresh", "--expect-no-changes");
  expect(refreshed.exitCode, refreshed.output).toBe(0);
  const { cloudflare } = await world.state();
  const named = (name: string) => cloudflare.records.filter((one: { name: string }) => one.name === name);
  expect(named("assets.mastiff.party")).toHaveLength(1);
  expect(cloudflare.rulesets).toHaveLength(1);

  const destroy = await stack.destroy();
  expect(destroy.exitCode, destroy.output).toBe(0);
  expect(belongings(await world.state())).toEqual(before);
});

test("a token whose answer was lost is not there twice", async () => {
  await using world = await startWorld();
  await using stack = await openStack(world);
  await world.faults(post("/tokens$", "after", { cut: true }, { times: 2 }));
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  const ours = async () =>
    (await world.state()).cloudflare.tokens.filter((token: { name: string }) =>
      /^Mastiff \w+ mastiff\/dev$/.test(token.name),
    );
  expect(await ours()).toHaveLength(1);
  const posts = (await world.journal()).filter(
    ({ method, path }) => method === "POST" && /\/tokens$/.test(path),
  );
  expect(posts).toHaveLength(3);
});
