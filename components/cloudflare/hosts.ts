/** The one table of hosts, from which DNS, certificates, environment and the header rule all follow. */

/** What a host is for; also the logical name of what is made for it. */
export type HostRole = "root" | "streaming" | "assets" | "files";

/** One host of a community. */
export interface Host {
  role: HostRole;
  name: string;
  /** Who answers: one of the two apps on Fly, or the bucket. */
  servedBy: "web" | "streaming" | "bucket";
  /** Whether Cloudflare's edge stands in front (orange cloud). */
  proxied: boolean;
  /** The address records of the app, a CNAME to the root, or none because R2 makes its own. */
  record: "addresses" | "cname" | "none";
  /** Whether browsers of other origins load from it, so that it needs `Access-Control-Allow-Origin: *`. */
  crossOrigin: boolean;
}

/** Names at which the edge answers for the bucket beside `filesHost`: they behave as that one does. */
export function bucketHosts(names: { filesHost: string; oldFilesHosts: readonly string[] }): string[] {
  return [...new Set([names.filesHost, ...names.oldFilesHosts])];
}

/** Names that the table is made of. */
export interface HostNames {
  domain: string;
  assetsHost: string;
  filesHost: string;
  streamingHost: string;
}

/** The hosts of a community, by role. */
export function hostsOf(names: HostNames): Record<HostRole, Host> {
  return {
    root: host("root", names.domain, "web", { proxied: false, record: "addresses", crossOrigin: false }),
    // Not proxied: Cloudflare drops a WebSocket that is silent for 100 s (error 524).
    streaming: host("streaming", names.streamingHost, "streaming", {
      proxied: false,
      record: "addresses",
      crossOrigin: false,
    }),
    assets: host("assets", names.assetsHost, "web", { proxied: true, record: "cname", crossOrigin: true }),
    files: host("files", names.filesHost, "bucket", { proxied: true, record: "none", crossOrigin: true }),
  };
}

/** The hosts that Fly answers for, each of which needs a certificate there. */
export function hostsOnFly(hosts: Record<HostRole, Host>): (Host & { servedBy: "web" | "streaming" })[] {
  return Object.values(hosts).filter(
    (h): h is Host & { servedBy: "web" | "streaming" } => h.servedBy !== "bucket",
  );
}

function host(
  role: HostRole,
  name: string,
  servedBy: Host["servedBy"],
  rest: Pick<Host, "proxied" | "record" | "crossOrigin">,
): Host {
  return { role, name, servedBy, ...rest };
}
