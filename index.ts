/** A Mastodon community as one Pulumi program: config, components, outputs. */
import * as pulumi from "@pulumi/pulumi";
import { CommunityRecords } from "./components/cloudflare/community-records.ts";
import { HeaderRule } from "./components/cloudflare/header-rule.ts";
import { explainCloudflareErrors } from "./components/cloudflare/hints.ts";
import { bucketHosts, hostsOf } from "./components/cloudflare/hosts.ts";
import { MediaBucket } from "./components/cloudflare/media-bucket.ts";
import { OpenEdge } from "./components/cloudflare/open-edge.ts";
import { StrictTls } from "./components/cloudflare/strict-tls.ts";
import { CommunityZone } from "./components/cloudflare/zone.ts";
import { lookAtZone } from "./components/cloudflare/zone-look.ts";
import { ruleRefOf } from "./components/config/derived-names.ts";
import { readCommunity, secretConfig } from "./components/config/read.ts";
import { sizeWarnings } from "./components/config/sizes.ts";
import { dueAddresses, FlyApp, type FlyPlace } from "./components/fly/app.ts";
import { AppRelease } from "./components/fly/app-release.ts";
import { FlyCertificate, proofOf } from "./components/fly/certificate.ts";
import { lookAtFly, noLook } from "./components/fly/look.ts";
import { Owner } from "./components/fly/owner.ts";
import { isKept, planFly, thingsOf } from "./components/fly/plan.ts";
import { Postgres } from "./components/fly/postgres.ts";
import { Redis } from "./components/fly/redis.ts";
import { RetiredPasswords } from "./components/fly/retired-passwords.ts";
import { MailRecords, mailRecordsOf } from "./components/mail/mail-records.ts";
import { SendgridMail } from "./components/mail/sendgrid-mail.ts";
import { mailServerOf } from "./components/mastodon/environment.ts";
import { MastodonSecrets } from "./components/mastodon/mastodon-secrets.ts";
import { isReleased } from "./components/stack/bound-facts.ts";
import { CommunityFacts } from "./components/stack/community-facts.ts";
import { CommunityLock } from "./components/stack/community-lock.ts";
import { factsOf } from "./components/stack/fact-rules.ts";
import { FinalDump } from "./components/stack/final-dump.ts";
import { lookForCommunity } from "./components/stack/first-look.ts";
import { keepWhatIsThere } from "./components/stack/keep-guard.ts";
import { mendedIn } from "./components/stack/last-state.ts";
import { StackIdentity } from "./components/stack/stack-identity.ts";
import { waitingFor } from "./components/stack/waiting.ts";

export default async function program() {
  // The SDK keeps a stack trace of every promise, and a hook of the SDK looks for source maps of its lines.
  // There are none, because Node runs these files as they are. The hook is a quarter of a preview's work.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  const community = readCommunity();
  const secretValues = secretConfig();
  explainCloudflareErrors();
  const { domain, endpoints, region, rotate, sizes } = community;
  const ref = ruleRefOf(domain);
  const baseUrl = new pulumi.Config("cloudflare").get("baseUrl");
  const shared = community.zoneMode === "shared";
  const hosts = hostsOf(community);
  const hostList = Object.values(hosts);
  const fileHosts = bucketHosts(community);
  const proxied = [
    ...new Set([...hostList.filter((host) => host.proxied).map((host) => host.name), ...fileHosts]),
  ];

  // Nothing else is declared until it is clear that no data would be lost and that nobody is in the way.
  const last = await new CommunityFacts("community", {
    facts: factsOf(community),
    sizes,
    movedFrom: community.movedFrom,
    look: community.drift === "look",
    endpoint: endpoints.fly,
  }).accepted;
  // Before the first release there is nothing to protect. After it, every run protects the data.
  const protect = isKept(community) && isReleased(last);
  keepWhatIsThere(last);

  // The stack's identity comes before anything in a cloud: it tells this stack's resources from others'.
  const stackName = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const identity = new StackIdentity("identity", {
    stack: stackName,
    protect,
    look: () => lookForCommunity(community),
  });
  const { mark: stack } = identity;
  const { mark: knownStack, isNew: isNobody } = await identity.known;

  for (const words of sizeWarnings(sizes)) pulumi.log.warn(words);
  const mail = mailServerOf(community);
  const plan = planFly(community, mail);
  const unseen = { org: community.flyOrg, region };
  const [foundZone, looked] = await Promise.all([
    lookAtZone({ community, stack: knownStack ?? stackName, ref, certificates: plan.certificates }),
    isNobody || knownStack === undefined || community.drift === "off"
      ? noLook
      : lookAtFly(thingsOf(unseen, plan, last), { stack: knownStack, endpoint: endpoints.fly }, last),
  ]);
  const found = { ...looked.found, ...dueAddresses(last, Date.now()) };
  const place: FlyPlace = {
    ...unseen,
    stack,
    endpoint: endpoints.fly,
    drift: { found, mended: mendedIn(last) },
    last,
  };

  const secrets = new MastodonSecrets("secrets", { otpSecret: community.otpSecret, protect, rotate });

  // Cloudflare: the zone, the settings of its proxied hosts, the bucket.
  const zone = new CommunityZone("zone", {
    accountId: community.cloudflareAccountId,
    name: community.zone,
    made: community.zoneMode === "created",
    found: foundZone,
    protect,
  });
  const { zoneId } = zone;
  new StrictTls("tls", { zoneId, shared, hosts: proxied, ref, stack, baseUrl });
  if (!shared) new OpenEdge("edge", { zoneId });
  new HeaderRule("cors", {
    zoneId,
    hosts: [
      ...new Set([...hostList.filter((host) => host.crossOrigin).map((host) => host.name), ...fileHosts]),
    ],
    ref,
    stack,
    hadWholeRuleset: last["cors-ruleset"] !== undefined,
    baseUrl,
  });
  const r2Key =
    community.r2AccessKeyId !== undefined && secretValues.r2SecretAccessKey !== undefined
      ? { accessKeyId: community.r2AccessKeyId, secretAccessKey: secretValues.r2SecretAccessKey }
      : undefined;
  const media = new MediaBucket("media", {
    accountId: community.cloudflareAccountId,
    zoneId,
    bucket: community.bucket,
    location: community.bucketLocation,
    jurisdiction: community.bucketJurisdiction,
    hosts: fileHosts,
    domain,
    stack,
    key: r2Key,
    keyWord: rotate.r2Token,
    endpoint: endpoints.r2,
    baseUrl,
    protect,
    dispensable: !isKept(community),
  });

  // Mail: SendGrid, or the SMTP server in config.
  const sendgridBase =
    endpoints.sendgrid ?? (community.sendgridRegion === "eu" ? "https://api.eu.sendgrid.com/v3" : undefined);
  const sendgrid =
    community.smtpServer !== undefined
      ? undefined
      : new SendgridMail("mail", {
          domain,
          zoneId,
          zoneIsActive: foundZone?.status === "active",
          stack,
          subdomain: community.sendgridSubdomain,
          accountIsOurs: community.sendgridAccountIsOurs,
          region: community.sendgridRegion,
          sender: community.sender,
          keyWord: rotate.smtpKey,
          baseUrl: sendgridBase,
        });
  const spfInclude = community.sendgridRegion === "eu" ? sendgrid?.returnPath : undefined;
  new MailRecords("mail-records", { zoneId, records: mailRecordsOf(community), spfInclude, stack });

  // Fly: apps with addresses, then what they need, then their releases.
  const web = new FlyApp("web", { place, ...plan.web });
  const streaming = new FlyApp("streaming", { place, ...plan.streaming });
  const addresses = { web, streaming };
  const records = new CommunityRecords("records", {
    zoneId,
    hosts: hostList,
    addresses,
    root: domain,
    stack,
  });
  const oldAddresses = pulumi.all([web.releaseOld([records]), streaming.releaseOld([records])]);
  const certificates = plan.certificates.map(({ role, servedBy, hostname }) => {
    const proof = proofOf(hostname, community.zone);
    const { appName } = addresses[servedBy];
    return new FlyCertificate(`${role}-host`, { place, zoneId, appName, hostname, proof });
  });
  const postgres = new Postgres("database", {
    place,
    ...plan.postgres,
    password: secrets.databasePassword,
    later: secrets.later.database,
    protect,
    // A destroy goes in reverse order: if the database may not be destroyed, its keys stay in the state.
    after: [secrets],
  });
  const redisPasswords = { password: secrets.redisPassword, later: secrets.later.redis };
  const redis = new Redis("redis", {
    place,
    ...plan.redis,
    appName: web.appName,
    ...redisPasswords,
    protect,
  });

  const connections = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const flyToml = web.addresses.apply((all) => plan.web.flyToml(all));
  const webRelease = new AppRelease("web-machines", {
    place,
    ...plan.web.release,
    appName: web.appName,
    flyToml,
    secrets: {
      ...secrets.variables,
      ...connections,
      AWS_ACCESS_KEY_ID: media.accessKeyId,
      AWS_SECRET_ACCESS_KEY: media.secretAccessKey,
      ...(mail.auth !== "none" && {
        SMTP_PASSWORD: sendgrid?.apiKey ?? secretValues.smtpPassword ?? pulumi.secret(""),
      }),
      ...Object.fromEntries(
        community.secretEnvNames.map((name) => [
          name,
          secretValues.secretEnv.apply((env) => env[name] ?? ""),
        ]),
      ),
    },
    after: [postgres.ready, redis.ready],
    movedFrom: community.movedFrom,
  });
  const streamingFlyToml = streaming.addresses.apply((all) => plan.streaming.flyToml(all));
  const streamingRelease = new AppRelease("streaming-machines", {
    place,
    ...plan.streaming.release,
    appName: streaming.appName,
    flyToml: streamingFlyToml,
    secrets: connections,
    // Restarted last: every reader is connected to it.
    after: [webRelease.released],
    movedFrom: community.movedFrom,
  });
  const owner = new Owner("owner", {
    place,
    ...plan.owner,
    appName: web.appName,
    password: secrets.ownerPassword,
    after: webRelease.released,
  });
  new CommunityLock("community", {
    protect: isKept(community),
    holds: [secrets, zone, media.keepUploads(webRelease.released), postgres, redis, webRelease],
  });
  const released = [webRelease.released, streamingRelease.released];
  const { later } = secrets;
  if (later.database ?? later.redis) new RetiredPasswords("retired", { place, plan, later, after: released });
  const ending =
    community.destroy === undefined
      ? undefined
      : new FinalDump("final-dump", {
          place,
          facts: { ...community, redisKind: sizes.redis.kind, mail: sendgrid ? "sendgrid" : "server" },
          adopted: sendgrid?.adopted ?? { mailDomain: false, sender: false },
          appName: web.appName,
          databaseApp: plan.postgres.app,
          accountId: community.cloudflareAccountId,
          jurisdiction: community.bucketJurisdiction,
          key: r2Key,
          endpoint: endpoints.r2,
          baseUrl,
          after: released,
        });

  return {
    url: `https://${domain}`,
    streamingUrl: `wss://${hosts.streaming.name}`,
    filesUrl: `https://${hosts.files.name}`,
    addresses: {
      web: { v4: web.v4, v6: web.v6 },
      streaming: { v4: streaming.v4, v6: streaming.v6 },
    },
    nameServers: zone.nameServers,
    ...(ending && { finalDump: ending.dump, leftAfterDestroy: ending.left }),
    ownerUsername: community.ownerUsername,
    ownerPassword: secrets.ownerPassword,
    secrets: pulumi.secret({ ...secrets.variables, ...connections }),
    flyToml,
    streamingFlyToml,
    waitingFor: waitingFor(
      {
        zone: pulumi.output({
          name: community.zone,
          status: zone.status,
          nameServers: zone.nameServers,
          paused: foundZone?.paused ?? false,
          activatedOn: foundZone?.activatedOn ?? null,
          edgeHost: hosts.assets.name,
        }),
        files: pulumi.output({ name: hosts.files.name, ...media.publicHost }),
        addresses: oldAddresses,
        certificates: certificates
          .filter(({ item }) => !looked.ready.includes(item))
          .map(({ subject }) => subject),
        flyEndpoint: endpoints.fly,
        sendgrid: sendgrid && {
          domain: sendgrid.subject,
          senderEmail: community.sender?.email,
          baseUrl: sendgridBase,
          apiKey: secretValues.sendgridApiKey,
        },
        after: [owner, streamingRelease],
      },
      owner,
    ),
  };
}
