import { providerService } from "../stand-ins/plugins/provider-server.ts";
import { randomProvider } from "../stand-ins/plugins/random/provider.ts";
import { type Fields, isFailure, opened, type ProviderClient, secret, unknown } from "./plugin-client.ts";
import type { OfficialParts, Question } from "./question.ts";
import { reduced } from "./shape.ts";
import { type StandIn, withProvider } from "./sides.ts";

const standIn: StandIn = { name: "random", service: () => providerService(randomProvider()) };

const type = (name: string) => `random:index/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;

/** The random provider: check, plan, create, diff, update, read, import of every type. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (client: ProviderClient) => Promise<unknown>): Question => ({
    part: "random",
    name,
    ask: (side) => withProvider(official, standIn, side, async (client) => reduced(await ask(client), form)),
  });
  return [
    question("handshake", (client) => client.handshake()),
    question("configure", (client) => client.configure({})),
    question("plugin info", (client) => client.pluginInfo()),
    question("configuration without keys", (client) => client.checkConfig({})),
    question("configuration with an unknown key", (client) =>
      client.checkConfig({ foo: "x", version: "4.21.2" }),
    ),
    question("a type that there is not", (client) => client.create(type("RandomNope"), {})),
    question("a function that there is not", (client) => client.invoke("random:index/nope:nope", {})),
    question("calls go on after a cancel", async (client) => {
      await client.cancel();
      return await client.create(type("RandomUuid"), {});
    }),
    ...checks.map(([name, inputs]) =>
      question(`check ${name} ${JSON.stringify(inputs)}`, (client) => client.check(type(name), inputs)),
    ),
    ...creations.flatMap(([name, inputs]) => [
      question(`preview ${name} ${JSON.stringify(inputs)}`, (client) =>
        client.create(type(name), inputs, { preview: true }),
      ),
      question(`create ${name} ${JSON.stringify(inputs)}`, (client) => client.create(type(name), inputs)),
    ]),
    ...changes.flatMap(([name, before, after]) => {
      const what = `${name} ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
      return [
        question(`diff ${what}`, (client) => change(client, name, before, after, "diff")),
        question(`preview update ${what}`, (client) => change(client, name, before, after, "preview")),
        question(`update ${what}`, (client) => change(client, name, before, after, "update")),
      ];
    }),
    ...overlooked.map(([before, after, ignoreChanges]) =>
      question(`diff that overlooks ${ignoreChanges} in ${JSON.stringify(after)}`, async (client) => {
        const made = await make(client, "RandomPassword", before);
        return await client.diff(type("RandomPassword"), { ...made, news: after, ignoreChanges });
      }),
    ),
    ...[
      "RandomPassword",
      "RandomString",
      "RandomBytes",
      "RandomId",
      "RandomUuid",
      "RandomInteger",
      "RandomPet",
    ].map((name) =>
      question(`read ${name}`, async (client) => {
        const inputs = required[name] ?? {};
        const { id, olds } = await make(client, name, inputs);
        return await client.read(type(name), id, olds, inputs);
      }),
    ),
    ...imports.map(([name, id]) => question(`import ${name} ${id}`, (client) => client.read(type(name), id))),
    question("delete", (client) =>
      client.delete(type("RandomPassword"), "none", { length: 3 }, { length: 3 }),
    ),
  ];
}

const required: Record<string, Fields> = {
  RandomPassword: { length: 16 },
  RandomString: { length: 8 },
  RandomBytes: { length: 4 },
  RandomId: { byteLength: 4 },
  RandomInteger: { min: 3, max: 3 },
};

const checks: [string, Fields][] = [
  ["RandomPassword", { length: 16 }],
  ["RandomPassword", {}],
  ["RandomPassword", { length: 0 }],
  ["RandomPassword", { length: 3, minLower: 4 }],
  ["RandomPassword", { length: 0, minLower: 3 }],
  ["RandomPassword", { length: "16" }],
  ["RandomPassword", { length: "" }],
  ["RandomPassword", { length: "x" }],
  ["RandomPassword", { length: true }],
  ["RandomPassword", { length: [1] }],
  ["RandomPassword", { length: {} }],
  ["RandomPassword", { length: null }],
  ["RandomPassword", { length: 1.5 }],
  ["RandomPassword", { minLower: 1.5 }],
  ["RandomPassword", { length: 0, minLower: 1.5, id: "x" }],
  ["RandomPassword", { length: 4, lower: false, upper: false, numeric: false, special: false }],
  ["RandomPassword", { length: 4, lower: false, upper: false, number: false, special: false }],
  ["RandomPassword", { length: 4, lower: unknown, upper: false, numeric: false, special: false }],
  ["RandomPassword", { length: 4, numeric: true, number: false }],
  ["RandomPassword", { length: unknown, minLower: 3 }],
  ["RandomPassword", { length: 3, special: "true" }],
  ["RandomPassword", { length: 3, special: 1 }],
  ["RandomPassword", { length: 3, special: null }],
  ["RandomPassword", { length: 3, overrideSpecial: 7 }],
  ["RandomPassword", { length: 3, overrideSpecial: [1] }],
  ["RandomPassword", { length: 3, overrideSpecial: { a: 1 } }],
  ["RandomPassword", { length: 3, keepers: ["x"] }],
  ["RandomPassword", { length: 3, keepers: { a: 1, b: true, c: null } }],
  ["RandomPassword", { length: 3, keepers: { a: [1] } }],
  ["RandomPassword", { length: 3, keepers: { a: { b: 1 } } }],
  ["RandomPassword", { length: 3, foo: 1, bar: { a: 2 } }],
  ["RandomPassword", { length: 3, result: "abc" }],
  ["RandomPassword", { length: secret(8), keepers: { a: secret("x") } }],
  ["RandomPassword", { length: 3, __defaults: [] }],
  ["RandomString", {}],
  ["RandomBytes", { length: -1 }],
  ["RandomBytes", {}],
  ["RandomId", { byteLength: 0 }],
  ["RandomId", { byteLength: 1.5 }],
  ["RandomId", {}],
  ["RandomInteger", { min: "a", max: 1 }],
  ["RandomInteger", {}],
  ["RandomPet", { separator: 4, length: "2" }],
  ["RandomUuid", { keepers: unknown }],
  ["RandomNope", {}],
];

const creations: [string, Fields][] = [
  ["RandomPassword", { length: 16 }],
  ["RandomPassword", { length: 80, special: false }],
  ["RandomPassword", { length: "16" }],
  ["RandomPassword", { length: 16, number: false, special: false }],
  ["RandomPassword", { length: 16, numeric: false, special: false, upper: false }],
  ["RandomPassword", { length: 3, numeric: true, number: false }],
  ["RandomPassword", { length: 4, lower: false, special: false, upper: false, minNumeric: 4 }],
  ["RandomPassword", { length: 3, lower: false, upper: false, numeric: false, special: false }],
  ["RandomPassword", { length: 3, upper: false, lower: false, numeric: false, overrideSpecial: "é" }],
  ["RandomPassword", { length: 3, lower: false, upper: false, numeric: false, overrideSpecial: 7, foo: 1 }],
  ["RandomPassword", { length: 5, special: false, keepers: { a: 1, b: true, c: null, d: 1.5 } }],
  ["RandomPassword", { length: 5, special: false, keepers: {} }],
  ["RandomPassword", { length: secret(8), special: false, keepers: { a: secret("x") } }],
  ["RandomString", { length: 16, special: false }],
  ["RandomBytes", { length: 16 }],
  ["RandomBytes", { length: 64, keepers: { a: "b" } }],
  ["RandomId", { byteLength: 8 }],
  ["RandomId", { byteLength: 8, prefix: "p-" }],
  ["RandomId", { byteLength: 0 }],
  ["RandomUuid", {}],
  ["RandomUuid", { keepers: { a: "b" } }],
  ["RandomInteger", { min: 3, max: 3 }],
  ["RandomInteger", { min: 3, max: 3, seed: "" }],
  ["RandomInteger", { min: 6, max: 5 }],
  ["RandomPet", {}],
  ["RandomPet", { length: 2, prefix: "" }],
  ["RandomPet", { length: 4, prefix: "p", separator: "_" }],
];

const changes: [string, Fields, Fields][] = [
  ["RandomPassword", { length: 16 }, { length: 16 }],
  ["RandomPassword", { length: 16 }, { length: 17 }],
  ["RandomPassword", { length: 16 }, { length: 16, special: true }],
  ["RandomPassword", { length: 16, special: false }, { length: 16 }],
  ["RandomPassword", { length: 16 }, { length: 16, numeric: false }],
  ["RandomPassword", { length: 16 }, { length: 16, number: false }],
  ["RandomPassword", { length: 16 }, { length: 16, minLower: 3 }],
  ["RandomPassword", { length: 16 }, { length: 16, overrideSpecial: "!" }],
  ["RandomPassword", { length: 16, overrideSpecial: "" }, { length: 16 }],
  ["RandomPassword", { length: 16 }, { length: 16, keepers: { a: "b" } }],
  ["RandomPassword", { length: 16, keepers: { a: "b" } }, { length: 16, keepers: { a: "c" } }],
  ["RandomPassword", { length: 16, keepers: { a: "b" } }, { length: 16, keepers: { a: unknown } }],
  ["RandomPassword", { length: 16, keepers: { a: "b" } }, { length: 16, keepers: unknown }],
  ["RandomPassword", { length: 16, keepers: { a: "b" } }, { length: 16, keepers: { a: "b", c: null } }],
  ["RandomPassword", { length: 16, keepers: { a: "b", c: "d" } }, { length: 16, keepers: { a: "b" } }],
  ["RandomPassword", { length: 16, keepers: { a: "b" } }, { length: 16 }],
  ["RandomPassword", { length: 16, keepers: {} }, { length: 16 }],
  ["RandomPassword", { length: 16 }, { length: unknown }],
  ["RandomString", { length: 4, special: false }, { length: 4 }],
  ["RandomBytes", { length: 8 }, { length: 9 }],
  ["RandomBytes", { length: 8 }, { length: 8 }],
  ["RandomId", { byteLength: 8 }, { byteLength: 8, prefix: "a" }],
  ["RandomId", { byteLength: 8 }, { byteLength: 9 }],
  ["RandomInteger", { min: 1, max: 1 }, { min: 1, max: 3 }],
  ["RandomPet", {}, { separator: "_" }],
  ["RandomUuid", {}, { keepers: {} }],
];

const overlooked: [Fields, Fields, string[]][] = [
  [{ length: 3 }, { length: 4 }, ["length"]],
  [{ length: 3, keepers: { a: "1", b: "2" } }, { length: 3, keepers: { a: "2", b: "2" } }, ["keepers.a"]],
  [{ length: 3, keepers: { a: "1", b: "2" } }, { length: 3, keepers: { a: "2", b: "3" } }, ["keepers.a"]],
];

const imports: [string, string][] = [
  ["RandomPassword", "abcDEF12"],
  ["RandomString", "abc"],
  ["RandomBytes", "AAEC"],
  ["RandomBytes", "AAE"],
  ["RandomBytes", "!!"],
  ["RandomId", "AAEC"],
  ["RandomId", "p-,AAEC"],
  ["RandomId", "AAEC="],
  ["RandomId", "!!"],
  ["RandomUuid", "6a70aea5-fa7e-5668-1236-81d8a27c2874"],
  ["RandomUuid", "zzzzzzzz-fa7e-5668-1236-81d8a27c2874"],
  ["RandomUuid", "bad"],
  ["RandomInteger", "2,1,5"],
  ["RandomInteger", "2,1,5,seed"],
  ["RandomInteger", "x,1,2"],
  ["RandomInteger", "1,x,2"],
  ["RandomInteger", "1,2"],
  ["RandomPet", "a-b"],
];

async function make(client: ProviderClient, name: string, inputs: Fields) {
  const made = await client.create(type(name), inputs);
  if (isFailure(made)) throw new Error(made.error.message);
  return { id: String(made.id), olds: opened(made.outputs as Fields), oldInputs: inputs };
}

async function change(
  client: ProviderClient,
  name: string,
  before: Fields,
  after: Fields,
  how: "diff" | "preview" | "update",
) {
  const made = { ...(await make(client, name, before)), news: after };
  return how === "diff"
    ? await client.diff(type(name), made)
    : await client.update(type(name), { ...made, preview: how === "preview" });
}

/** Replaces generated texts by their form: a length, the words of a name, the version of a UUID. */
function form(text: string, path: string): string {
  const key =
    path
      .replace(/\.value$/, "")
      .split(".")
      .at(-1) ?? "";
  if (text === unknown || text === "none") return text;
  if (key === "bcryptHash") return text.replace(/[./A-Za-z0-9]{53}$/, (hash) => `{${hash.length}}`);
  if (key === "dec") return text.replace(/\d+$/, "{decimal}");
  if (!["result", "id", "base64", "hex", "b64Std", "b64Url"].includes(key)) return text;
  if (/^(?:p_)?[a-z]{2,}(?:[-_][a-z]{2,})+$/.test(text)) return text.replace(/[a-z]{2,}/g, "word");
  return `${/^p-/.exec(text)?.[0] ?? ""}{${[...text].length}}`;
}
