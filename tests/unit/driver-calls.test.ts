import { expect, test } from "vitest";
import type { Argv } from "../../providers/fly/call/argv-parts.ts";
import { FlyctlFailure } from "../../providers/fly/call/errors.ts";
import { type CallOptions, Fly } from "../../providers/fly/call/flyctl.ts";
import { fallSilent } from "../../providers/fly/call/progress.ts";
import type { Kind, Task } from "../../providers/fly/kind.ts";
import * as app from "../../providers/fly/things/app.ts";
import { findMade } from "../../providers/fly/things/ownership.ts";
import * as secrets from "../../providers/fly/things/secrets.ts";
import * as upstash from "../../providers/fly/things/upstash.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";

const owned = { stack: "0123456789ab mastiff/dev", org: "mastiff", app: "acme" };
const mark = "MASTIFF_STACK_0123456789AB";

/** An organisation that is empty at first. It keeps what it was asked. */
class PlayedFly extends Fly {
  readonly asked: string[] = [];
  readonly apps = new Map<string, { secrets: Map<string, string>; addresses: string[] }>();

  override read(argv: Argv): Promise<string> {
    return this.#answer(argv);
  }

  override async json<T>(argv: Argv): Promise<T> {
    return JSON.parse(await this.#answer(argv)) as T;
  }

  override repeatable(argv: Argv, options?: CallOptions): Promise<string> {
    return this.#answer(argv, options);
  }

  override once(argv: Argv, options?: CallOptions): Promise<string> {
    return this.#answer(argv, options);
  }

  async #answer(argv: Argv, { stdin = "" }: CallOptions = {}): Promise<string> {
    const words = argv.slice(0, 2).join(" ");
    this.asked.push(words);
    if (words === "apps list") return JSON.stringify([...this.apps.keys()].map((Name) => ({ Name })));
    if (words === "apps create") this.apps.set("acme", { secrets: new Map(), addresses: [] });
    if (words === "redis list") return "NAME │ PLAN │ PRIMARY REGION\n";
    if (words === "redis status") return "Private URL │ redis://default:x@acme.upstash.io\n";
    if (words === "redis create") return "";
    const acme = this.apps.get("acme");
    if (acme === undefined)
      throw new FlyctlFailure({ reason: "absent", call: words, exitCode: 1, said: "", stdout: "" });
    if (words === "secrets list")
      return JSON.stringify([...acme.secrets].map(([name, value]) => ({ name, digest: `of ${value}` })));
    for (const [, name = "", value = ""] of stdin.matchAll(/^(\w+)="(.*)"$/gm)) acme.secrets.set(name, value);
    if (words === "secrets unset") for (const name of argv) acme.secrets.delete(name);
    if (words === "ips allocate-v6") acme.addresses.push("v6");
    if (words === "ips allocate-v4") acme.addresses.push("shared_v4");
    if (words === "ips list")
      return JSON.stringify(
        acme.addresses.map((Type) => ({ Type, Address: `the ${Type}`, CreatedAt: "2026-11-29T10:00:00Z" })),
      );
    return "";
  }
}

/** What is asked while the work is done. */
async function asked(fly: PlayedFly, work: () => Promise<unknown>): Promise<string[]> {
  const before = fly.asked.length;
  await inShell({ ...shell(), stderr: () => {} }, async () => {
    await work();
    fallSilent();
  });
  await fly.close();
  return fly.asked.slice(before);
}

const ensure = <Spec>(
  { ensure: act }: Pick<Kind<Spec>, "ensure">,
  fly: PlayedFly,
  task: Partial<Task<Spec>>,
) =>
  asked(fly, () => act({ secrets: {}, previous: undefined, flyToml: undefined, ...task, fly } as Task<Spec>));

const publicApp = { ...owned, publicAddresses: true, dedicatedV4: false };

test("the addresses of an app that was made a moment ago are listed once, and those of an older app once", async () => {
  const fly = new PlayedFly();
  expect(await ensure(app, fly, { spec: publicApp })).toEqual([
    "apps list",
    "apps create",
    "secrets import",
    "ips allocate-v6",
    "ips allocate-v4",
    "ips list",
    "secrets import",
  ]);
  fly.made.clear();
  expect(await ensure(app, fly, { spec: publicApp })).toEqual(["apps list", "secrets list", "ips list"]);
});

test("both seals over an app's secrets are set at once, and removed at once with a name that is no longer wanted", async () => {
  const fly = new PlayedFly();
  await ensure(app, fly, { spec: publicApp });
  const spec = { app: "acme", names: ["OTHER", "SALT"], forGood: ["SALT"] };
  const values = { OTHER: "one", SALT: "abc" };
  const each = ["secrets list", "secrets import", "secrets list", "secrets import"];
  expect(await ensure(secrets, fly, { spec, secrets: values })).toEqual(each);
  const seals = () => [...(fly.apps.get("acme")?.secrets.keys() ?? [])].filter((name) => /_SEAL_/.test(name));
  expect(seals()).toHaveLength(2);

  const previous = { digests: { OTHER: "of one", SALT: "of abc" } };
  const fewer = { spec: { ...spec, names: ["SALT"] }, secrets: { SALT: "abc" }, previous };
  expect(await ensure(secrets, fly, fewer)).toEqual([...each, "secrets unset"]);
  expect(seals()).toHaveLength(2);
  expect([...(fly.apps.get("acme")?.secrets.keys() ?? [])]).not.toContain("OTHER");
});

test("the mark says whose an app is: the organisation is asked only about an app without it", async () => {
  const fly = new PlayedFly();
  expect(await asked(fly, () => findMade(fly, owned))).toEqual(["secrets list", "apps list"]);
  await ensure(app, fly, { spec: publicApp });
  expect(await asked(fly, () => findMade(fly, owned))).toEqual(["secrets list"]);
  fly.apps.get("acme")?.secrets.delete(mark);
  expect((await findMade(fly, owned))?.owner).toBe("unmarked");
  expect((await findMade(fly, owned, { app: "acme" }))?.owner).toBe("ours");
});

test("a Redis at Upstash that was made a moment ago is not looked for again", async () => {
  const spec = { ...owned, name: "acme-redis", region: "ams", plan: null };
  const fly = new PlayedFly();
  expect(await ensure(upstash, fly, { spec })).toEqual(["redis list", "redis create", "redis status"]);
});
