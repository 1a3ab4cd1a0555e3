/**
 * What the clouds charge. Amounts are whole micro-dollars (a millionth of a US dollar), without tax. A month has 30 days, as on
 * Fly's page. Every price has its source and the day on which the source said so. docs/cost.md is made from this file.
 */

/** The price of one unit of something. */
export interface Price {
  /** What is paid for, with the cloud that charges it. */
  what: string;
  /** Micro-dollars for one unit. */
  micros: number;
  /** Unit of the price. A unit without a time is one month's use. */
  unit: string;
  /** Units that are free each month. Default 0. */
  free?: number;
  /** What else the source says of the price. */
  note?: string;
  /** Page of the vendor's that states the price. */
  source: string;
  /** Day on which the page stated it, ISO 8601. */
  checked: string;
}

/** The page that lists all prices of Fly's. Machine prices rose before 2026-10-02 by 0.386 µUSD a second and GB of memory. */
const fly = { source: "https://docs.fly.io/about/pricing", checked: "2026-10-09" };
const r2 = { source: "https://developers.cloudflare.com/r2/pricing/", checked: "2026-08-10" };
const upstash = { source: "https://upstash.com/pricing/redis", checked: "2026-09-20" };
const sendgrid = { source: "https://www.twilio.com/en-us/products/email-api/pricing", checked: "2026-08-13" };

const upstashPlan = (size: string, usd: number): Price => ({
  what: `Upstash: plan Fixed ${size}, one region`,
  micros: usd * 1_000_000,
  unit: "month",
  ...upstash,
});

export const prices = {
  /** 0.8465 µUSD a second. */
  sharedCpu: {
    what: "Fly: shared CPU, with 256 MB of memory",
    micros: 2_194_128,
    unit: "CPU a month",
    note: "in iad; other regions by their factor",
    ...fly,
  },
  /** 2.316 µUSD a second and GB. */
  memory: {
    what: "Fly: memory beyond 256 MB for each shared CPU",
    micros: 6_003_072,
    unit: "GB a month",
    note: "in iad; other regions by their factor",
    ...fly,
  },
  volume: { what: "Fly: volume", micros: 150_000, unit: "GB a month", ...fly },
  stopped: {
    what: "Fly: root file system of a stopped machine",
    micros: 150_000,
    unit: "GB a month",
    ...fly,
    checked: "2026-10-06",
  },
  snapshots: {
    what: "Fly: snapshots of volumes",
    micros: 80_000,
    unit: "GB a month",
    free: 10,
    note: "free for the organisation; stored data counts, not the volume's size; daily, kept for 5 days or as `mastiff:snapshotRetention` says",
    ...fly,
  },
  ipv4: {
    what: "Fly: dedicated IPv4 address",
    micros: 2_000_000,
    unit: "month",
    note: "a shared IPv4 and IPv6 addresses are free",
    ...fly,
  },
  certificate: {
    what: "Fly: certificate for one host",
    micros: 100_000,
    unit: "month",
    free: 10,
    note: "free for the organisation",
    ...fly,
  },
  wildcard: { what: "Fly: wildcard certificate", micros: 1_000_000, unit: "month", ...fly },
  trafficNear: { what: "Fly: traffic out of North America and Europe", micros: 20_000, unit: "GB", ...fly },
  trafficFar: {
    what: "Fly: traffic out of Asia Pacific, Oceania and South America",
    micros: 40_000,
    unit: "GB",
    ...fly,
  },
  trafficFarthest: { what: "Fly: traffic out of Africa and India", micros: 120_000, unit: "GB", ...fly },
  zone: {
    what: "Cloudflare: zone on the Free plan",
    micros: 0,
    unit: "month",
    source: "https://www.cloudflare.com/plans/",
    checked: "2026-10-07",
  },
  uploads: {
    what: "Cloudflare R2: storage",
    micros: 15_000,
    unit: "GB a month",
    free: 10,
    note: "free for the account; rounded up to whole units, as are the operations; traffic is free",
    ...r2,
  },
  writes: {
    what: "Cloudflare R2: Class A operations (write, list)",
    micros: 4_500_000,
    unit: "million",
    free: 1,
    ...r2,
  },
  reads: {
    what: "Cloudflare R2: Class B operations (read)",
    micros: 360_000,
    unit: "million",
    free: 10,
    ...r2,
  },
  commands: {
    what: "Upstash: Redis, pay as you go",
    micros: 200_000,
    unit: "100,000 commands",
    note: "Fly states the same: https://docs.fly.io/upstash/redis",
    ...upstash,
    checked: "2026-11-09",
  },
  fixed250mb: { ...upstashPlan("250MB", 10), checked: "2026-11-09" },
  fixed1gb: upstashPlan("1GB", 20),
  fixed5gb: upstashPlan("5GB", 100),
  fixed10gb: upstashPlan("10GB", 200),
  fixed50gb: upstashPlan("50GB", 400),
  trial: {
    what: "SendGrid: trial, 100 mails a day",
    micros: 0,
    unit: "60 days",
    note: "then mail stops; the free plan ended on 2025-05-27: https://www.twilio.com/en-us/changelog/sendgrid-free-plan",
    ...sendgrid,
  },
  essentials: {
    what: "SendGrid: plan Essentials, 50,000 mails a month",
    micros: 19_950_000,
    unit: "month",
    ...sendgrid,
  },
  moreMails: { what: "SendGrid: mails beyond Essentials' 50,000", micros: 1_300, unit: "mail", ...sendgrid },
  pro: {
    what: "SendGrid: plan Pro, 100,000 mails a month",
    micros: 89_950_000,
    unit: "month",
    note: "the cheapest plan with subusers; mail from the EU needs one",
    ...sendgrid,
  },
} satisfies Record<string, Price>;

/** A region's factor on the price of machines, and the price of traffic out of it. */
export interface Region {
  factor: number;
  traffic: Price;
}

const { trafficNear, trafficFar, trafficFarthest } = prices;

/** All regions on Fly's page (`fly` above). Volumes and addresses cost the same everywhere. */
export const regions: Readonly<Record<string, Region>> = {
  ams: { factor: 1.038461538, traffic: trafficNear },
  arn: { factor: 1.038461538, traffic: trafficNear },
  cdg: { factor: 1.134615385, traffic: trafficNear },
  dfw: { factor: 1.25, traffic: trafficNear },
  ewr: { factor: 1, traffic: trafficNear },
  fra: { factor: 1.153846154, traffic: trafficNear },
  gru: { factor: 1.615384615, traffic: trafficFar },
  iad: { factor: 1, traffic: trafficNear },
  jnb: { factor: 1.302884615, traffic: trafficFarthest },
  lax: { factor: 1.199519231, traffic: trafficNear },
  lhr: { factor: 1.134615385, traffic: trafficNear },
  nrt: { factor: 1.307692308, traffic: trafficFar },
  ord: { factor: 1.25, traffic: trafficNear },
  sin: { factor: 1.269230769, traffic: trafficFar },
  sjc: { factor: 1.192307692, traffic: trafficNear },
  syd: { factor: 1.269230769, traffic: trafficFar },
  yyz: { factor: 1.115384615, traffic: trafficNear },
};

/** Source and day of the factors. */
export const regionsPage = fly;

/** Upstash's fixed plans, by the name in `fly redis plans` in lower case and without blanks. */
export const upstashPlans: Readonly<Record<string, Price>> = {
  fixed250mb: prices.fixed250mb,
  fixed1gb: prices.fixed1gb,
  fixed5gb: prices.fixed5gb,
  fixed10gb: prices.fixed10gb,
  fixed50gb: prices.fixed50gb,
};
