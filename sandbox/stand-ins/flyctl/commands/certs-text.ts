/** What `certs` says to people. Source: superfly/flyctl internal/command/certificates/root.go. */
import type { Data } from "../api/graphql.ts";
import { humanTime } from "../go/time.ts";
import type { Run } from "../run.ts";

function quoted(hostname: string): string {
  return hostname.includes("*") ? `'${hostname}'` : hostname;
}

/** After `certs add`. */
export function printAdded(run: Run, hostname: string, detail: Data): void {
  const { a, aaaa, acme_challenge: challenge } = detail.dns_requirements;
  const v4 = a?.[0] ?? "";
  const v6 = aaaa?.[0] ?? "";
  const isWildcard = hostname.startsWith("*.");
  run.print(`✓ Certificate created for ${hostname}\n`);
  if (v4 === "" && v6 === "") {
    run.print("! Your app has no public IP addresses.");
    run.print("Run fly ips allocate to allocate IPs.");
  } else {
    run.print("Recommended DNS setup:");
    if (v4 !== "") run.print(`  A    ${hostname} → ${v4}`);
    if (v6 !== "") run.print(`  AAAA ${hostname} → ${v6}`);
    if (v4 === "") run.print("\nRun fly ips allocate to add an IPv4 address.");
  }
  if (isWildcard && challenge.name !== "" && challenge.target !== "") {
    run.print("\n! Wildcard certificates require DNS validation:");
    run.print(`  CNAME ${challenge.name} → ${challenge.target}`);
  }
  if (!isWildcard && hostname.split(".").length === 2 && !hostname.startsWith("www.")) {
    run.print(`\nTip: Run fly certs add www.${hostname} to cover the www subdomain.`);
  }
  run.print(`\nRun fly certs check ${quoted(hostname)} to check validation progress.`);
  run.print(`Run fly certs setup ${quoted(hostname)} for alternative DNS setups.`);
}

/** After `certs check`. */
export function printChecked(run: Run, hostname: string, detail: Data): void {
  printDetail(run, detail);
  const problems: Data[] = detail.validation_errors ?? [];
  if (problems.length > 0) run.print();
  for (const problem of problems) {
    run.print(`! ${problem.message}`);
    if (problem.remediation) run.print(`  ${problem.remediation}`);
  }
  const states = ((detail.certificates ?? []) as Data[]).map((certificate) => certificate.status);
  run.print();
  if (states.includes("active")) {
    run.print("✓ Certificate is verified and active");
  } else if (states.includes("pending_ownership")) {
    const { name, app_value: value } = detail.dns_requirements.ownership;
    if (name === "") return;
    run.print("Add this DNS record to verify domain ownership:\n");
    run.print(`  TXT ${name} → ${value}\n`);
    run.print(`Run fly certs check ${quoted(hostname)} after adding the record.`);
  } else {
    run.print(`Run fly certs setup ${quoted(hostname)} to view DNS setup instructions.`);
  }
}

function printDetail(run: Run, detail: Data): void {
  const all: Data[] = detail.certificates ?? [];
  const custom = all.findLast((certificate) => certificate.source === "custom");
  const fly = all.findLast((certificate) => certificate.source !== "custom");
  if (custom === undefined) {
    if (fly !== undefined) {
      printCertificate(run, detail.hostname, fly, "");
    } else {
      field(run, "Status", "Not verified");
      field(run, "Hostname", detail.hostname);
    }
    return;
  }
  run.print("Custom Certificate");
  printCertificate(run, detail.hostname, custom, "");
  run.print("\nFly-Managed Certificate");
  if (fly === undefined) field(run, "Status", "disabled");
  else printCertificate(run, detail.hostname, fly, custom.status === "active" ? "Fallback" : "");
}

function field(run: Run, label: string, value: string): void {
  run.print(`  ${label.padEnd(23)} = ${value}`);
}

function friendlyStatus(source: string, status: string): string {
  if (status === "active") return source === "custom" ? "Verified" : "Issued";
  return status === "pending_ownership" || source === "custom" ? "Not verified" : "Issuing...";
}

function printCertificate(run: Run, hostname: string, certificate: Data, override: string): void {
  field(run, "Status", override || friendlyStatus(certificate.source, certificate.status));
  field(run, "Hostname", hostname);
  const issued: Data[] = certificate.issued ?? [];
  const authority = issued.find((one) => one.certificate_authority)?.certificate_authority;
  if (authority)
    field(run, "Certificate Authority", authority === "lets_encrypt" ? "Let's Encrypt" : authority);
  if (certificate.issuer) field(run, "Issuer", certificate.issuer);
  if (issued.length > 0) field(run, "Issued", issued.map((one) => one.type).join(","));
  if (isSet(certificate.created_at)) field(run, "Added to App", humanTime(certificate.created_at));
  if (isSet(certificate.expires_at)) field(run, "Expires", humanTime(certificate.expires_at));
  else if (isSet(issued[0]?.expires_at)) field(run, "Expires", humanTime(issued[0]?.expires_at));
}

function isSet(time: unknown): boolean {
  return typeof time === "string" && !time.startsWith("0001-01-01");
}

/** `certs setup`. */
export function printSetup(run: Run, hostname: string, detail: Data): void {
  const { a, aaaa, cname, acme_challenge: challenge, ownership } = detail.dns_requirements;
  const v4 = a?.[0] ?? "";
  const v6 = aaaa?.[0] ?? "";
  const isWildcard = hostname.startsWith("*.");
  const all: Data[] = detail.certificates ?? [];
  const hasCustom = all.some((certificate) => certificate.source === "custom");
  const hasAcme =
    detail.acme_requested || !hasCustom || all.some((certificate) => certificate.source !== "custom");
  const showCname = cname !== "" && !isApex(hostname);
  run.print(`DNS Setup Options for ${hostname}`);
  if (v4 !== "" || v6 !== "" || showCname) {
    run.print(`\nRoute traffic to your app${showCname ? " with one of" : ""}:`);
  }
  let option = 1;
  if (v4 !== "" || v6 !== "") {
    run.print(showCname ? `\n  ${option}. A and AAAA Records (recommended)` : "\n  A and AAAA Records");
    if (v4 !== "") run.print(`     A    ${hostname} → ${v4}`);
    if (v6 !== "") run.print(`     AAAA ${hostname} → ${v6}`);
    option++;
  }
  if (showCname) {
    run.print(`\n  ${option}. CNAME Record`);
    run.print(`     CNAME ${hostname} → ${cname}`);
  }
  const showAcme = hasAcme && challenge.name !== "" && challenge.target !== "";
  const showOwnership = ownership.name !== "" && (!hasAcme || hasCustom || !isWildcard);
  if (showAcme || showOwnership) run.print("\nAdditional DNS records:");
  if (showAcme) {
    run.print("\n  ACME DNS Challenge");
    run.print(`     CNAME ${challenge.name} → ${challenge.target}`);
    run.print(
      isWildcard
        ? "     Required to issue fly-managed wildcard certificates."
        : "     Only needed if you want to generate the certificate before directing traffic to your application.",
    );
  }
  if (showOwnership) {
    run.print("\n  Ownership TXT Record");
    if (ownership.app_value !== "") run.print(`     TXT ${ownership.name} → ${ownership.app_value}`);
    run.print(
      hasCustom && isWildcard
        ? "     Required to verify ownership for custom wildcard certificates."
        : "     Required if your app doesn't have an IPv6 address, or if traffic is routed through a CDN or proxy.",
    );
  }
  run.print();
}

/** A registrable domain has no CNAME. The real one asks the public suffix list; two labels are meant here. */
function isApex(hostname: string): boolean {
  return hostname.split(".").length === 2;
}
