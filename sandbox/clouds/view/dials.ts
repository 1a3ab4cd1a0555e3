/** Dials that were changed: the page shows when a world is slower or more limited than usual. */
import { initialCloudflare } from "../cloudflare/initial.ts";
import { initialFly } from "../fly/state.ts";
import { initialSendgrid } from "../sendgrid/state.ts";
import type { World } from "../world.ts";

const first = {
  cloudflare: initialCloudflare().dials,
  sendgrid: initialSendgrid().dials,
  fly: initialFly().dials,
};

/**
 * A dial that no longer has its initial value. Numbers and switches are shown with their value, other dials
 * without.
 */
export interface DialView {
  cloud: "cloudflare" | "sendgrid" | "fly";
  dial: string;
  /** Empty for a list or a table: the SMTP servers contain passwords. */
  value: string;
}

/** The changed dials of all clouds. */
export function changedDials(world: World): DialView[] {
  const { cloudflare, sendgrid, fly } = world.state;
  return [
    ...changed("cloudflare", cloudflare.dials, first.cloudflare),
    ...changed("sendgrid", sendgrid.dials, first.sendgrid),
    ...changed("fly", fly.dials, first.fly),
  ];
}

function changed(cloud: DialView["cloud"], now: object, atFirst: object): DialView[] {
  const before = new Map<string, unknown>(Object.entries(atFirst));
  return Object.entries(now)
    .filter(([dial, value]) => JSON.stringify(value) !== JSON.stringify(before.get(dial)))
    .map(([dial, value]) => ({ cloud, dial, value: typeof value === "object" ? "" : String(value) }));
}
