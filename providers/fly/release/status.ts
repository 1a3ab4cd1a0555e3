import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import type { CertificateStatus, StatusOutput, StatusSpec } from "../spec.ts";
import { check, judge } from "../things/certificate.ts";

/** The status of each certificate. One that cannot be read is `unknown`, and does not fail the look. */
export async function look(fly: Fly, spec: StatusSpec): Promise<StatusOutput> {
  const certificates = await Promise.all(
    spec.certificates.map(async ({ app, hostname }): Promise<CertificateStatus> => {
      try {
        return judge(hostname, await check(fly, app, hostname));
      } catch (error) {
        if (!(error instanceof FlyctlFailure) || ["missing", "login", "stopped"].includes(error.reason))
          throw error;
        return {
          hostname,
          status: "unknown",
          detail: `Fly could not be asked: ${error.said.split("\n")[0]}`,
        };
      }
    }),
  );
  return { certificates };
}
