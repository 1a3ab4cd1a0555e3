import { FlyctlFailure } from "./call/errors.ts";
import type { Fly } from "./call/flyctl.ts";
import type { Kind } from "./kind.ts";
import type { Observation, ObserveAllOutput, ObserveAllSpec, ObserveItem } from "./spec.ts";
import { ipsOf } from "./things/app.ts";

/**
 * Observes many things in one run, for the look before a preview. Apps are observed in parallel, and each
 * question is asked once (several things of one app need the same list of machines and secrets).
 */
export async function observeAll(
  fly: Fly,
  { items }: ObserveAllSpec,
  load: (kind: ObserveItem["kind"]) => Promise<Kind<unknown>>,
): Promise<ObserveAllOutput> {
  const entries = await Promise.all(
    Object.entries(items).map(async ([name, item]): Promise<[string, Observation]> => {
      const kind = await load(item.kind);
      const flyToml = await withAddresses(fly, item);
      const task = { spec: item.spec, secrets: {}, previous: item.previous, flyToml, fly };
      return [name, await kind.observe(task)];
    }),
  );
  return withoutHome(items, Object.fromEntries(entries));
}

/** The fly.toml as it would be rendered for the addresses that the app has now. */
async function withAddresses(fly: Fly, { flyToml, spec }: ObserveItem): Promise<string | undefined> {
  if (!flyToml?.includes("{v")) return flyToml;
  const { app } = spec as { app: string };
  const { v4, v6 } = await ipsOf(fly, app).catch((error: unknown) => {
    // The release's own observation says that the app does not exist.
    if (error instanceof FlyctlFailure && error.reason === "absent") return { v4: null, v6: null };
    throw error;
  });
  return flyToml.replaceAll("{v4}", v4 ?? "").replaceAll("{v6}", v6 ?? "");
}

/** Everything in an app that is gone will be made anew, and its outputs will all be different. */
function withoutHome(items: Record<string, ObserveItem>, seen: ObserveAllOutput): ObserveAllOutput {
  const appOf = (item: ObserveItem | undefined) => (item?.spec as { app?: string } | undefined)?.app;
  const lost = Object.entries(items).filter(([name, { kind }]) => kind === "app" && !seen[name]?.exists);
  const apps = new Set(lost.map(([, item]) => appOf(item)));
  return Object.fromEntries(
    Object.entries(seen).map(([name, one]) =>
      apps.has(appOf(items[name])) ? [name, { ...one, identity: true }] : [name, one],
    ),
  );
}
