/** The initial state of a local Cloudflare. */
import { sha256 } from "./digest.ts";
import type { CloudflareState, Zone } from "./state.ts";

/** The account of the local world. */
export const localAccount = "00000000000000000000000000000d09";

/**
 * The Cloudflare of a new local world: one account, two active zones, a pending zone, and the tokens of the
 * operator and of the account's owner.
 */
export function initialCloudflare(): CloudflareState {
  const born = "2026-01-01T00:00:00.000000Z";
  const zone = (id: string, name: string, status: Zone["status"]): Zone => ({
    id,
    accountId: localAccount,
    name,
    status,
    type: "full",
    paused: false,
    nameServers: ["ada.ns.cloudflare.com", "rob.ns.cloudflare.com"],
    createdOn: born,
    activatedOn: status === "active" ? born : null,
  });
  return {
    dials: {
      retryHints: true,
      domainActivationMs: 0,
      bucketSettleMs: 0,
      domainReleaseMs: 0,
      certificatesDown: false,
      tokenActivationMs: 0,
      callsPerFiveMinutes: 1200,
      recordsPerZone: 200,
      operatorModes: [],
      clockAheadMs: 0,
      domainsStartDisabled: false,
      universalSslMs: 0,
      r2Enabled: true,
    },
    accounts: [{ id: localAccount, name: "Mastiff local" }],
    zones: [
      zone("0000000000000000000000000000a001", "mastiff.party", "active"),
      zone("0000000000000000000000000000a002", "example.org", "active"),
      zone("0000000000000000000000000000a003", "pending.example", "pending"),
    ],
    records: [],
    settings: {},
    rulesets: [],
    buckets: [],
    tokens: [
      {
        id: "00000000000000000000000000000b01",
        name: "operator",
        status: "active",
        secret: sha256("local-cloudflare-token-0000000000000000000000"),
        allRights: false,
        operator: true,
        policies: [],
        issuedOn: "2026-01-01T00:00:00Z",
        modifiedOn: "2026-01-01T00:00:00Z",
        mintedAt: "2026-01-01T00:00:00Z",
      },
      {
        id: "00000000000000000000000000000b02",
        name: "owner",
        status: "active",
        secret: sha256("local-cloudflare-owner-0000000000000000000000"),
        allRights: true,
        policies: [],
        issuedOn: "2026-01-01T00:00:00Z",
        modifiedOn: "2026-01-01T00:00:00Z",
        mintedAt: "2026-01-01T00:00:00Z",
      },
    ],
    releasedDomains: {},
    elsewhere: {},
  };
}
