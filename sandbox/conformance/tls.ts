import { providerService } from "../stand-ins/plugins/provider-server.ts";
import { tlsProvider } from "../stand-ins/plugins/tls/provider.ts";
import { type Fields, isFailure, opened, type ProviderClient, secret, unknown } from "./plugin-client.ts";
import type { OfficialParts, Question } from "./question.ts";
import { reduced } from "./shape.ts";
import { type StandIn, withProvider } from "./sides.ts";

const standIn: StandIn = { name: "tls", service: () => providerService(tlsProvider()) };

const privateKey = "tls:index/privateKey:PrivateKey";
const getPublicKey = "tls:index/getPublicKey:getPublicKey";

/** The tls provider: private keys in all their forms, and the public half of a key. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (client: ProviderClient) => Promise<unknown>): Question => ({
    part: "tls",
    name,
    ask: (side) => withProvider(official, standIn, side, async (client) => reduced(await ask(client), form)),
  });
  const knowns = new Map<string, Promise<Fields>>();
  /** A key made by the official provider. Both sides get the same key. */
  const known = (inputs: Fields): Promise<Fields> => {
    const key = JSON.stringify(inputs);
    const made =
      knowns.get(key) ??
      withProvider(official, standIn, "official", async (client) => (await make(client, inputs)).olds);
    knowns.set(key, made);
    return made;
  };
  return [
    question("handshake", (client) => client.handshake()),
    question("configure", (client) => client.configure({})),
    question("plugin info", (client) => client.pluginInfo()),
    question("configuration without keys", (client) => client.checkConfig({})),
    question("configuration with an unknown key", (client) => client.checkConfig({ foo: "x" })),
    question("a type that there is not", (client) => client.create("tls:index/nope:Nope", {})),
    question("a function that there is not", (client) => client.invoke("tls:index/nope:nope", {})),
    ...checks.map((inputs) =>
      question(`check ${JSON.stringify(inputs)}`, (client) => client.check(privateKey, inputs)),
    ),
    ...keys.flatMap((inputs) => [
      question(`preview ${JSON.stringify(inputs)}`, (client) =>
        client.create(privateKey, inputs, { preview: true }),
      ),
      question(`create ${JSON.stringify(inputs)}`, (client) => client.create(privateKey, inputs)),
    ]),
    ...changes.flatMap(([before, after]) => {
      const what = `${JSON.stringify(before)} → ${JSON.stringify(after)}`;
      return [
        question(`diff ${what}`, async (client) =>
          client.diff(privateKey, { ...(await make(client, before)), news: after }),
        ),
        question(`preview update ${what}`, async (client) =>
          client.update(privateKey, { ...(await make(client, before)), news: after, preview: true }),
        ),
        question(`update ${what}`, async (client) =>
          client.update(privateKey, { ...(await make(client, before)), news: after }),
        ),
      ];
    }),
    question("read", async (client) => {
      const { id, olds, oldInputs } = await make(client, { algorithm: "ED25519" });
      return await client.read(privateKey, id, olds, oldInputs);
    }),
    question("import", (client) => client.read(privateKey, "x")),
    question("delete", (client) =>
      client.delete(privateKey, "x", { algorithm: "RSA" }, { algorithm: "RSA" }),
    ),
    ...both.flatMap((inputs) =>
      ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"].map((from) =>
        question(`public half of ${JSON.stringify(inputs)} from ${from}`, async (client) => {
          const key = await known(inputs);
          const argument = from === "privateKeyOpenssh" ? from : "privateKeyPem";
          return await client.invoke(getPublicKey, { [argument]: key[from] ?? "" });
        }),
      ),
    ),
    question("public half of no key", (client) => client.invoke(getPublicKey, {})),
    question("public half of two keys", (client) =>
      client.invoke(getPublicKey, { privateKeyPem: "x", privateKeyOpenssh: "y" }),
    ),
    question("public half of a text", (client) => client.invoke(getPublicKey, { privateKeyPem: "x" })),
    question("public half of a text in OpenSSH's form", (client) =>
      client.invoke(getPublicKey, { privateKeyOpenssh: "x" }),
    ),
    question("public half of a public key", async (client) => {
      const key = await known({ algorithm: "ED25519" });
      return await client.invoke(getPublicKey, { privateKeyPem: key.publicKeyPem ?? "" });
    }),
    ...both.map((inputs) =>
      question(`a key made here is read by both: ${JSON.stringify(inputs)}`, async (client) => {
        const made = (await withProvider(official, standIn, "ours", (ours) => make(ours, inputs))).olds;
        const asked = async (args: Fields) => {
          const answer = await client.invoke(getPublicKey, args);
          return isFailure(answer) ? answer : (answer.result as Fields).publicKeyPem === made.publicKeyPem;
        };
        return [
          await asked({ privateKeyPem: made.privateKeyPem ?? "" }),
          await asked({ privateKeyPem: made.privateKeyPemPkcs8 ?? "" }),
          await asked({ privateKeyOpenssh: made.privateKeyOpenssh ?? "" }),
        ];
      }),
    ),
  ];
}

const keys: Fields[] = [
  { algorithm: "RSA" },
  { algorithm: "RSA", rsaBits: 1024 },
  { algorithm: "RSA", rsaBits: "2048", foo: 1 },
  { algorithm: "RSA", rsaBits: 512 },
  { algorithm: "ECDSA" },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
  { algorithm: "ECDSA", ecdsaCurve: "P384" },
  { algorithm: "ECDSA", ecdsaCurve: "P521" },
  { algorithm: secret("ECDSA"), ecdsaCurve: "P256" },
  { algorithm: "ED25519" },
  { algorithm: "ED25519", rsaBits: 3 },
  { algorithm: "ED25519", ecdsaCurve: null },
  { algorithm: "DSA" },
];

/** Keys that one side makes and the other side reads. */
const both: Fields[] = [
  { algorithm: "RSA", rsaBits: 1024 },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
  { algorithm: "ECDSA", ecdsaCurve: "P384" },
  { algorithm: "ECDSA", ecdsaCurve: "P521" },
  { algorithm: "ED25519" },
];

const checks: Fields[] = [
  { algorithm: "RSA" },
  {},
  { algorithm: "DSA" },
  { algorithm: 3 },
  { algorithm: unknown },
  { algorithm: secret("RSA") },
  { algorithm: ["RSA"] },
  { algorithm: "ECDSA", ecdsaCurve: "P1" },
  { algorithm: "ECDSA", ecdsaCurve: unknown },
  { algorithm: "RSA", rsaBits: 1.5 },
  { algorithm: "RSA", rsaBits: "many" },
  { algorithm: "RSA", foo: 1 },
  { algorithm: "RSA", privateKeyPem: "x" },
];

const changes: [Fields, Fields][] = [
  [
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
  ],
  [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, { algorithm: "ECDSA" }],
  [
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    { algorithm: "ECDSA", ecdsaCurve: "P384" },
  ],
  [{ algorithm: "ED25519" }, { algorithm: "ED25519", rsaBits: 4096 }],
  [{ algorithm: "ED25519" }, { algorithm: unknown }],
];

async function make(client: ProviderClient, inputs: Fields) {
  const made = await client.create(privateKey, inputs);
  if (isFailure(made)) throw new Error(made.error.message);
  return { id: String(made.id), olds: opened(made.outputs as Fields), oldInputs: inputs };
}

/** Replaces keys by their kind and size. */
function form(text: string, path: string): string {
  const key =
    path
      .replace(/\.value$/, "")
      .split(".")
      .at(-1) ?? "";
  // These results follow from a known key, so they are compared as they are.
  if (path.startsWith("result.")) return text;
  if (key === "id" && /^[0-9a-f]{40}$/.test(text)) return "{sha1}";
  if (key === "publicKeyFingerprintMd5") return text.replace(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/, "{md5}");
  if (key === "publicKeyFingerprintSha256") return text.replace(/^(SHA256:)[A-Za-z0-9+/]{43}$/, "$1{43}");
  if (key === "publicKeyOpenssh") return text.replace(/ [A-Za-z0-9+/]+=*\n/, (data) => ` {${data.length}}`);
  // An integer of an RSA key is sometimes a byte shorter, which changes all lengths around it.
  return text.replace(
    /-----BEGIN ([A-Z0-9 ]+)-----\n([A-Za-z0-9+/=\n]+)-----END/,
    (_all, type: string, data: string) =>
      `-----BEGIN ${type}-----\n{${/RSA|OPENSSH/.test(type) || data.length > 500 ? "" : data.length} in lines of ${data.indexOf("\n")}}-----END`,
  );
}
