import fc from "fast-check";
import { expect, test } from "vitest";
import { explain as explainCloudflare } from "../../providers/cloudflare/client.ts";
import { explain as explainSendgrid, sendgridClient } from "../../providers/sendgrid/client.ts";
import { CloudError, redact } from "../../providers/shared/cloud-error.ts";

test("an error says which call, which status, what the cloud said, and what to do", () => {
  const error = new CloudError({
    cloud: "SendGrid",
    call: "POST /api_keys",
    status: 403,
    ...explainSendgrid({ errors: [{ message: "access forbidden", field: null }] }),
    hint: "give the key more scopes",
  });
  expect(error.message).toBe(
    "SendGrid did not grant POST /api_keys (HTTP 403): access forbidden\n  fix     give the key more scopes",
  );
});

test("SendGrid's field and Cloudflare's code, place and chain are told", () => {
  expect(explainSendgrid({ errors: [{ message: "missing", field: "domain" }] }).messages).toEqual([
    "missing (domain)",
  ]);
  const explained = explainCloudflare({
    errors: [
      {
        code: 20217,
        message: "'zone' is not a valid value for kind",
        source: { pointer: "/kind" },
        error_chain: [{ message: "one per phase" }],
      },
    ],
  });
  expect(explained).toEqual({
    messages: ["'zone' is not a valid value for kind at /kind, one per phase (code 20217)"],
    codes: [20217],
  });
});

test.each([[null], [undefined], [""], ["<html>"], [{}], [{ errors: {} }], [{ errors: [] }]])(
  "a body of no known form (%j) explains nothing and breaks nothing",
  (body) => {
    expect(explainSendgrid(body)).toEqual({ messages: [], codes: [] });
    expect(explainCloudflare(body)).toEqual({ messages: [], codes: [] });
  },
);

test("no credential survives in a message, wherever it stands", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/);
  fc.assert(
    fc.property(word, word, fc.string(), fc.string(), (id, secret, before, after) => {
      const key = `SG.${id}.${secret}`;
      expect(redact(`${before} ${key} ${after}`)).not.toContain(key);
      expect(redact(`${before} Bearer ${secret}" ${after}`)).not.toContain(`Bearer ${secret}`);
    }),
  );
});

test("only an answer that is lost or a server's fault may have happened all the same", () => {
  const happened = (status?: number) =>
    new CloudError({ cloud: "x", call: "x", status, messages: [] }).mayHaveHappened;
  expect([undefined, 408, 500, 503].map(happened)).toEqual([true, true, true, true]);
  expect([400, 401, 403, 404, 429].map(happened)).toEqual([false, false, false, false, false]);
});

test("without any key the client says where to put one", () => {
  expect(() => sendgridClient([])).toThrow("export SENDGRID_API_KEY=");
});
