import { expect, test } from "vitest";
import { missingIn } from "../faults/error-words.ts";
import { callForms } from "../faults/mix-calls.ts";
import { drawMix, faultKinds } from "../faults/mix-plan.ts";
import type { JournalEntry } from "../support/world.ts";

const entry = (
  cloud: JournalEntry["cloud"],
  method: string,
  path: string,
  requestBody?: unknown,
): JournalEntry => ({
  n: 0,
  at: "",
  cloud,
  method,
  path,
  query: "",
  requestBody,
  status: 200,
  milliseconds: 0,
});
const zone = (id: string) => `/client/v4/zones/${id.repeat(32)}/dns_records`;
const record = (id: string, type: string, name: string) =>
  entry("cloudflare", "POST", zone(id), { type, name });
const fly = (query: string) => entry("fly", "POST", "/graphql", { query });
const journal = (id: string) => [
  record(id, "A", "acme.social"),
  record(id, "AAAA", "acme.social"),
  entry("cloudflare", "GET", zone(id)),
  entry("cloudflare", "GET", zone(id)),
  entry("sendgrid", "GET", "/sendgrid/v3/api_keys"),
  entry("sendgrid", "POST", "/sendgrid/v3/api_keys", { name: "mastiff mastiff/acme", scopes: ["mail.send"] }),
  entry("sendgrid", "DELETE", `/sendgrid/v3/api_keys/${id}xyz`),
  fly("mutation($input: CreateAppInput!) { createApp(input: $input) { app { id } } }"),
  fly("query($name: String) { app(name: $name) { id } }"),
  entry("fly", "POST", "/v1/apps/acme-social/machines"),
  entry("r2", "GET", "/r2/files-acme-social"),
  entry("internet", "GET", "/"),
];

test("calls are told apart by what they are for, and aimed at in a world with other ids", () => {
  const forms = callForms(journal("a"));
  expect(forms).toEqual(callForms(journal("b")));
  expect(forms.map(({ words, count }) => `${count} ${words}`)).toEqual([
    "2 cloudflare GET /zones/:id/dns_records",
    "1 cloudflare POST /zones/:id/dns_records A acme.social",
    "1 cloudflare POST /zones/:id/dns_records AAAA acme.social",
    "1 fly POST /v1/apps/acme-social/machines",
    "1 fly mutation createApp",
    "1 fly query app",
    "1 r2 GET /r2/files-acme-social",
    "1 sendgrid DELETE /api_keys/:id",
    "1 sendgrid GET /api_keys",
    "1 sendgrid POST /api_keys mastiff mastiff/acme",
  ]);
  // Each form matches the calls that it was made from, and no call of another form.
  for (const form of forms) {
    const hit = journal("b").filter(
      ({ cloud, method, path, requestBody }) =>
        cloud === form.cloud &&
        method === form.method &&
        new RegExp(form.path).test(path) &&
        new RegExp(form.body ?? "").test(JSON.stringify(requestBody) ?? ""),
    );
    expect(callForms(hit).map(({ words, count }) => `${count} ${words}`)).toContain(
      `${form.count} ${form.words}`,
    );
  }
});

test("a seed draws the same faults again, another one others", () => {
  const calls = callForms(journal("a"));
  expect(drawMix(calls, 7)).toEqual(drawMix(calls, 7));
  expect(drawMix(calls, 7)).not.toEqual(drawMix(calls, 8));
});

test("over many seeds every kind comes at every cloud, one slow fault a run, and no call is hit by two", () => {
  const calls = callForms(
    Array.from({ length: 30 }, (_, n) => record("a", "A", `${n}.acme.social`)).concat(journal("a")),
  );
  const mixes = Array.from({ length: 60 }, (_, seed) => drawMix(calls, seed + 1));
  const met = new Set(mixes.flat().map(({ kind, call }) => `${call.cloud} ${kind}`));
  for (const cloud of ["cloudflare", "fly", "sendgrid", "r2"])
    for (const kind of faultKinds) expect(met).toContain(`${cloud} ${kind}`);
  for (const mix of mixes) {
    expect(mix.filter(({ kind }) => kind === "timeout" || kind === "late")).toHaveLength(1);
    expect(new Set(mix.map(({ call }) => call.words)).size).toBe(mix.length);
    for (const { kind, when } of mix) {
      if (kind === "429" || kind === "timeout") expect(when).toBe("before");
      if (kind === "late") expect(when).toBe("after");
    }
  }
  expect(drawMix(calls, 7, false).map(({ kind }) => kind)).not.toContain("timeout");
});

const said = `Diagnostics:
  pulumi-nodejs:dynamic/sendgrid:ApiKey (mail-key):
    error: SendGrid did not grant POST /api_keys (HTTP 500): internal error
      fix     run it again: it continues where it stopped
`;

test.each([
  ["nothing", said, []],
  ["the resource", said.replace("(mail-key)", ""), ["resource"]],
  ["the call", said.replace("POST /api_keys", "it"), ["call"]],
  ["the cloud's word", said.replace(" (HTTP 500)", ""), ["the cloud's word"]],
  ["what to do", said.replace("fix ", ""), ["what to do"]],
])("an error that lacks %s is told from one that says all", (_what, output, missing) => {
  expect(missingIn(output, "up")).toEqual(missing);
});
