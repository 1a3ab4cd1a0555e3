/** Communities beside the one of the repository's dev stack: each in the same account, organisation and mail account. */
import type { StackOptions } from "./stack.ts";

/** A further stack of a world, unprotected; `more` is config beside what every community has. */
export function neighbour(
  { url }: { url: string },
  stack: string,
  domain: string,
  more: Record<string, string> = {},
): StackOptions {
  const config = {
    "cloudflare:baseUrl": `${url}/client/v4`,
    "mastiff:endpoints": JSON.stringify({ fly: url, sendgrid: `${url}/sendgrid/v3`, r2: `${url}/r2` }),
    "mastiff:domain": domain,
    "mastiff:cloudflareAccountId": "00000000000000000000000000000d09",
    "mastiff:flyOrg": "mastiff",
    "mastiff:ownerUsername": "rex",
    "mastiff:ownerEmail": `rex@${domain}`,
    "mastiff:protect": "false",
    "mastiff:backup": "off",
    "mastiff:housekeeping": "off",
    ...more,
  };
  return { stack, config };
}

/** One of the communities that share the zone example.org. */
export function inSharedZone(world: { url: string }, name: string): StackOptions {
  return neighbour(world, name, `${name}.example.org`, { "mastiff:zone": "example.org" });
}
