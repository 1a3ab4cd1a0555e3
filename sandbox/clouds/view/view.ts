/**
 * The whole local world as its page shows it: a plain document without secret values. The view names each
 * field that it copies from the state, so a new field of the state is not shown until somebody adds it here.
 */
import type { Entry } from "../journal.ts";
import type { World } from "../world.ts";
import { type CallsView, callsView } from "./calls.ts";
import { type CloudflareView, cloudflareView } from "./cloudflare.ts";
import { changedDials, type DialView } from "./dials.ts";
import { type FlyView, flyView } from "./fly.ts";
import { type HostView, hostsView } from "./hosts.ts";
import { redactorOf } from "./redact.ts";
import { type SendgridView, sendgridView } from "./sendgrid.ts";

/** The answer of GET /_local/view. */
export interface View {
  hosts: HostView[];
  cloudflare: CloudflareView;
  fly: FlyView;
  sendgrid: SendgridView;
  calls: CallsView;
  /** Dials that no longer have their initial value. */
  dials: DialView[];
}

/** The view of the world, with the calls after number `after` ({@link Entry.n}). */
export function viewOf(world: World, after = 0): View {
  const redact = redactorOf(world);
  return {
    hosts: hostsView(world),
    cloudflare: cloudflareView(world),
    fly: flyView(world, redact),
    sendgrid: sendgridView(world),
    calls: callsView(world, redact, after),
    dials: changedDials(world),
  };
}
