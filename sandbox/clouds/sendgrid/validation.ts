/**
 * Validation: SendGrid looks up each required record in public DNS and reports which are missing. The status
 * is 200 even when records are missing. A name that was missing stays missing until SendGrid's resolver cache
 * expires.
 */
import { type LookupType, lookup } from "../cloudflare/dns.ts";
import type { World } from "../world.ts";
import type { Branding, WantedRecord } from "./state.ts";

/** The result of a validation for one record. */
export interface Verdict {
  valid: boolean;
  reason: string | null;
}

/** Looks up every record of a domain or link, stores the results, and returns them by role. */
export function validate(world: World, branding: Branding): Record<string, Verdict> {
  const verdicts = Object.fromEntries(
    Object.entries(branding.dns).map(([role, record]) => [role, judge(world, record)]),
  );
  for (const [role, record] of Object.entries(branding.dns)) record.valid = verdicts[role]?.valid ?? false;
  branding.valid = Object.values(branding.dns).every((r) => r.valid);
  world.changed();
  return verdicts;
}

/** The source of the text for a missing CNAME: docs/fidelity/sendgrid.md. */
function judge(world: World, { type, host, data }: WantedRecord): Verdict {
  const wanted = normal(data);
  const kind = type.toUpperCase() as LookupType;
  const found = ask(world, host, kind).map((answer) => normal(answer.replace(/^\d+ /, "")));
  if (type === "txt" ? found.some((text) => text.includes(wanted)) : found.includes(wanted)) {
    return { valid: true, reason: null };
  }
  const but = found[0] === undefined ? "" : ` but found "${found[0]}"`;
  const expected =
    type === "cname"
      ? `Expected CNAME for "${host}" to match "${data}"${but}.`
      : `Expected your ${kind} record for "${host}" to be "${data}"${but}.`;
  return { valid: false, reason: expected };
}

/** The public answers, or none while the resolver's cache still holds that the name is missing. */
function ask(world: World, host: string, type: LookupType): string[] {
  const { missing, dials } = world.state.sendgrid;
  const name = `${type} ${host}`;
  const since = missing[name];
  const now = world.now();
  if (since !== undefined && now.getTime() - Date.parse(since) < dials.negativeCacheMs) return [];
  const found = lookup(world, host, type);
  if (found.length === 0) missing[name] = now.toISOString();
  else delete missing[name];
  return found;
}

function normal(text: string): string {
  return text.toLowerCase().replace(/\.$/, "").trim();
}
