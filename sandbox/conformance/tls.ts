import { providerService } from "../stand-ins/plugins/provider-server.ts";
import { tlsProvider } from "../stand-ins/plugins/tls/provider.ts";
import { type Fields, isFailure, opened, type ProviderClient, secret, unknown } from "./plugin-client.ts";
import type { OfficialParts, Question } from "./question.ts";
import { reduced } from "./shape.ts";
import { type StandIn, withProvider } from "./sides.ts";

const standIn: StandIn = { name: "tls", service: () => providerService(tlsProvider()) };

const privateKey = "tls:index/privateKey:PrivateKey";
const getPublicKey = "tls:index/getPublicKey:getPublicKey";

/** The tls provider: private keys in all their forms. The official provider reads the stand-in's keys. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (client: ProviderClient) => Promise<unknown>): Question => ({
    part: "tls",
    name,
    ask: (side) => withProvider(official, standIn, side, async (client) => reduced(await ask(client), form)),
  });
  const ours = new Map<string, Promise<Fields>>();
  /** A key made by the stand-in. Both sides get the same key. */
  const ourKey = (inputs: Fields): Promise<Fields> => {
    const name = JSON.stringify(inputs);
    const made =
      ours.get(name) ??
      withProvider(official, standIn, "ours", async (client) => (await make(client, inputs)).olds);
    ours.set(name, made);
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
    ...readable.map(
      (inputs): Question => ({
        part: "tls",
        name: `the official provider reads a key that was made here: ${JSON.stringify(inputs)}`,
        ask: async (side) => {
          const key = await ourKey(inputs);
          if (side === "ours") return privateForms.map(() => publicHalf(key));
          return withProvider(official, standIn, side, (client) =>
            Promise.all(privateForms.map(async (form) => publicHalf(await read(client, form, key)))),
          );
        },
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

/** Keys that SSH supports, so that they have all forms. */
const readable: Fields[] = [
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

const privateForms = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];

/** The public half of a key, which the provider derives from one of the key's private forms. */
async function read(client: ProviderClient, form: string, key: Fields): Promise<Fields> {
  const argument = form === "privateKeyOpenssh" ? form : "privateKeyPem";
  const answer = await client.invoke(getPublicKey, { [argument]: key[form] ?? "" });
  if (isFailure(answer)) throw new Error(answer.error.message);
  return answer.result as Fields;
}

const publicNames = [
  ...["id", "algorithm", "publicKeyPem", "publicKeyOpenssh"],
  ...["publicKeyFingerprintMd5", "publicKeyFingerprintSha256"],
];

function publicHalf(key: Fields): Fields {
  return Object.fromEntries(publicNames.map((name) => [name, key[name] ?? null]));
}

/** Replaces keys by their kind and size. */
function form(text: string, path: string): string {
  const key =
    path
      .replace(/\.value$/, "")
      .split(".")
      .at(-1) ?? "";
  if (key === "id" && /^[0-9a-f]{40}$/.test(text)) return "{sha1}";
  if (key === "publicKeyFingerprintMd5") return text.replace(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/, "{md5}");
  if (key === "publicKeyFingerprintSha256") return text.replace(/^(SHA256:)[A-Za-z0-9+/]{43}$/, "$1{43}");
  if (key === "publicKeyOpenssh") return text.replace(/ [A-Za-z0-9+/]+=*\n/, (data) => ` {${data.length}}`);
  // The integers of an RSA key differ by a byte at times, with all lengths around them.
  return text.replace(
    /-----BEGIN ([A-Z0-9 ]+)-----\n([A-Za-z0-9+/=\n]+)-----END/,
    (_all, type: string, data: string) =>
      `-----BEGIN ${type}-----\n{${/RSA|OPENSSH/.test(type) || data.length > 500 ? "" : data.length} in lines of ${data.indexOf("\n")}}-----END`,
  );
}
