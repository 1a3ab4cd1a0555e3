/** `certs …`. Source: superfly/flyctl internal/command/certificates/root.go. */
import type { Data } from "../api/graphql.ts";
import { requireAppName } from "../app-name.ts";
import { FlyError, NonInteractive } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { printAdded, printChecked, printSetup } from "./certs-text.ts";

function certificatesPath(app: string): string {
  return `/apps/${encodeURIComponent(app)}/certificates`;
}

async function list(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const path = `${certificatesPath(app)}?limit=50`;
  const answer = await run.flaps.wrapped("failed to list certificates", "GET", path);
  const all = answer.certificates as Data[] | undefined;
  if (run.settings.json) {
    run.json(all === undefined || all === null ? null : all.map((one) => conform("CertificateSummary", one)));
  } else {
    const line = (host: string, source: string, status: string) =>
      run.print(`${host.padEnd(30)} ${source.padEnd(10)} ${status}`);
    line("HOSTNAME", "SOURCE", "STATUS");
    for (const one of all ?? []) line(one.hostname, sourceOf(one), statusOf(one));
  }
  if (answer.next_cursor) {
    run.print(
      `\nShowing ${all?.length ?? 0} of ${answer.total_count ?? 0} certificates. Use the Machines API to paginate through all results.`,
    );
  }
}

function sourceOf(summary: Data): string {
  if (summary.has_custom_certificate) return "Custom";
  return summary.has_fly_certificate || summary.acme_requested ? "Fly" : "-";
}

function statusOf(summary: Data): string {
  if (summary.has_custom_certificate) return summary.configured ? "Verified" : "Not verified";
  if (summary.configured) return "Issued";
  const proofs = ["acme_dns_configured", "acme_alpn_configured", "acme_http_configured"];
  return proofs.some((proof) => summary[proof]) ? "Issuing..." : "Not verified";
}

async function add(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const [hostname = ""] = run.args;
  const path = `${certificatesPath(app)}/acme`;
  const answer = await run.flaps.wrapped("failed to create ACME certificate", "POST", path, { hostname });
  const detail = conform("CertificateDetailResponse", answer) as Data;
  if (run.settings.json) run.json(detail);
  else printAdded(run, hostname, detail);
}

async function check(run: Run): Promise<void> {
  const detail = await checkOnServer(run);
  if (run.settings.json) run.json(detail);
  else printChecked(run, run.args[0] ?? "", detail);
}

async function setup(run: Run): Promise<void> {
  printSetup(run, run.args[0] ?? "", await checkOnServer(run));
}

/** Lets Fly look at the DNS again; the answer is the certificate as it then stands. */
async function checkOnServer(run: Run): Promise<Data> {
  requireSession(run);
  const app = requireAppName(run);
  const path = `${certificatesPath(app)}/${encodeURIComponent(run.args[0] ?? "")}/check`;
  const answer = await run.flaps.wrapped("failed to check certificate", "POST", path);
  return conform("CertificateDetailResponse", answer) as Data;
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
  "certs setup": setup,
  "certs remove": remove,
};
