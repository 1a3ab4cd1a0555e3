import { z } from "zod";
import type { CloudClient } from "../shared/cloud-client.ts";
import type { Kind } from "../shared/kind.ts";
import { accountId, bucketName, jurisdiction } from "./bucket-inputs.ts";
import { reachInputs } from "./reach-inputs.ts";
import { type CustomDomain, customDomain, customDomainPath } from "./zone-reading.ts";

const inputs = z.object({
  accountId,
  bucket: bucketName,
  jurisdiction,
  host: z.string().min(1, { error: "it is empty" }),
  minTls: z.enum(["1.0", "1.1", "1.2", "1.3"]),
  ...reachInputs,
});

type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Whether R2 serves the bucket at the host. */
  enabled: boolean;
  /** R2's word: pending, active, deactivated, blocked, error, unknown. Or `missing`: R2 does not know the host. */
  ownership: string;
  /** R2's word: initializing, pending, active, deactivated, error, unknown. Or `missing`, as above. */
  ssl: string;
}

function outputsOf(domain: CustomDomain | undefined): Outputs {
  if (domain === undefined) return { enabled: false, ownership: "missing", ssl: "missing" };
  const { enabled, status = {} } = domain;
  return { enabled, ownership: status.ownership ?? "unknown", ssl: status.ssl ?? "unknown" };
}

/** Whether the host is in a state that waiting does not end. Switching it on again may. */
function isOffOrStuck({ enabled, ownership, ssl }: Outputs): boolean {
  return !enabled || [ownership, ssl].some((word) => word === "deactivated" || word === "error");
}

/**
 * Switches the host on again if it is off or stuck. Does nothing to a host that R2 does not know: only
 * `R2CustomDomain` can create it.
 *
 * @returns the state of the host after that
 */
async function keepOn(cloud: CloudClient, wanted: Inputs): Promise<Outputs> {
  const found = await customDomain(cloud, wanted);
  const seen = outputsOf(found);
  if (found === undefined || !isOffOrStuck(seen)) return seen;
  const headers = { "cf-r2-jurisdiction": wanted.jurisdiction };
  const body = { enabled: true, minTLS: wanted.minTls };
  await cloud.request("PUT", customDomainPath(wanted), { headers, body });
  return outputsOf(await customDomain(cloud, wanted));
}

/**
 * Looks after a bucket's public host. The host is created by `cloudflare.R2CustomDomain`, which is done when its
 * POST is answered. But some hosts then stay disabled (terraform-provider-cloudflare#6578), and the certificate
 * comes minutes later.
 */
export const publicHost: Kind<Inputs, Outputs, () => CloudClient> = {
  inputs,
  replacedBy: ["accountId", "bucket", "jurisdiction", "host"],

  async create(connect, wanted) {
    return { id: wanted.host, outs: await keepOn(connect(), wanted) };
  },

  async differs(connect, _id, state) {
    const now = outputsOf(await customDomain(connect(), state));
    // While R2 cannot reach its certificates, it answers `unknown` for both: that is not a change.
    if (now.enabled && now.ownership === "unknown" && now.ssl === "unknown") return undefined;
    if (now.ownership === "missing")
      return `${state.host} is no longer connected to the bucket ${state.bucket}: pulumi up --refresh connects it again`;
    if (isOffOrStuck(now))
      return `${state.host} is ${now.enabled ? `stuck (${now.ownership}, ${now.ssl})` : "off"}`;
    // The host is on now; the state may still have it as off.
    const isRecorded = state.enabled && now.ownership === state.ownership && now.ssl === state.ssl;
    return isRecorded ? undefined : `${state.host}: ownership ${now.ownership}, certificate ${now.ssl}`;
  },

  async read(connect, _id, state) {
    const found = await customDomain(connect(), state);
    return found && outputsOf(found);
  },

  update: (connect, _id, _state, news) => keepOn(connect(), news),

  // Nothing to remove: R2CustomDomain deletes the host.
  async remove() {},
};
