import { freshApi } from "./cloudflare-api.ts";
import { changes, needsBucket } from "./cloudflare-inputs.ts";
import { imports, lookups, seed } from "./cloudflare-lookups.ts";
import { odd, unknowns } from "./cloudflare-odd.ts";
import { scripts } from "./cloudflare-scripts.ts";
import { type Asking, askSide, fn, make, type } from "./cloudflare-side.ts";
import { type Fields, isFailure, opened, unknown } from "./plugin-client.ts";
import type { OfficialParts, Question } from "./question.ts";

/**
 * The Cloudflare provider: configuration, checks, the life of every resource against a fresh local
 * Cloudflare, look-ups, imports, and a faulty API. Every answer includes the API calls made for it.
 */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const question = (name: string, ask: (asking: Asking) => Promise<void>, openApi = freshApi): Question => ({
    part: "cloudflare",
    name,
    ask: (side) => askSide(official, side, openApi, ask),
  });
  return [
    question("plugin info", async ({ client, note }) => note("info", await client.pluginInfo())),
    question("a type that there is not", async ({ client, note }) =>
      note("create", await client.create(type("Nope"), {})),
    ),
    ...configurations.map((inputs) =>
      question(`configuration ${JSON.stringify(inputs)}`, async ({ client, note }) =>
        note("check", await client.checkConfig(inputs)),
      ),
    ),
    ...odd.map(([name, inputs]) =>
      question(`check ${name} ${JSON.stringify(inputs)}`, async ({ client, note }) =>
        note("check", await client.check(type(name), inputs)),
      ),
    ),
    ...unknowns.map(([name, inputs]) =>
      question(`preview ${name} ${JSON.stringify(inputs)}`, async ({ client, note }) => {
        note("check", await client.check(type(name), inputs));
        note("preview", await client.create(type(name), inputs, { preview: true }));
      }),
    ),
    ...changes.map(([name, inputs, others]) =>
      question(`the life of ${name} ${JSON.stringify(inputs)}`, (asking) =>
        live(asking, name, inputs, others),
      ),
    ),
    question("a refresh of what is gone", gone),
    question("changes that the program overlooks", overlooked),
    ...lookups.map(([name, args]) =>
      question(`${name} ${JSON.stringify(args)}`, async (asking) => {
        await seed(asking);
        asking.note("invoke", await asking.client.invoke(fn(name), args));
      }),
    ),
    question("imports", async (asking) => {
      const ids = await seed(asking);
      for (const [name, id] of imports(ids)) {
        const read = await asking.client.read(type(name), id);
        asking.note(`import ${name} ${id}`, read);
        if (isFailure(read) || read.id === "") continue;
        const known = { olds: opened(read.outputs as Fields), oldInputs: read.inputs as Fields };
        asking.note("diff", await asking.client.diff(type(name), { ...known, news: known.oldInputs }));
      }
    }),
    ...scripts.map(({ name, openApi, ask }) => question(name, ask, openApi)),
  ];
}

const configurations: Fields[] = [
  {},
  { apiToken: "t".repeat(40), baseUrl: "http://127.0.0.1/client/v4", userAgentOperatorSuffix: "x" },
  { apiToken: "short" },
  { apiToken: unknown },
  { apiToken: 5, version: "6.22.1" },
  { apiToken: "t".repeat(40), colour: "red" },
  { apiKey: "k".repeat(40) },
  { apiKey: "short", email: "me@example.org" },
  { apiKey: "k".repeat(40), email: "me@example.org", apiUserServiceKey: "v1.0-x" },
];

/**
 * Makes a resource. Then diffs, previews and makes each change, refreshes the resource, diffs it again, and
 * deletes it.
 */
async function live(asking: Asking, name: string, inputs: Fields, others: Fields[]): Promise<void> {
  const { client, note } = asking;
  if (needsBucket.includes(name))
    await make(asking, "R2Bucket", { accountId: inputs.accountId ?? "", name: "media" });
  const made = await make(asking, name, inputs);
  if (made === undefined) return;
  const { id, oldInputs } = made;
  note("diff with itself", await client.diff(type(name), { ...made, news: oldInputs }));
  let olds = made.olds;
  for (const news of others) {
    const what = JSON.stringify(news);
    note(`diff ${what}`, await client.diff(type(name), { id, olds, oldInputs, news }));
    note(`preview ${what}`, await client.update(type(name), { id, olds, oldInputs, news, preview: true }));
    const updated = await client.update(type(name), { id, olds, oldInputs, news });
    note(`update ${what}`, updated);
    if (isFailure(updated)) continue;
    note(
      "diff after it",
      await client.diff(type(name), { id, olds: opened(updated.outputs as Fields), oldInputs: news, news }),
    );
    const back = await client.update(type(name), {
      id,
      olds: opened(updated.outputs as Fields),
      oldInputs: news,
      news: oldInputs,
    });
    note("update back", back);
    if (!isFailure(back)) olds = opened(back.outputs as Fields);
  }
  const read = await client.read(type(name), id, olds, oldInputs);
  note("refresh", read);
  if (!isFailure(read) && read.id !== "") {
    const now = { id, olds: opened(read.outputs as Fields), oldInputs: read.inputs as Fields };
    note("diff after the refresh", await client.diff(type(name), { ...now, news: oldInputs }));
  }
  note("delete", await client.delete(type(name), id, olds, oldInputs));
  note("delete again", await client.delete(type(name), id, olds, oldInputs));
}

async function gone(asking: Asking): Promise<void> {
  const { client, note } = asking;
  for (const name of ["R2Bucket", "DnsRecord", "Ruleset", "AccountToken", "Zone"]) {
    const inputs = changes.find(([type]) => type === name)?.[1] ?? {};
    const made = await make(asking, name, inputs);
    if (made === undefined) continue;
    note("delete", await client.delete(type(name), made.id, made.olds, made.oldInputs));
    note("refresh", await client.read(type(name), made.id, made.olds, made.oldInputs));
  }
}

async function overlooked(asking: Asking): Promise<void> {
  for (const [name, ignoreChanges, news] of overlooking) {
    const inputs = changes.find(([type]) => type === name)?.[1] ?? {};
    const made = await make(asking, name, inputs);
    if (made === undefined) continue;
    const change = { ...made, news: { ...inputs, ...news }, ignoreChanges };
    asking.note(`diff ${ignoreChanges}`, await asking.client.diff(type(name), change));
  }
}

const overlooking: [string, string[], Fields][] = [
  ["R2Bucket", ["storageClass"], { storageClass: "InfrequentAccess" }],
  ["DnsRecord", ["content", "ttl"], { content: "192.0.2.9", ttl: 1 }],
  ["DnsRecord", ["comment"], { comment: "new" }],
  ["DnsRecord", ["data.tag", "tags[0]"], { content: "192.0.2.9" }],
  ["Ruleset", ["rules[0].expression"], { rules: [{ action: "rewrite", ref: "acao", expression: "false" }] }],
  [
    "Ruleset",
    ["rules[*].description"],
    { rules: [{ action: "rewrite", ref: "acao", expression: "x", description: "y" }] },
  ],
  [
    "Ruleset",
    ['rules[0].actionParameters.headers["Access-Control-Allow-Origin"].value'],
    { description: "x" },
  ],
  ["AccountToken", ["policies"], { policies: [] }],
];
