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
  /** pending, active, deactivated, blocked, error, unknown; missing where R2 does not know the host. */
  ownership: string;
  /** initializing, pending, active, deactivated, error, unknown; missing where R2 does not know the host. */
  ssl: string;
}

function outputsOf(domain: CustomDomain | undefined): Outputs {
  if (domain === undefined) return { enabled: false, ownership: "missing", ssl: "missing" };
  const { enabled, status = {} } = domain;
  return { enabled, ownership: status.ownership ?? "unknown", ssl: status.ssl ?? "unknown" };
}

/** Whether switching the host on again may help: waiting does not end these states. */
function isStuck({ enabled, ownership, ssl }: Outputs): boolean {
  return !enabled || [ownership, ssl].some((word) => word === "deactivated" || word === "error");
}

/** Switches the host on again when it is off or stuck. @returns its state after that */
async function keep(cloud: CloudClient, wanted: Inputs): Promise<Outputs> {
  const found = await customDomain(cloud, wanted);
  const seen = outputsOf(found);
  if (found === undefined || !isStuck(seen)) return seen;
  const headers = { "cf-r2-jurisdiction": wanted.jurisdiction };
  const body = { enabled: true, minTLS: wanted.minTls };
  await cloud.request("PUT", customDomainPath(wanted), { headers, body });
  return outputsOf(await customDomain(cloud, wanted));
}

/**
 * The public host of a bucket, after R2 was told of it. `cloudflare.R2CustomDomain` is done when its POST is
 * answered; but some hosts stay disabled (terraform-provider-cloudflare#6578), and the certificate comes
 * minutes later.
 */
export const publicHost: Kind<Inputs, Outputs, () => CloudClient> = {
  inputs,
  replacedBy: ["accountId", "bucket", "jurisdiction", "host"],

  async create(cloud, wanted) {
    return { id: wanted.host, outs: await keep(cloud(), wanted) };
  },

  async differs(cloud, _id, state) {
    const now = outputsOf(await customDomain(cloud(), state));
    // While R2 cannot reach its certificates, it answers `unknown` for both: that is not a change.
    if (now.enabled && now.ownership === "unknown" && now.ssl === "unknown") return undefined;
    if (isStuck(now))
      return `${state.host} is ${now.enabled ? `stuck (${now.ownership}, ${now.ssl})` : "off"}`;
    const isAsKnown = now.ownership === state.ownership && now.ssl === state.ssl && state.enabled;
    return isAsKnown ? undefined : `${state.host}: ownership ${now.ownership}, certificate ${now.ssl}`;
  },

  async read(cloud, _id, state) {
    const found = await customDomain(cloud(), state);
    return found && outputsOf(found);
  },

  update: (cloud, _id, _state, news) => keep(cloud(), news),

  // The custom domain is deleted by its own resource; this one made nothing.
  async remove() {},
};
