/** What the checks know about a community. */
export interface Community {
  /** E.g. mastiff.party. */
  domain: string;
  streamingHost: string;
  filesHost: string;
  /** Earlier hosts of the files, which must keep serving them. Default: none. */
  oldFilesHosts?: readonly string[];
  /** The owner's user name. Default: the account of the server itself is asked for. */
  owner?: string;
  /** Host that the pages' scripts must come from. Default: any host. */
  assetsHost?: string;
  /** Mastodon's version, without the v. Default: any. */
  version?: string;
  /** VAPID_PUBLIC_KEY as it was generated. Default: any. */
  vapidPublicKey?: string;
  /** Whether SendGrid sends this community's mail, so that its records are expected. Default: unknown. */
  sendgrid?: boolean;
}

/** The community that a stack's outputs describe. */
export function communityOf(outputs: Record<string, unknown>): Community {
  const text = (name: string): string => {
    const value = outputs[name];
    if (typeof value !== "string")
      throw new Error(`the stack has no output ${name}: has pulumi up been run?`);
    return value;
  };
  const secrets = (outputs.secrets ?? {}) as Record<string, string | undefined>;
  const toml = typeof outputs.flyToml === "string" ? outputs.flyToml : "";
  const version = /mastodon\/mastodon:v([\w.-]+)/.exec(toml)?.[1];
  const assets = /^\s*CDN_HOST\s*=\s*"https:\/\/([^"]+)"/m.exec(toml)?.[1];
  return {
    domain: new URL(text("url")).hostname,
    streamingHost: new URL(text("streamingUrl")).hostname,
    filesHost: new URL(text("filesUrl")).hostname,
    owner: text("ownerUsername"),
    sendgrid: /smtp\.sendgrid\.net/.test(toml),
    ...(assets && { assetsHost: assets }),
    ...(version && { version }),
    ...(secrets.VAPID_PUBLIC_KEY && { vapidPublicKey: secrets.VAPID_PUBLIC_KEY }),
  };
}
