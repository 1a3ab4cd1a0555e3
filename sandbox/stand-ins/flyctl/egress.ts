/** Warns about egress addresses in the wrong region. Source: superfly/flyctl internal/command/ips/checks.go. */
import type { Data } from "./api/graphql.ts";
import { listAll } from "./api/machines.ts";
import { queries } from "./api/queries.ts";
import { nodes } from "./choose.ts";
import type { Run } from "./run.ts";

/** Prints warnings to stderr. Prints nothing for an app without egress addresses, or if Fly does not answer. */
export async function warnAboutEgress(run: Run, app: string, only?: string[]): Promise<void> {
  try {
    const data = await run.graphql.run(queries.getAppScopedEgressIPAddresses, { appName: app });
    const regions = new Set(nodes<Data>(data.app?.egressIpAddresses).map((ip) => String(ip.region ?? "")));
    if (regions.size === 0) return;
    const machines = new Set((await listAll(run, app)).map((machine) => machine.region));
    const wanted = (region: string) => only === undefined || only.includes(region);
    for (const region of [...regions].filter((one) => wanted(one) && !machines.has(one))) {
      run.warn(
        `Warning: Your app has egress IP(s) assigned in region ${region} but you have no machines there. Only machines in the same region can make use of egress IPs in that region.`,
      );
    }
    for (const region of [...machines].filter((one) => wanted(one) && !regions.has(one))) {
      run.warn(
        `Warning: Your app has machines in region ${region} but no egress IPs allocated there. Since you have egress IPs assigned elsewhere, you might want to assign an egress IP in this region as well.`,
      );
    }
  } catch {
    // A failure only means that there is no warning.
  }
}
