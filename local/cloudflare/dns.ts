import type { World } from "../world.ts";

/** A record as the zone holds it. */
export interface HostRecord {
  type: string;
  content: string;
  proxied: boolean;
}

/** What the public internet is told about a name. */
export function lookup(_world: World, _name: string, _type: "A" | "AAAA" | "CNAME" | "TXT" | "MX"): string[] {
  return [];
}

/** The records that a zone holds at a host. */
export function recordsAt(_world: World, _host: string): HostRecord[] {
  return [];
}
