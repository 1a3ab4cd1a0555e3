/** The whole program with the clouds' answers: a zone that is there, a Fly in sync, a SendGrid that accepts. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { ZoneReading } from "../../providers/cloudflare/zone-reading.ts";
import type { CloudClient } from "../../providers/shared/cloud-client.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { type Answers, type Declared, resourcesOf } from "../support/resources-of.ts";

// The look before a first `up` asks clouds, and there are none here (tests/engine/lost-state.test.ts).
vi.mock("../../components/stack/first-look.ts", () => ({ lookForCommunity: async () => {} }));

/** The five keys that every stack has; what is on by default has a file of its own: backups, housekeeping. */
const base = {
  "mastiff:backup": "off",
  "mastiff:housekeeping": "off",
  "mastiff:domain": "mastiff.party",
  "mastiff:cloudflareAccountId": "00000000000000000000000000000d09",
  "mastiff:flyOrg": "mastiff",
  "mastiff:ownerUsername": "rex",
  "mastiff:ownerEmail": "rex@mastiff.party",
};

/** The config of Pulumi.dev.yaml: a key a line, an object's parts below it. */
export function devConfig(): Record<string, string> {
  const config: Record<string, string | Record<string, string>> = {};
  let key = "";
  for (const line of readFileSync(join(root, "Pulumi.dev.yaml"), "utf8").split("\n")) {
    const [, indent = "", name = "", quoted = ""] = /^( +)([\w:]+):(?: (.*))?$/.exec(line) ?? [];
    const value = quoted.replace(/^"(.*)"$/, "$1");
    if (indent.length === 2) {
      key = name;
      config[key] = quoted === "" ? {} : value;
    }
    if (indent.length === 4) config[key] = { ...(config[key] as Record<string, string>), [name]: value };
  }
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** What the real clouds would give. A secret names itself, so that a leak says whose it is. */
export const given = {
  password: (name: string) => `planted-${name}-0123456789`,
  vapidPem: generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ format: "pem", type: "sec1" })
    .toString(),
  token: (name: string) => `planted-${name}-0123456789`,
  publicKey: armoured("PUBLIC", "backups-key"),
  privateKey: armoured("PRIVATE", "planted-backups-key-0123456789"),
  apiKey: (name: string) => `SG.planted-${name}-0123456789`,
  upstashUrl: "redis://default:planted-upstash-password@fly-mastiff-party-redis.upstash.io:6379",
};

function armoured(half: string, text: string): string {
  return `-----BEGIN PGP ${half} KEY BLOCK-----\n\n${text}\n-----END PGP ${half} KEY BLOCK-----\n`;
}

const addresses = (last: number) => ({
  stdout: JSON.stringify({ v4: `66.241.124.${last}`, v6: `2a09:8280:1::${last}` }),
});
const certificate = (host: string) => ({
  stdout: JSON.stringify({
    ownership: { name: `_fly-ownership.${host}`, value: `app-${host}` },
    challenge: { name: `_acme-challenge.${host}`, target: `${host}.fly-challenge.example` },
  }),
});

const outputs: NonNullable<Answers["outputs"]> = {
  "identity-id": { hex: "3f9a1c0b77de" },
  "random:index/randomPassword:RandomPassword": (name) => ({ result: given.password(name) }),
  "secrets-vapid": { privateKeyPem: given.vapidPem },
  "cloudflare:index/accountToken:AccountToken": (name) => ({ value: given.token(name) }),
  "pulumi-nodejs:dynamic/sendgrid:ApiKey": (name) => ({ apiKeyId: `${name}-id`, apiKey: given.apiKey(name) }),
  "mail-domain": {
    domainId: 7,
    mailCname: { host: "em1.mastiff.party", data: "u1.wl.sendgrid.net" },
    dkim1: { host: "s1._domainkey.mastiff.party", data: "s1.domainkey.u1.wl.sendgrid.net" },
    dkim2: { host: "s2._domainkey.mastiff.party", data: "s2.domainkey.u1.wl.sendgrid.net" },
    adopted: false,
  },
  "media-public-host": { enabled: true, ownership: "active", ssl: "active" },
  "mail-validation": { valid: true, reasons: [] },
  "mail-click-tracking": { enabled: false, warning: "" },
  "mail-click-tracking-before": { wasOn: true },
  "mail-sender": { senderId: 9, verified: false, adopted: false },
  "backups-key": {
    fingerprint: "3EC8A8A4E22781216EDC05ACFCF8C793848174F3",
    publicKey: given.publicKey,
    privateKey: given.privateKey,
  },
  "web-app": addresses(10),
  "streaming-app": addresses(11),
  "web-addresses": { stdout: JSON.stringify({ leaving: [] }) },
  "streaming-addresses": { stdout: JSON.stringify({ leaving: [] }) },
  "root-host-certificate": certificate("mastiff.party"),
  "streaming-host-certificate": certificate("streaming.mastiff.party"),
  "assets-host-certificate": certificate("assets.mastiff.party"),
  "final-dump-taken": {
    stdout: JSON.stringify({
      bucket: "files-mastiff-party-farewell",
      key: "last.dump",
      bytes: 2048,
      users: 3,
    }),
  },
  "zone-zone": { nameServers: ["new1.ns.example", "new2.ns.example"], status: "pending" },
  "redis-upstash": { stdout: JSON.stringify({ url: given.upstashUrl }) },
};

/** What the driver prints when it looks, by the words that start it. */
export type Looks = Record<string, unknown>;
const looks: Looks = {
  "mastiff-driver all observe": {},
  "mastiff-driver status look": { certificates: [] },
};

/** Mail for which nothing is left to do. */
const calmMail = { domainValid: true, senderVerified: null, clickTracking: false, problems: [] };

/** A zone that is there, calm and empty. */
export const calmZone: ZoneReading = {
  zone: {
    id: "zone",
    name: "mastiff.party",
    name_servers: ["ada.ns.example", "bob.ns.example"],
    status: "active",
    type: "full",
    paused: false,
    created_on: "2026-01-01T00:00:00Z",
    activated_on: "2026-01-01T00:00:00Z",
    plan: { legacy_id: "free" },
  },
  records: [],
  rulesets: [],
  securityLevel: "medium",
  fightMode: false,
  hostIsOfBucket: undefined,
};

// The look reads the zone by HTTP, which tests/clients tries on the local Cloudflare; here is what it would have read.
let reading: ZoneReading | undefined;
const asked = vi.fn(async (_cloud: CloudClient) => reading);
vi.doMock("../../providers/cloudflare/zone-reading.ts", async (original) => ({
  ...(await original<object>()),
  readZone: asked,
}));
// So is mail at SendGrid.
let mailSeen: object = calmMail;
const mailAsked = vi.fn(async (_cloud: CloudClient) => mailSeen);
vi.doMock("../../providers/sendgrid/look.ts", async (original) => ({
  ...(await original<object>()),
  lookAtMail: mailAsked,
}));
const { default: program } = await import("../../index.ts");

/** One stack: config over the required keys, and what differs from the usual answers. */
export interface Stack extends Answers {
  looks?: Looks;
  /** What the look reads of the zone; null where there is none. Default {@link calmZone}. */
  zone?: ZoneReading | null;
  /** What the look reads at SendGrid. Default: nothing is left to do. */
  mail?: object;
}

/** The clients with which programs have read the zone so far, oldest first. */
export function zoneClients(): CloudClient[] {
  return asked.mock.calls.map(([cloud]) => cloud);
}

/** How often programs have looked at mail so far. */
export function mailLooks(): number {
  return mailAsked.mock.calls.length;
}

/** Stacks that differ in what they are made of. */
export const stacks = {
  usual: {},
  dev: { config: devConfig() },
  shared: { config: { "mastiff:domain": "town.mastiff.party", "mastiff:zone": "mastiff.party" } },
  created: {
    zone: null,
    config: {
      "mastiff:zoneMode": "created",
      "mastiff:dedicatedIpv4": "true",
      "mastiff:otpSecret": "true",
      "mastiff:spf": "true",
      "mastiff:sender":
        '{"email":"rex@mastiff.party","name":"Rex","address":"1 Bone Street","city":"Dogtown","country":"Land"}',
    },
    looks: {
      "mastiff-driver status look": {
        certificates: [{ hostname: "mastiff.party", status: "pending", detail: "DNS has no records yet" }],
      },
    },
    mail: { ...calmMail, domainValid: false, senderVerified: false },
  },
  ownServers: {
    config: {
      "mastiff:smtpServer": "smtp.example.org",
      "mastiff:smtpPort": "465",
      "mastiff:smtpLogin": "mastiff",
      "mastiff:smtpPassword": "planted-smtp-password",
      "mastiff:certificates": "wildcard",
      "mastiff:r2AccessKeyId": "own-r2-key",
      "mastiff:r2SecretAccessKey": "planted-r2-secret-key",
      "mastiff:secretEnv": '{"DEEPL_API_KEY":"planted-deepl-key"}',
    },
    encrypted: ["mastiff:smtpPassword", "mastiff:r2SecretAccessKey", "mastiff:secretEnv"],
  },
  rotated: {
    config: {
      "mastiff:rotate":
        '{"smtpKey":"w1","r2Token":"w2","databasePassword":"w3","redisPassword":"w4","ownerPassword":"w5"}',
      "mastiff:sendgridApiKey": "planted-operators-sendgrid-key",
    },
    encrypted: ["mastiff:sendgridApiKey"],
  },
  ending: { config: { "mastiff:destroy": "mastiff.party" } },
} satisfies Record<string, Stack>;

export type StackName = keyof typeof stacks;
const declared = new Map<StackName, Promise<Declared>>();

/** What one of the stacks declares; found out once, as nothing in it changes. */
export function declaredBy(name: StackName): Promise<Declared> {
  const found = declared.get(name) ?? declareProgram(stacks[name]);
  declared.set(name, found);
  return found;
}

/**
 * What the state of a stack has after an `up` of this config, as the engine gives it back: of a live stack the program
 * reads it first.
 */
export async function stateOf(stack: Stack): Promise<Record<string, unknown>> {
  const { resources } = await declareProgram({ ...stack, isLive: false });
  const given = { ...outputs, ...stack.outputs };
  return Object.fromEntries(
    resources.map(({ name, type, inputs }) => {
      const more = given[name];
      const printed = typeof more === "object" ? more : {};
      return [`urn:pulumi:test::mastiff::${type}::${fullName(name)}`, { outputs: { ...inputs, ...printed } }];
    }),
  );
}

/** Declares communities `dogs` and `cats`, which a test makes itself. Names are left as they are. */
export function declareCommunities(declare: () => unknown, stack: Stack = {}): Promise<Declared> {
  const answers = { ...inCommunity(outputs, "dogs"), ...inCommunity(outputs, "cats") };
  return declareWith(declare, { ...stack, outputs: answers }, {});
}

/** Declares the whole program. */
export async function declareProgram(stack: Stack = {}): Promise<Declared> {
  const { config = {}, ids, ...rest } = stack;
  const isAsked =
    rest.isLive === true && rest.calls?.["pulumi:pulumi:readStackResourceOutputs"] === undefined;
  const state = isAsked ? await stateOf(stack) : {};
  const answers = {
    ...rest,
    config: { ...base, ...config },
    outputs: inCommunity({ ...outputs, ...rest.outputs }, community),
    ...(ids && { ids: renamed(ids) }),
  };
  const declared = await declareWith(program, answers, state);
  for (const made of declared.resources) {
    made.name = localName(made.name);
    made.parent = localName(made.parent);
    made.dependsOn = made.dependsOn.map(localName).sort();
  }
  return declared;
}

/** Declares against clouds that answer as a stack says, and a state that has these resources. */
function declareWith(
  declare: () => unknown,
  { looks: more = {}, zone = calmZone, mail = calmMail, ...rest }: Stack,
  state: Record<string, unknown>,
): Promise<Declared> {
  const printed = { ...looks, ...more };
  const answered = () => {
    reading = zone ?? undefined;
    mailSeen = mail;
    vi.stubEnv("SENDGRID_API_KEY", "planted-operators-sendgrid-key");
    vi.stubEnv("CLOUDFLARE_API_TOKEN", "planted-operators-cloudflare-token");
    return declare();
  };
  return resourcesOf(answered, {
    ...rest,
    calls: {
      "pulumi:pulumi:readStackResourceOutputs": () => ({ outputs: state }),
      "command:local:run": ({ interpreter, command }) => {
        const words = [...(interpreter as string[]).slice(3), command].join(" ");
        if (printed[words] === undefined) throw new Error(`nobody agreed what "${words}" prints`);
        return { stdout: JSON.stringify(printed[words]) };
      },
      ...rest.calls,
    },
  });
}

/** Name that index.ts gives its community. The names of everything in it begin with this one. */
const community = "community";

function fullName(name: string): string {
  return name === community ? name : `${community}-${name}`;
}

/** A name without the community's, as the tests write it. */
function localName(name: string): string {
  if (name === community || name === "mastiff-test") return name;
  if (!name.startsWith(`${community}-`)) throw new Error(`${name} does not begin with its community's name`);
  return name.slice(community.length + 1);
}

function inCommunity(
  answers: NonNullable<Answers["outputs"]>,
  name: string,
): NonNullable<Answers["outputs"]> {
  return Object.fromEntries(
    Object.entries(answers).map(([local, answer]) => [
      local.includes(":") ? local : `${name}-${local}`,
      typeof answer === "function" ? (full: string) => answer(full.slice(full.indexOf("-") + 1)) : answer,
    ]),
  );
}

function renamed<T>(values: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [fullName(name), value]));
}
