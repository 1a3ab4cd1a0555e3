/**
 * The whole local world as its page shows it: a plain document without a single secret value. Made field by field
 * from the state, so what a cloud remembers anew is not shown before somebody chose to.
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

/** What GET /_local/view answers. */
export interface View {
  hosts: HostView[];
  cloudflare: CloudflareView;
  fly: FlyView;
  sendgrid: SendgridView;
  calls: CallsView;
  /** Dials that do not stand where they stood at first. */
  dials: DialView[];
}

/** Looks at the world; of the calls only those after number `after` ({@link Entry.n}). */
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
