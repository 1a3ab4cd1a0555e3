import { afterEach, beforeEach, expect, test } from "vitest";
import type { View } from "../clouds/view/view.ts";
import { zone } from "./cloud-call.ts";
import { type Open, openWorldFront } from "./front-call.ts";

let open: Open;
let { call, fly, cloudflare, sendgrid, view } = {} as Open;

beforeEach(() => {
  open = openWorldFront();
  ({ call, fly, cloudflare, sendgrid, view } = open);
});
afterEach(() => open.end());

test("the stream tells of each change, and of each call once", async () => {
  await sendgrid("GET", "/tracking_settings");
  const reader = await open.stream();
  let text = "";
  const next = async () => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end !== -1) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (event.startsWith("event: view"))
          return JSON.parse(event.replace(/^event: view\ndata: /, "")) as View;
        continue;
      }
      text += Buffer.from((await reader.read()).value ?? []).toString("utf8");
    }
  };
  expect((await next()).calls.newest.map((one) => one.what)).toEqual(["/tracking_settings"]);
  await sendgrid("PATCH", "/tracking_settings/click", { enabled: false });
  const { calls, sendgrid: shown } = await next();
  expect(calls.newest.map((one) => `${one.method} ${one.what}`)).toEqual(["PATCH /tracking_settings/click"]);
  expect(shown.tracking.click).toBe(false);
});

test.each([
  ["a look-up that finds nothing", () => fly("GET", "/v1/apps/nobody"), "absent"],
  ["a refusal", () => cloudflare("POST", `${zone}/dns_records`, { type: "A" }), "refused"],
  ["an answer", () => sendgrid("GET", "/tracking_settings"), "ok"],
  [
    "GraphQL's refusal, which is a 200",
    () => call("POST", "/graphql", { query: "query Me { viewer { id } }" }, "wrong"),
    "refused",
  ],
])("%s has its colour", async (_what, ask, verdict) => {
  await ask();
  const { newest, refused } = (await view()).calls;
  expect(newest.map((one) => one.verdict)).toEqual([verdict]);
  expect(newest[0]?.note !== "").toBe(verdict !== "ok");
  expect(refused).toBe(verdict === "refused" ? 1 : 0);
});

test("a call that is held is seen to wait", async () => {
  const hold = { cloud: "sendgrid", when: "before", action: { hold: "door" } };
  await call("POST", "/_local/faults", [hold]);
  const held = sendgrid("GET", "/tracking_settings");
  await expect.poll(async () => (await view()).calls.waiting.length).toBe(1);
  expect((await view()).calls.waiting).toMatchObject([{ cloud: "sendgrid", what: "/tracking_settings" }]);
  await call("POST", "/_local/release/door");
  await held;
  expect((await view()).calls).toMatchObject({ total: 1, waiting: [] });
});
