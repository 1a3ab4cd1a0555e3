import { FlyctlFailure } from "./call/errors.ts";
import type { Fly } from "./call/flyctl.ts";
import type { Kind } from "./kind.ts";
import type { Observation, ObserveAllOutput, ObserveAllSpec, ObserveItem } from "./spec.ts";
import { ipsOf } from "./things/app.ts";

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
      const flyToml = await withAddresses(fly, item);
      const task = { spec: item.spec, secrets: {}, previous: item.previous, flyToml, fly };
      return [name, await kind.observe(task as never)];
    }),
  );
  return withoutHome(items, Object.fromEntries(entries));
}

/** The fly.toml as it would be rendered for the addresses that the app has now. */
async function withAddresses(fly: Fly, { flyToml, spec }: ObserveItem): Promise<string | undefined> {
  if (!flyToml?.includes("{v")) return flyToml;
  const { app } = spec as { app: string };
  const { v4, v6 } = await ipsOf(fly, app).catch((error: unknown) => {
    // The release itself says that there is no such app.
    if (error instanceof FlyctlFailure && error.reason === "absent") return { v4: null, v6: null };
    throw error;
  });
  return flyToml.replaceAll("{v4}", v4 ?? "").replaceAll("{v6}", v6 ?? "");
}

/** What was in an app that is gone is made anew, and nothing of it will be as it was. */
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
