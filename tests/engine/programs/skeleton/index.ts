/** One resource of each provider: the least program that touches every part of the toolchain. */
import * as cloudflare from "@pulumi/cloudflare";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const config = new pulumi.Config();
const accountId = config.require("accountId");
const zoneId = config.require("zoneId");

const token = config.requireSecret("cloudflareToken");
const provider = new cloudflare.Provider("cloudflare", {
  apiToken: token,
  baseUrl: config.require("cloudflareUrl"),
});

/** A dynamic resource: it counts the letters of its text, which no cloud is needed for. */
class Letters extends pulumi.dynamic.Resource {
  declare readonly count: pulumi.Output<number>;

  constructor(name: string, text: pulumi.Input<string>) {
    const create = async ({ text }: { text: string }) => ({ id: text, outs: { text, count: text.length } });
    const update = async (_id: string, _olds: unknown, news: { text: string }) => ({
      outs: { text: news.text, count: news.text.length },
    });
    super({ create, update }, name, { text, count: undefined });
  }
}

export const password = new random.RandomPassword("password", { length: 24 }).result;
export const publicKey = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" }).publicKeyPem;
export const said = new command.local.Command("said", {
  interpreter: ["node", "-e"],
  create: "process.stdout.write(process.env.WORDS)",
  environment: { WORDS: config.require("words") },
}).stdout;
export const looked = command.local.runOutput({ command: "echo seen" }).stdout;
export const bucket = new cloudflare.R2Bucket("bucket", { accountId, name: "skeleton-bucket" }, { provider })
  .name;
export const record = new cloudflare.DnsRecord(
  "record",
  { zoneId, name: "skeleton.mastiff.party", type: "TXT", content: '"here"', ttl: 300 },
  { provider },
).name;
export const letters = new Letters("letters", config.require("words")).count;
