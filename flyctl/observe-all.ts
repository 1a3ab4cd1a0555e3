import type { Fly } from "./flyctl.ts";
import type { Kind } from "./kind.ts";
import type { Observation, ObserveAllOutput, ObserveAllSpec } from "./spec.ts";

/**
 * Looks at many things in one run: apps side by side, and each question asked once (several things of one app
 * need the same list of machines and secrets). For the look before a preview.
 */
export async function observeAll(
  fly: Fly,
  { items }: ObserveAllSpec,
  load: (kind: string) => Promise<Kind<never>>,
): Promise<ObserveAllOutput> {
  const entries = await Promise.all(
    Object.entries(items).map(async ([name, item]): Promise<[string, Observation]> => {
      const kind = await load(item.kind);
      const task = { spec: item.spec, secrets: {}, previous: item.previous, flyToml: item.flyToml, fly };
      return [name, await kind.observe(task as never)];
    }),
  );
  return Object.fromEntries(entries);
}
