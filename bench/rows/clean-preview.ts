import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initStack, type Workplace } from "../../sandbox/toolchain/stack.ts";
import { type Found, inWorld, type Lab, type Row, repeated } from "../lab.ts";
import { operate } from "../operation.ts";
import { layOut } from "../project.ts";
import { countByProvider, resourcesOf } from "../state-resources.ts";
import type { World } from "../world.ts";

/** What Mastiff adds to what Pulumi itself takes. */
export const overBare: Row = {
  number: 3,
  what: "clean preview, look off ÷ a bare Pulumi program with as many resources of the same providers",
  async measure(lab: Lab): Promise<Found> {
    const { signal } = lab;
    const pairs = await inWorld(lab, { config: { "mastiff:drift": "off" } }, async (world) => {
      await operate(world, "up", { signal });
      const counts = countByProvider(await resourcesOf(world.place));
      const bare = await bareStack(world, counts);
      await operate(world, "up", { place: bare, signal });
      // The first previews fill the compile cache with what only previews load.
      for (const place of [world.place, bare]) await operate(world, "preview", { place, signal });
      return repeated(lab, "clean preview, look off, and the bare one", async () => {
        const mine = await operate(world, "preview", { signal });
        const others = await operate(world, "preview", { place: bare, signal });
        return { mastiff: mine.seconds, bare: others.seconds, counts };
      });
    });
    return {
      figures: [
        {
          name: "Mastiff ÷ bare program",
          unit: "",
          values: pairs.map(({ mastiff, bare }) => mastiff / bare),
          goal: { most: 1.2 },
        },
        { name: "Mastiff, look off", unit: "s", values: pairs.map(({ mastiff }) => mastiff) },
        { name: "bare program", unit: "s", values: pairs.map(({ bare }) => bare) },
      ],
      data: pairs,
    };
  },
};

/** What the look at the clouds adds. */
export const look: Row = {
  number: 4,
  what: "what the look adds to a clean preview, over the slowest single read",
  isWaiting: true,
  async measure(lab: Lab): Promise<Found> {
    const { signal } = lab;
    const pairs = await inWorld(lab, {}, async (world) => {
      await operate(world, "up", { signal });
      await world.slowDown(lab.scale);
      const preview = (drift: "look" | "off") => {
        world.configure({ "mastiff:drift": drift });
        return operate(world, "preview", { signal });
      };
      for (const drift of ["look", "off"] as const) await preview(drift);
      return repeated(lab, `clean preview with and without a look, latency × ${lab.scale}`, async () => {
        const [on, off] = [await preview("look"), await preview("off")];
        const slowest = Math.max(...on.calls.map(({ milliseconds }) => milliseconds)) / 1000;
        return { look: on.seconds, off: off.seconds, slowest };
      });
    });
    const seconds = (of: (pair: (typeof pairs)[number]) => number) => pairs.map(of);
    return {
      figures: [
        {
          name: "the look, over the slowest read",
          unit: "s",
          values: seconds((pair) => pair.look - pair.off - pair.slowest),
          goal: { most: 0.3 },
        },
        { name: "clean preview with the look", unit: "s", values: seconds((pair) => pair.look) },
        { name: "clean preview, look off", unit: "s", values: seconds((pair) => pair.off) },
        { name: "the slowest read", unit: "s", values: seconds((pair) => pair.slowest) },
      ],
      data: pairs,
    };
  },
};

/** A stack of the bare program on the same clouds, in a project and a backend of its own. */
async function bareStack(world: World, counts: Record<string, number>): Promise<Workplace> {
  const project = join(world.folder, "bare");
  const numbers = Object.entries(counts).map(([kind, count]) => [`bare:${kind}`, `"${count}"`] as const);
  layOut(fileURLToPath(new URL("../programs/bare", import.meta.url)), project, {
    dev: {
      ...Object.fromEntries(numbers),
      "bare:zoneId": zoneId,
      "cloudflare:baseUrl": `${world.clouds.url}/client/v4`,
    },
  });
  const { toolchain, target } = world.place;
  const backend = join(world.folder, "bare-stacks");
  mkdirSync(backend);
  const place = { toolchain, target: { ...target, backend }, project, stack: "dev" };
  await initStack(place);
  return place;
}

/** The zone mastiff.party of fresh local clouds. Quoted: YAML takes the digits for a number. */
const zoneId = '"0000000000000000000000000000a001"';
