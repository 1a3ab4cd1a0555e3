import { join } from "node:path";
import { expect, test } from "vitest";
import { environment } from "../../toolchain/environment.ts";
import { canWatch, watchProcesses } from "../support/process-watch.ts";
import { filesBelow, hunt, type Place, type Secret, secretsOf } from "../support/secret-hunt.ts";
import { openStack } from "../support/stack.ts";
import { startWorld } from "../support/world.ts";

test("no secret is anywhere but where it belongs", async () => {
  await using world = await startWorld();
  await using stack = await openStack(world, {
    secrets: { "mastiff:secretEnv": '{"DEEPL_API_KEY":"planted-by-the-test"}' },
  });
  const watch = watchProcesses();

  const said: Place[] = [];
  const say = (name: string, { output }: { output: string }) => said.push({ name, text: output });
  const before = await stack.preview("--show-secrets=false");
  expect(before.exitCode, before.output).toBe(0);
  say("preview of everything", before);
  // A release that fails prints what the machine said last.
  await world.faults({
    cloud: "fly",
    method: "POST",
    path: "/machines$",
    when: "before",
    action: { status: 500 },
  });
  say("an up that fails", await stack.up());
  await world.faults();
  const up = await stack.up();
  expect(up.exitCode, up.output).toBe(0);
  say("up", up);
  say("preview --json", await stack.preview("--json"));

  const secrets = [
    ...(await secretsOf(stack)),
    ...operatorsOf(environment(world.toolchain, stack.place.target)),
  ];
  expect(secrets.length).toBeGreaterThan(15);
  expect(secrets.map((secret) => secret.value)).toContain("planted-by-the-test");
  const state = filesBelow(stack.place.target.backend, "state");
  const { flyToml, streamingFlyToml } = await stack.outputs();
  const view = await (await fetch(`${world.url}/_local/view`)).text();
  say("destroy", await stack.destroy());
  watch.stop();

  const lines = (await world.journal()).map(
    ({ method, path, query }): Place => ({ name: "journal", text: `${method} ${path}?${query}` }),
  );
  const argv = (await world.flyctlRuns()).map(
    (run): Place => ({ name: `flyctl ${run.argv[0]} ${run.argv[1]}`, text: run.argv.join(" ") }),
  );
  const tree = filesBelow(join(stack.place.project, ".."), "working tree").filter(
    // The state has its own place above; the engine's event logs are this test's doing.
    (file) => !/\/(stacks|events-\d+\.json)/.test(file.name),
  );
  const places = [
    ...said,
    ...state,
    ...lines,
    ...argv,
    ...watch.argv,
    ...tree,
    { name: "the clouds' page", text: view },
    { name: "fly.toml", text: String(flyToml) },
    { name: "streaming's fly.toml", text: String(streamingFlyToml) },
  ];
  expect(hunt(secrets, places)).toEqual([]);
  // The operator's tokens live in environments, and the engine hands its program the config by one; what is
  // generated is in none but the driver's own.
  const generated = secrets.filter(
    ({ name }) =>
      !name.startsWith("operator") && !name.includes("secretEnv") && !name.includes("DEEPL_API_KEY"),
  );
  const others = watch.environments.filter((process) => !process.name.includes("flyctl/main.ts"));
  expect(hunt(generated, others)).toEqual([]);
  expect(watch.argv.length).toBeGreaterThan(canWatch ? 50 : -1);
  if (!canWatch) console.warn("processes were not watched: this system has no /proc");

  // The hunter itself: planted in each kind of place, and in each form, it is found.
  const planted = { name: "planted", value: "hunter2/+hunter2" };
  for (const text of [
    "x hunter2/+hunter2 y",
    Buffer.from(planted.value).toString("base64"),
    "p=hunter2%2F%2Bhunter2",
  ]) {
    expect(hunt([planted], [{ name: "place", text }])).toEqual(["planted in place"]);
  }
});

function operatorsOf(env: Record<string, string | undefined>): Secret[] {
  return ["CLOUDFLARE_API_TOKEN", "SENDGRID_API_KEY", "FLY_API_TOKEN"].flatMap((name) =>
    env[name] === undefined ? [] : [{ name: `operator's ${name}`, value: env[name] }],
  );
}
