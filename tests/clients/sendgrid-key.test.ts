import { expect, test, vi } from "vitest";
import * as provider from "../../providers/sendgrid/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { baseUrl, clouds, configure, lost, useSendgrid } from "./sendgrid-fixture.ts";

useSendgrid();

const key = (more: Props = {}): Props => ({
  kind: "ApiKey",
  name: "mastiff mastiff/test",
  scopes: ["mail.send"],
  baseUrl: baseUrl(),
  ...more,
});

const keys = async (): Promise<{ name: string; api_key_id: string }[]> =>
  (await clouds.ask("sendgrid", "GET", "/api_keys")).result.filter(
    (one: { name: string }) => one.name !== "operator",
  );

test("a key may send mail and nothing else, and leaves", async () => {
  const { id, outs } = await provider.create(key());
  expect(outs.apiKey).toMatch(/^SG\.[\w-]{22}\.[\w-]{43}$/);
  expect(await clouds.ask("sendgrid", "GET", `/api_keys/${id}`)).toMatchObject({
    scopes: ["mail.send", "sender_verification_eligible", "2fa_required"],
  });
  expect((await provider.read(id, outs)).props).toEqual(outs);
  await provider.remove(id, outs);
  expect(await keys()).toEqual([]);
  expect((await provider.read(id, outs)).id).toBe("");
  await provider.remove(id, outs);
});

test("a key that a crash kept out of the state is ended, those of other names are not", async () => {
  await provider.create(key());
  await clouds.ask("sendgrid", "POST", "/api_keys", {
    name: "mastiff mastiff/test-2",
    scopes: ["mail.send"],
  });
  const { id } = await provider.create(key());
  expect((await keys()).map((one) => one.name).sort()).toEqual([
    "mastiff mastiff/test",
    "mastiff mastiff/test-2",
  ]);
  expect((await keys()).map((one) => one.api_key_id)).toContain(id);
});

test("a key whose answer was lost is ended and made anew: nobody knows it", async () => {
  await clouds.faults({ method: "POST", path: "/api_keys$", ...lost });
  const { id } = await provider.create(key());
  expect((await keys()).map((one) => one.api_key_id)).toEqual([id]);
});

test("scopes that somebody widened are seen and taken back, and the key stays the same", async () => {
  const { id, outs } = await provider.create(key());
  const wider = { name: key().name, scopes: ["mail.send", "api_keys.create"] };
  await clouds.ask("sendgrid", "PUT", `/api_keys/${id}`, wider);
  const { props = {} } = await provider.read(id, outs);
  expect(props.scopes).toEqual(["api_keys.create", "mail.send"]);
  expect(await provider.diff(id, props, key())).toMatchObject({ changes: true, replaces: [] });
  const updated = await provider.update(id, props, key());
  expect(updated.outs.apiKey).toBe(outs.apiKey);
  expect((await provider.read(id, updated.outs)).props?.scopes).toEqual(["mail.send"]);
});

test("an operator's key that may not make keys is told what it needs, and not shown", async () => {
  const { api_key } = await clouds.ask("sendgrid", "POST", "/api_keys", {
    name: "weak",
    scopes: ["api_keys.read"],
  });
  vi.stubEnv("SENDGRID_API_KEY", api_key);
  const refused = await provider.create(key()).catch((error: Error) => error.message);
  expect(refused).toBe(
    "SendGrid did not grant POST /api_keys (HTTP 403): access forbidden\n" +
      "  fix     give the operator's key these scopes: whitelabel.*, api_keys.*, tracking_settings.*, mail.send; " +
      "verified senders need Full Access",
  );
});

test("a key that config has from before it was rotated gives way to the environment's", async () => {
  await configure({ "mastiff:sendgridApiKey": "SG.rotated.away" });
  await provider.create(key());
  expect(await keys()).toHaveLength(1);
});

test("a stack's endpoint of today goes before the one in its state", async () => {
  const { id, outs } = await provider.create(key());
  await configure({ "mastiff:endpoints": JSON.stringify({ sendgrid: baseUrl() }) });
  await provider.remove(id, { ...outs, baseUrl: "http://127.0.0.1:9/of-yesterday" });
  expect(await keys()).toEqual([]);
});
