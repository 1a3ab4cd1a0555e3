/** `platform regions`, `platform vm-sizes`. Source: superfly/flyctl internal/command/platform. */

import type { Data } from "../api/graphql.ts";
import { wrap } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import { table } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { presets } from "../sizes.ts";

const geoNames: Record<string, string> = {
  africa: "Africa",
  asia_pacific: "Asia Pacific",
  europe: "Europe",
  north_america: "North America",
  south_america: "South America",
};

async function regions(run: Run): Promise<void> {
  requireSession(run);
  let all: Data[];
  try {
    const data = await run.flaps.wrapped("failed to get regions", "GET", "/platform/regions");
    all = data.Regions ?? data.regions ?? [];
  } catch (error) {
    throw wrap("failed retrieving regions", error);
  }
  const live = all.filter((region) => !region.deprecated);
  live.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (run.settings.json) {
    run.json(live.map((region) => conform("Region", region)));
    return;
  }
  const rows: string[][] = [];
  for (const geo of [...new Set(live.map((region) => String(region.geo_region ?? "")))].sort()) {
    rows.push([""], [geoNames[geo] ?? ""]);
    for (const region of live.filter((one) => String(one.geo_region ?? "") === geo)) {
      rows.push([region.name, region.code, region.mpg_available ? "✓" : ""]);
    }
  }
  run.out(table("", rows, "Name", "Code", "MPG"));
}

async function vmSizes(run: Run): Promise<void> {
  requireSession(run);
  if (run.settings.json) {
    const sorted = Object.entries(presets).sort(([a], [b]) => (a < b ? -1 : 1));
    run.json(Object.fromEntries(sorted));
    return;
  }
  const rows = (kind: string) =>
    Object.entries(presets)
      .filter(([, guest]) => guest.cpu_kind === kind)
      .map(([name, guest]) => [name, String(guest.cpus), `${guest.memory_mb} MB`]);
  run.out(table("Machines platform", rows("shared"), "Name", "CPU Cores", "Memory"));
  run.out(table("", rows("performance"), "Name", "CPU Cores", "Memory"));
}

export const commands: Record<string, Command> = {
  "platform regions": regions,
  "platform vm-sizes": vmSizes,
};
