/** As many resources of each provider as config says, and nothing else: what Pulumi takes for a stack of this size. */
import * as cloudflare from "@pulumi/cloudflare";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const config = new pulumi.Config();

/** Numbers from 1, as many as config says for a kind of resource. */
const numbers = (kind: string) => Array.from({ length: config.requireNumber(kind) }, (_, index) => index + 1);

class Component extends pulumi.ComponentResource {
  constructor(name: string) {
    super("bare:index:Component", name);
    this.registerOutputs({});
  }
}

class Dynamic extends pulumi.dynamic.Resource {
  constructor(name: string) {
    super({ create: async (inputs: object) => ({ id: name, outs: inputs }) }, name, { text: name });
  }
}

for (const n of numbers("components")) new Component(`component-${n}`);
for (const n of numbers("dynamics")) new Dynamic(`dynamic-${n}`);
for (const n of numbers("commands")) {
  const environment = { WORDS: `words ${n}` };
  new command.local.Command(`command-${n}`, { interpreter: ["node", "-e"], create: "0", environment });
}
for (const n of numbers("randoms")) new random.RandomPassword(`random-${n}`, { length: 24 });
for (const n of numbers("keys")) new tls.PrivateKey(`key-${n}`, { algorithm: "ECDSA", ecdsaCurve: "P256" });
for (const n of numbers("records")) {
  const [zoneId, name] = [config.require("zoneId"), `bare-${n}.mastiff.party`];
  new cloudflare.DnsRecord(`record-${n}`, { zoneId, name, type: "TXT", content: `"${n}"`, ttl: 300 });
}
