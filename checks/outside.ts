/**
 * What must hold of a community on the real internet, beside what any visitor sees (table.ts): its zone,
 * certificates, what stands in front of its hosts, and its mail records where mail servers read them.
 */
import { type Check, check } from "./check.ts";
import type { Community } from "./community.ts";
import { at, header, must, parsed, status } from "./expect.ts";
import type { Inspector } from "./inspector.ts";
import { newestRelease } from "./release.ts";
import { look, lookAgain, unknownDns } from "./repairs.ts";
import { crossOrigin, filesCheck } from "./table.ts";
import type { Visitor } from "./visitor.ts";

/** Certificates with fewer days left are a warning. Fly and Cloudflare renew theirs 30 days before the end. */
const warningDays = 14;
/** Certificates with fewer days left are critical: renewal has failed for four weeks. */
const criticalDays = 3;

/** The authority of Fly's certificates. https://fly.io/docs/networking/custom-domain/ */
const flysIssuer = "letsencrypt.org";

/** The community's own checks of this kind: a host that has a certificate has a check for it. */
export function outsideChecks(community: Community): Check<unknown, Inspector>[] {
  const { domain, streamingHost, assetsHost, filesHost, oldFilesHosts = [], sendgrid } = community;
  const files = [filesHost, ...oldFilesHosts];
  const proxied = [...(assetsHost === undefined ? [] : [assetsHost]), ...files];
  const direct = [
    { host: domain, path: "/health" },
    { host: streamingHost, path: "/api/v1/streaming/health" },
  ];
  return [
    delegation,
    authorities,
    signatures,
    ...proxied.map(hasAddress),
    issuers,
    ...[domain, streamingHost, ...proxied].map(certificate),
    ...direct.map(isDirect),
    letsServersIn({ host: domain, path: "/.well-known/nodeinfo", wanted: 200 }),
    // A bucket has nothing at its root.
    ...files.map((host) => letsServersIn({ host, path: "/", wanted: 404 })),
    openDoor,
    upload,
    ...oldFilesHosts.map((host) => filesCheck(`files: ${host} still serves the uploads`, () => host)),
    spf,
    ...(sendgrid ? [signingKeys] : []),
    newestRelease,
  ];
}

const delegation = check({
  name: "DNS: the domain is in a zone at Cloudflare",
  at: ({ domain }) => `DNS of ${domain}`,
  asked: ({ domain }) => `NS of ${domain}, or of its nearest parent that has any`,
  ask: ({ nameServers }: Inspector, { domain }) => nameServers(domain),
  judge({ zone, servers }) {
    must(servers.length > 0, `${zone} has no name servers`);
    must(
      servers.every((server) => server.endsWith(".ns.cloudflare.com")),
      `${zone} is served by ${servers.join(" and ")}`,
      {
        urgency: "warning",
        means:
          "Nobody sees the records that Mastiff creates in Cloudflare's zone, unless these servers are Cloudflare's too.",
      },
    );
  },
  means: "No host of the community can be found. The domain may have expired.",
  repair:
    "pulumi stack output nameServers   (the servers that the registrar should list)\n" +
    "Check at the registrar that the domain is paid for and lists these servers.",
  urgency: "critical",
  unanswered: unknownDns,
});

const authorities = check({
  name: "DNS: every name server that the registrar lists answers for the zone",
  at: ({ domain }) => `DNS of ${domain}`,
  asked: ({ domain }) => `SOA of the zone of ${domain}, at each of its name servers`,
  ask: ({ lameness }: Inspector, { domain }) => lameness(domain),
  judge(servers) {
    const lame = servers.filter(({ problem }) => problem !== undefined);
    const seen = lame.map(({ server, problem }) => `${server}: ${problem}`).join(", ");
    must(lame.length === 0 || lame.length === servers.length, seen, {
      urgency: "warning",
      means:
        "It is chance whether somebody finds the community: it depends on the name server that is asked.",
    });
    must(lame.length === 0, seen);
  },
  means: "Nobody finds any host of the community: the name servers do not know its zone.",
  repair:
    "pulumi stack output nameServers   (the servers that the registrar should list, and no others)\n" +
    "Cloudflare dashboard, the zone, Overview   (whether the zone is there and active)",
  urgency: "critical",
  unanswered: unknownDns,
});

/** Cloudflare's resolver, which checks signatures unless it is asked not to (RFC 4035 3.2.2, the bit CD). */
const resolver = "https://cloudflare-dns.com/dns-query";
/** RFC 1035 4.1.1 */
const servfail = 2;

const signatures = check({
  name: "DNS: what DNSSEC signs can be verified",
  at: () => "cloudflare-dns.com",
  asked: ({ domain }) =>
    `A of ${domain} at a resolver that checks signatures, once with and once without the check`,
  async ask({ ask }: Visitor, { domain }) {
    const of = async (more: string) => {
      const url = `${resolver}?name=${encodeURIComponent(domain)}&type=A${more}`;
      const answer = await ask(url, { accept: "application/dns-json" });
      if (answer.status !== 200) throw new Error(`cloudflare-dns.com answered ${answer.status}`);
      return at(parsed(answer), "Status");
    };
    const [checked, unchecked] = await Promise.all([of(""), of("&cd=1")]);
    return { checked, unchecked };
  },
  judge({ checked, unchecked }) {
    must(checked !== servfail || unchecked === servfail, "SERVFAIL with the check, an answer without it");
  },
  means: "Most people and servers cannot find the community: their resolvers refuse the zone's signatures.",
  repair:
    "Cloudflare dashboard, DNS, Settings, DNSSEC   (the DS record that the registrar should have)\n" +
    "At the registrar: exactly this DS record. One that is left from earlier name servers breaks every name.",
  urgency: "critical",
  unanswered: {
    urgency: "info",
    means: "Nothing is known about DNSSEC: a resolver that checks signatures could not be reached.",
    repair: "ask again, also from another network",
  },
});

/** Any address will do: Cloudflare answers for proxied hosts with its own. */
function hasAddress(host: string): Check<unknown, Inspector> {
  return check({
    name: `DNS: ${host} has an address`,
    at: () => `DNS of ${host}`,
    asked: () => `A and AAAA of ${host}`,
    ask: async ({ resolve }: Inspector) =>
      (await Promise.all([resolve(host, "A"), resolve(host, "AAAA")])).flat(),
    judge(addresses) {
      must(addresses.length > 0, `${host} has neither an A nor an AAAA record`);
    },
    means: "Nothing loads from this host: pages have no scripts, or posts have no pictures.",
    repair: `${lookAgain}\npulumi stack output waitingFor`,
    urgency: "critical",
    unanswered: unknownDns,
  });
}

const issuers = check({
  name: "DNS: CAA records allow Let's Encrypt to issue certificates",
  at: ({ domain }) => `DNS of ${domain}`,
  asked: ({ domain }) => `CAA of ${domain}, or of its nearest parent that has any`,
  ask: ({ resolve }: Inspector, { domain }) => closest(domain, (name) => resolve(name, "CAA")),
  judge({ name, records }) {
    const allowed = records.some((record) => record.includes(flysIssuer));
    must(records.length === 0 || allowed, `${name} has ${records.join(", ")}`);
  },
  means: "The certificates at Fly cannot be renewed: the site goes down when they expire.",
  repair: `add a record: Cloudflare dashboard, DNS, Add record, CAA, 0 issue "${flysIssuer}"`,
  urgency: "warning",
  unanswered: unknownDns,
});

function certificate(host: string): Check<unknown, Inspector> {
  return check({
    name: `certificate: ${host}`,
    at: () => host,
    asked: () => `the certificate of ${host} at port 443`,
    ask: (by: Inspector) => by.certificate(host),
    judge({ daysLeft, until, issuer, problem }) {
      const seen = `a certificate of ${issuer} until ${until.slice(0, 10)}`;
      must(problem === undefined, `${seen}: ${problem}`, {
        means: "Browsers, apps and other servers refuse this host: its certificate is not valid.",
      });
      must(daysLeft >= warningDays, `${seen}, ${days(daysLeft)} left`, {
        urgency: daysLeft < criticalDays ? "critical" : "warning",
      });
    },
    means: "The certificate should have been renewed by now. When it expires, nobody can reach the host.",
    repair:
      "pulumi stack output waitingFor   (says what each certificate waits for)\n" +
      "pulumi up                        (recreates missing certificates and their records)\n" +
      `fly certs show ${host} -a <app>  (hosts at Fly: what Let's Encrypt answered)\n` +
      "Cloudflare dashboard, SSL/TLS, Edge Certificates   (hosts that it proxies)",
    urgency: "critical",
  });
}

const days = (count: number) => (count === 1 ? "1 day" : `${count} days`);

/** A host that Fly serves directly. */
function isDirect({ host, path }: { host: string; path: string }): Check {
  return check({
    name: `DNS: ${host} points directly to Fly`,
    at: () => host,
    asked: () => `https://${host}${path}: the header server`,
    ask: ({ ask }: Visitor) => ask(`https://${host}${path}`),
    judge({ headers }) {
      const server = headers.server ?? "";
      must(!/^cloudflare$/i.test(server), `header server is "${server}"`);
    },
    means:
      "The host is behind Cloudflare's proxy, which drops WebSockets that are silent for 100 s and treats other servers as bots.",
    repair: `${lookAgain}\nThe record of ${host} should be DNS only (grey cloud).`,
    urgency: "warning",
  });
}

/** How Mastodon introduces itself to other servers (app/lib/request.rb, lib/mastodon/version.rb). */
const otherServer = { "user-agent": "Mastodon/4.7.4 (http.rb/5.3.1; +https://elsewhere.example/)" };

function letsServersIn({ host, path, wanted }: { host: string; path: string; wanted: number }): Check {
  return check({
    name: `fediverse: ${host} answers other servers`,
    at: () => host,
    asked: () => `https://${host}${path}, with the user agent of another Mastodon server`,
    ask: ({ ask }: Visitor) => ask(`https://${host}${path}`, otherServer),
    judge(answer) {
      const mitigated = answer.headers["cf-mitigated"];
      must(mitigated === undefined, `status ${answer.status}, header cf-mitigated is "${mitigated}"`);
      status(answer, wanted);
    },
    means:
      "Cloudflare treats other servers as bots: this community's posts, profiles and pictures do not reach them.",
    repair:
      "Cloudflare dashboard, the zone, Security, Settings, Bot traffic: Bot Fight Mode off (no rule can exempt requests from it)\n" +
      "Cloudflare dashboard, Security, Events   (which rule refused the request)\n" +
      "pulumi up --refresh   (after an attack: ends Under Attack mode in a zone of the stack's own)",
    urgency: "critical",
  });
}

/** An object that the bucket really has. A community whose instance shows none has nothing to ask for here. */
const upload = check({
  name: "files: an upload loads from any origin",
  at: ({ filesHost }) => filesHost,
  asked: ({ domain, filesHost }) =>
    `the first upload at ${filesHost} that https://${domain}/api/v2/instance names`,
  async ask({ ask }: Visitor, { domain, filesHost }) {
    const { body } = await ask(`https://${domain}/api/v2/instance`);
    const url = body.split('"').find((text) => text.startsWith(`https://${filesHost}/`));
    return { url, answer: url === undefined ? undefined : await ask(url, crossOrigin) };
  },
  judge({ url, answer }) {
    if (answer === undefined) return;
    must(answer.status === 200, `status ${answer.status} of ${url}, should be 200`);
    header(answer, "access-control-allow-origin", "*", {
      urgency: "warning",
      means: "Web apps of other origins cannot read the uploads: audio, video and cropped pictures fail.",
    });
  },
  means:
    "Pictures and other uploads do not load, although their host answers: they are in another bucket, or gone.",
  repair: `${lookAgain}\ndocs/operations.md, “Moving house”     (where uploads are after a change of the bucket)`,
  urgency: "critical",
});

/** @see https://docs.joinmastodon.org/entities/Instance/ `registrations` */
const openDoor = check({
  name: "web: new accounts need approval",
  at: ({ domain }) => domain,
  asked: ({ domain }) => `https://${domain}/api/v2/instance: registrations`,
  ask: ({ ask }: Visitor, { domain }) => ask(`https://${domain}/api/v2/instance`),
  judge(answer) {
    const instance = parsed(answer);
    const isOpen = at(instance, "registrations.enabled") === true;
    must(
      !isOpen || at(instance, "registrations.approval_required") !== false,
      "registrations.enabled is true, registrations.approval_required is false",
    );
  },
  means: "Anybody gets an account at once. Spam waves come from servers with open registrations.",
  repair: "Preferences, Administration, Server settings, Registrations: approval required",
  urgency: "info",
});

/** Two SPF records make both void (RFC 7208 4.5). SendGrid's mails have theirs at the return path, by CNAME. */
const spf = check({
  name: "mail: one SPF record at most, and one where mail needs it",
  at: ({ domain }) => `DNS of ${domain}`,
  asked: ({ domain }) => `TXT of ${domain}`,
  ask: ({ resolve }: Inspector, { domain }) => resolve(domain, "TXT"),
  judge(texts, { domain, sendgrid }) {
    const records = texts.filter((text) => /^v=spf1( |$)/i.test(text));
    must(records.length < 2, `${domain} has ${records.length} SPF records: ${records.join(", ")}`, {
      means: "Two SPF records invalidate each other: receivers distrust or refuse mails from the domain.",
      repair: "merge them into one record that says what both say",
    });
    must(records.length > 0 || sendgrid !== false, `${domain} has no SPF record`);
  },
  means: "Mail providers cannot tell that the mail server of the config may send for the domain.",
  repair: "ask the provider of mastiff:smtpServer for its SPF record, and add it as a TXT of the domain",
  urgency: "warning",
  unanswered: unknownDns,
});

/** The keys themselves, behind SendGrid's CNAMEs. */
const signingKeys = check({
  name: "mail: SendGrid's DKIM keys can be fetched",
  at: ({ domain }) => `DNS of ${domain}`,
  asked: ({ domain }) => `TXT of s1._domainkey.${domain} and s2._domainkey.${domain}`,
  ask: ({ resolve }: Inspector, { domain }) =>
    Promise.all(
      ["s1", "s2"].map(async (selector) => {
        const name = `${selector}._domainkey.${domain}`;
        return { name, texts: await resolve(name, "TXT") };
      }),
    ),
  judge(keys) {
    const missing = keys.filter(({ texts }) => !texts.some((text) => /\bp=\w/.test(text)));
    must(missing.length === 0, `no key at ${missing.map(({ name }) => name).join(" and ")}`);
  },
  means: "Mails of the community cannot be verified: they end in spam folders or are refused.",
  repair: `${look}\npulumi up --refresh              (recreates missing records)\npulumi stack output waitingFor   (whether SendGrid has seen its records)`,
  urgency: "warning",
  unanswered: unknownDns,
});

/** The records of the name, or of the next name above it that has any (RFC 8659 3). */
async function closest(
  domain: string,
  recordsOf: (name: string) => Promise<string[]>,
): Promise<{ name: string; records: string[] }> {
  for (let name = domain; name.includes("."); name = name.slice(name.indexOf(".") + 1)) {
    const records = await recordsOf(name);
    if (records.length > 0) return { name, records };
  }
  return { name: domain, records: [] };
}
