import { z } from "zod";
import type { CloudClient } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import * as form from "./inputs.ts";

const inputs = z.object({
  accountIsOurs: z.boolean(),
  /** What {@link trackingBefore} saw: a second try finds the switch as the first one left it. */
  wasOn: z.boolean().default(false),
  baseUrl: form.baseUrl,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  enabled: boolean;
  warning: string;
  /** Whether this resource switched it off, so that deleting the resource switches it on again. */
  switchedOff: boolean;
}

const PATH = "/tracking_settings/click";

const WARNING =
  "SendGrid rewrites the links in this account's mails (click tracking). The setting applies to the whole account: " +
  "turn it off at https://app.sendgrid.com/settings/tracking, or set in config that only this community uses the account.";

/** Whether links are rewritten in the mails of this account. */
export async function isTracking(cloud: CloudClient): Promise<boolean> {
  return (await cloud.get<{ enabled: boolean }>(PATH)).enabled;
}

async function switchTo(cloud: CloudClient, enabled: boolean): Promise<void> {
  await cloud.request("PATCH", PATH, { body: { enabled } });
}

/** Sets the switch as wanted, and records whether we changed it. */
async function settle(cloud: CloudClient, wanted: Inputs, wasSwitched: boolean): Promise<Outputs> {
  if (!wanted.accountIsOurs && wasSwitched) await switchTo(cloud, true);
  const enabled = await isTracking(cloud);
  if (!wanted.accountIsOurs) return { enabled, warning: enabled ? WARNING : "", switchedOff: false };
  if (enabled) await switchTo(cloud, false);
  return { enabled: false, warning: "", switchedOff: wasSwitched || wanted.wasOn || enabled };
}

export const clickTracking: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: [],

  unsettled: (state) =>
    state.accountIsOurs && state.enabled ? "click tracking was switched on again" : undefined,

  async create(cloud, wanted) {
    return { id: "click", outs: await settle(cloud, wanted, false) };
  },

  async read(cloud, _id, state) {
    const enabled = await isTracking(cloud);
    return {
      enabled,
      warning: enabled && !state.accountIsOurs ? WARNING : "",
      switchedOff: state.switchedOff,
    };
  },

  update: (cloud, _id, state, news) => settle(cloud, news, state.switchedOff),

  async remove(cloud, _id, state) {
    if (state.switchedOff) await switchTo(cloud, true);
  },
};

const nothing = z.object({ baseUrl: form.baseUrl });

/**
 * The state of the switch before the stack touched it. It is a resource of its own because it must be
 * recorded before the switch is changed: a run after a cut-off one would otherwise take the changed state for
 * the original.
 */
export const trackingBefore: Kind<z.infer<typeof nothing>, { wasOn: boolean }, CloudClient> = {
  inputs: nothing,
  replacedBy: [],
  create: async (cloud) => ({ id: "before", outs: { wasOn: await isTracking(cloud) } }),
  read: async (_cloud, _id, { wasOn }) => ({ wasOn }),
  update: async (_cloud, _id, { wasOn }) => ({ wasOn }),
  remove: async () => {},
};
