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

/** What both resources ask before the first one is recorded and the other one changes anything. */
const questionAt = ({ baseUrl }: { baseUrl?: string | undefined }) => `click tracking at ${baseUrl}`;

/** Sets the switch as wanted, and records whether we changed it. */
async function settle(
  cloud: CloudClient,
  wanted: Inputs,
  { enabled, wasSwitched }: { enabled: boolean; wasSwitched: boolean },
): Promise<Outputs> {
  if (!wanted.accountIsOurs) return { enabled, warning: enabled ? WARNING : "", switchedOff: false };
  if (enabled) await switchTo(cloud, false);
  return { enabled: false, warning: "", switchedOff: wasSwitched || wanted.wasOn || enabled };
}

export const clickTracking: Kind<Inputs, Outputs, CloudClient> = {
  inputs,
  replacedBy: [],

  unsettled: (state) =>
    state.accountIsOurs && state.enabled ? "click tracking was switched on again" : undefined,

  async create(cloud, wanted, known) {
    const question = questionAt(wanted);
    const enabled = await known.get(question, () => isTracking(cloud));
    known.forget(question);
    return { id: "click", outs: await settle(cloud, wanted, { enabled, wasSwitched: false }) };
  },

  async read(cloud, _id, state) {
    const enabled = await isTracking(cloud);
    return {
      enabled,
      warning: enabled && !state.accountIsOurs ? WARNING : "",
      switchedOff: state.switchedOff,
    };
  },

  async update(cloud, _id, { switchedOff }, news) {
    if (!news.accountIsOurs && switchedOff) await switchTo(cloud, true);
    return settle(cloud, news, { enabled: await isTracking(cloud), wasSwitched: switchedOff });
  },

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
  async create(cloud, wanted, known) {
    const wasOn = await known.get(questionAt(wanted), () => isTracking(cloud));
    return { id: "before", outs: { wasOn } };
  },
  read: async (_cloud, _id, { wasOn }) => ({ wasOn }),
  update: async (_cloud, _id, { wasOn }) => ({ wasOn }),
  remove: async () => {},
};
