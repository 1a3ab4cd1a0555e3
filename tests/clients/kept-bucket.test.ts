import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import * as provider from "../../providers/cloudflare/provider.ts";
import type { Props } from "../../providers/shared/kind.ts";
import { type LocalClouds, operator, startLocalClouds } from "./local-clouds.ts";

let clouds: LocalClouds;
beforeAll(async () => {
  clouds = await startLocalClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

beforeEach(async () => {
  await clouds.reset();
  vi.stubEnv("CLOUDFLARE_API_TOKEN", operator.cloudflare);
  await provider.configure({ config: { get: () => undefined, require: String } });
  return () => vi.unstubAllEnvs();
});

const wanted = (jurisdiction: string): Props => ({
  kind: "KeptBucket",
  accountId: operator.accountId,
  bucket: "files-acme-farewell",
  jurisdiction,
  baseUrl: clouds.cloudflareUrl,
});
const buckets = async (): Promise<{ name: string; jurisdiction: string }[]> => {
  const { cloudflare } = (await (await fetch(`${clouds.url}/_local/state`)).json()) as State;
  return cloudflare.buckets;
};
interface State {
  cloudflare: { buckets: { name: string; jurisdiction: string }[] };
}

test.each(["default", "eu"])(
  "made once, found the second time, left at the end (jurisdiction %s)",
  async (law) => {
    const { id, outs } = await provider.create(wanted(law));
    expect(await buckets()).toMatchObject([{ name: "files-acme-farewell", jurisdiction: law }]);
    expect(await provider.read(id, outs)).toMatchObject({ id });
    await provider.remove(id, outs);
    expect(await buckets()).toHaveLength(1);
    await provider.create(wanted(law));
    expect(await buckets()).toHaveLength(1);
  },
);

test("an answer that was lost on the way is no second try, and a bucket that is gone is seen", async () => {
  await clouds.faults({ cloud: "cloudflare", method: "POST", when: "after", action: { cut: true } });
  const { id, outs } = await provider.create(wanted("default"));
  expect(
    await clouds.calls("cloudflare").then((calls) => calls.filter((call) => call.startsWith("POST"))),
  ).toHaveLength(1);
  await clouds.ask("cloudflare", "DELETE", `/accounts/${operator.accountId}/r2/buckets/${id}`);
  expect(await provider.read(id, outs)).toEqual({ id: "", props: {} });
});
