/** The table of hosts. DNS, certificates, environment variables and the header rule are derived from it. */

/** The purpose of a host; also the logical name of the resources created for it. */
export type HostRole = "root" | "streaming" | "assets" | "files";

/** One host of a community. */
export interface Host {
  role: HostRole;
  name: string;
  /** The server behind the host: one of the two apps on Fly, or the bucket. */
  servedBy: "web" | "streaming" | "bucket";
  /** Whether traffic goes through Cloudflare's edge (orange cloud). */
  proxied: boolean;
  /** The app's address records, a CNAME to the root host, or none because R2 creates its own. */
  record: "addresses" | "cname" | "none";
  /** Whether pages of other origins load from the host, so that it needs `Access-Control-Allow-Origin: *`. */
  crossOrigin: boolean;
}

/** Hosts at which the edge serves the bucket: `filesHost` and the old ones, which behave the same. */
export function bucketHosts(names: { filesHost: string; oldFilesHosts: readonly string[] }): string[] {
  return [...new Set([names.filesHost, ...names.oldFilesHosts])];
}

/** Names from which the table is built. */
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

/** The hosts that Fly serves. Each needs a certificate there. */
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
