/** Dials that were turned: a world that is slower or poorer than usual should say so. */
import { initialCloudflare } from "../cloudflare/initial.ts";
import { initialFly } from "../fly/state.ts";
import { initialSendgrid } from "../sendgrid/state.ts";
import type { World } from "../world.ts";

const first = {
  cloudflare: initialCloudflare().dials,
  sendgrid: initialSendgrid().dials,
  fly: initialFly().dials,
};

/** A dial that does not stand where it stood at first. Numbers and switches with their value, others without. */
export interface DialView {
  cloud: "cloudflare" | "sendgrid" | "fly";
  dial: string;
  /** Empty for a dial that is a list: SMTP servers are listed with passwords. */
  value: string;
}

/** The dials of all clouds that were turned. */
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
