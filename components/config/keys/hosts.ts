/** Keys for the domain, its Cloudflare zone and the community's hosts. */
import { z } from "zod";
import { hostName, jsonOf } from "../forms.ts";
import { described } from "../key-words.ts";

export const hostKeys = {
  domain: described(hostName, {
    description:
      "Domain of the community. It is permanent: the names of all accounts and their ties to other servers depend on it.",
    example: "acme.social",
  }),
  zone: described(hostName.optional(), {
    description: "Cloudflare zone that contains the domain.",
    unset: "the domain",
    example: "example.org",
    see: ["operations.md#several-communities"],
  }),
  zoneMode: described(z.enum(["owned", "shared", "created"]).optional(), {
    description:
      "How the stack holds the zone. `owned`: the stack sets the SSL mode and the security level of the zone. `shared`: the stack leaves these settings alone and keeps a rule for its own hosts instead. `created`: the stack creates the zone and owns it.",
    unset: "`owned` when the zone is the domain, else `shared`",
    example: "shared",
    see: ["operations.md#several-communities"],
  }),
  assetsHost: described(hostName.optional(), {
    description: "Host of scripts and styles, which Cloudflare caches.",
    unset: "`assets.<domain>`; below a zone `assets-<subdomain>.<zone>`",
    example: "assets.acme.social",
  }),
  filesHost: described(hostName.optional(), {
    description:
      "Host of the uploads, served from the bucket. Other servers keep the addresses of uploads, so an earlier host belongs in `oldFilesHosts`.",
    unset: "`files.<domain>`; below a zone `files-<subdomain>.<zone>`",
    example: "media.acme.social",
    see: ["operations.md#another-name-for-uploads"],
  }),
  oldFilesHosts: described(jsonOf(z.array(hostName), '["files.example.org"]').default([]), {
    description: "Earlier hosts of the uploads, which keep serving the same bucket.",
    example: '["files.acme.social"]',
    see: ["operations.md#another-name-for-uploads"],
  }),
  streamingHost: described(hostName.optional(), {
    description: "Host of the streaming API (WebSockets).",
    unset: "`streaming.<domain>`",
    example: "streaming.acme.social",
  }),
  alternateDomains: described(jsonOf(z.array(hostName), '["old.example.org"]').optional(), {
    description:
      "Further hosts that Mastodon answers (`ALTERNATE_DOMAINS`). Mastiff makes neither DNS records nor certificates for them.",
    unset: "none",
    example: '["old.acme.social"]',
  }),
};
