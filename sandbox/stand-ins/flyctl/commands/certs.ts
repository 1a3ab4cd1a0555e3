/** `certs …`. Source: superfly/flyctl internal/command/certificates/root.go. */
import type { Data } from "../api/graphql.ts";
import { requireAppName } from "../app-name.ts";
import { FlyError, NonInteractive, NotServed } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

function certificatesPath(app: string): string {
  return `/apps/${encodeURIComponent(app)}/certificates`;
}

/** The output exists only as JSON. */
function requireJson(run: Run): void {
  if (!run.settings.json) throw new NotServed(run.line.path, " without --json");
}

async function list(run: Run): Promise<void> {
  requireJson(run);
  requireSession(run);
  const app = requireAppName(run);
  const path = `${certificatesPath(app)}?limit=50`;
  const answer = await run.flaps.wrapped("failed to list certificates", "GET", path);
  const all = answer.certificates as Data[] | undefined;
  run.json(all === undefined || all === null ? null : all.map((one) => conform("CertificateSummary", one)));
  if (answer.next_cursor) {
    run.print(
      `\nShowing ${all?.length ?? 0} of ${answer.total_count ?? 0} certificates. Use the Machines API to paginate through all results.`,
    );
  }
}

async function add(run: Run): Promise<void> {
  requireJson(run);
  requireSession(run);
  const app = requireAppName(run);
  const [hostname = ""] = run.args;
  const path = `${certificatesPath(app)}/acme`;
  const answer = await run.flaps.wrapped("failed to create ACME certificate", "POST", path, { hostname });
  run.json(conform("CertificateDetailResponse", answer));
}

/** Makes Fly check the DNS again. Prints the certificate in its new state. */
async function check(run: Run): Promise<void> {
  requireJson(run);
  requireSession(run);
  const app = requireAppName(run);
  const path = `${certificatesPath(app)}/${encodeURIComponent(run.args[0] ?? "")}/check`;
  const answer = await run.flaps.wrapped("failed to check certificate", "POST", path);
  run.json(conform("CertificateDetailResponse", answer));
}

async function remove(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const [hostname = ""] = run.args;
  const customOnly = run.bool("custom");
  const acmeOnly = run.bool("acme");
  if (customOnly && acmeOnly) throw new FlyError("cannot specify both --custom and --acme");
  if (!run.bool("yes")) throw new NonInteractive();
  const path = `${certificatesPath(app)}/${encodeURIComponent(hostname)}`;
  if (customOnly) {
    await run.flaps.order("failed to delete custom certificate", "DELETE", `${path}/custom`);
    run.print(`✓ Custom certificate for ${hostname} deleted from app ${app}`);
  } else if (acmeOnly) {
    await run.flaps.order("failed to stop ACME certificate", "DELETE", `${path}/acme`);
    run.print(`✓ ACME certificate issuance stopped for ${hostname} on app ${app}`);
  } else {
    await run.flaps.order("failed to delete certificate", "DELETE", path);
    run.print(`✓ Certificate ${hostname} deleted from app ${app}`);
  }
}

export const commands: Record<string, Command> = {
  "certs list": list,
  "certs add": add,
  "certs check": check,
  "certs remove": remove,
};
