import type { World } from "../world.ts";

/** Headers that the zone's transform rules add to an answer. */
export function edgeHeaders(_world: World, _host: string, _method: string): Record<string, string> {
  return {};
}
