/** Every kind of fly.toml that the program renders. */
import { parseCommunity } from "../../components/config/read.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import { images, streamingToml, webToml } from "../../components/fly/fly-toml.ts";
import { railsEnvironment, streamingEnvironment } from "../../components/mastodon/environment.ts";

/** What changes the rendered text: presets, counts, mail ports, jurisdictions, the operator's own variables. */
const variants: Record<string, Record<string, string>> = {
  "preset tiny": {},
  "preset guide": { preset: "guide" },
  "preset small": { preset: "small" },
  "preset medium, with a scheduler of its own": { preset: "medium" },
  "several web machines": { web: '{"count":3,"memoryMb":2048}' },
  "a bigger streaming machine": { streaming: '{"count":2,"cpus":2,"memoryMb":4096}' },
  "mail by TLS from the start": { smtpServer: "smtp.example.org", smtpPort: "465", smtpLogin: "me" },
  "a bucket in the EU": { bucketJurisdiction: "eu" },
  "variables with quotes, hashes and newlines": { env: JSON.stringify({ MOTD: 'a "b" #c\nd', EMPTY: "" }) },
  "a community below a zone": { domain: "dogs.example.org", zone: "example.org" },
  "metrics, with a scheduler of its own": { metrics: "true", preset: "medium" },
  "another version": { mastodonVersion: "v4.6.0" },
};

/** The texts by name: each variant for each of the two apps. */
export function tomls(): Record<string, string> {
  const named = Object.entries(variants).flatMap(([variant, config]) => {
    const community = communityOf(config);
    return (["web", "streaming"] as const).map((app) => [`${variant}: ${app}`, rendered(app, community)]);
  });
  return Object.fromEntries(named);
}

function communityOf(config: Record<string, string>): CommunitySettings {
  const required = {
    domain: "mastiff.party",
    cloudflareAccountId: "0123456789abcdef0123456789abcdef",
    flyOrg: "mastiff",
    ownerUsername: "rex",
    ownerEmail: "rex@example.org",
  };
  const password: Record<string, string> = config.smtpServer === undefined ? {} : { smtpPassword: "x" };
  return parseCommunity({ ...required, ...config, ...password }, new Set(["smtpPassword"]), {
    stack: "variant",
  });
}

function rendered(app: "web" | "streaming", community: CommunitySettings): string {
  const addresses = { v4: "66.241.124.10", v6: "2a09:8280:1::7" };
  const image = images(community.mastodonVersion)[app];
  const { region, sizes, metrics } = community;
  if (app === "streaming") {
    const env = streamingEnvironment(addresses, sizes.streaming.databasePool);
    return streamingToml({ app: `${community.app}-streaming`, region, image, env, sizes, metrics });
  }
  const mail = {
    server: community.smtpServer ?? "smtp.sendgrid.net",
    port: community.smtpPort,
    login: "apikey",
  };
  const env = railsEnvironment(community, addresses, mail);
  return webToml({ app: community.app, region, image, env, sizes, metrics });
}
