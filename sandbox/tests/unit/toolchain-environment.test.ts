import { afterEach, expect, test, vi } from "vitest";
import { environment } from "../../toolchain/environment.ts";
import { pluginNames } from "../../toolchain/paths.ts";
import type { Toolchain } from "../../toolchain/toolchain.ts";

const target = {
  url: "http://127.0.0.1:4640",
  plugins: { nodejs: 1, random: 2, tls: 3, command: 4, cloudflare: 5 },
  home: "/w/home",
  backend: "/w/stacks",
};

function toolchainWith(standIns: Toolchain["standIns"]): Toolchain {
  const parts = { host: undefined, plugins: {}, flyctl: undefined };
  return { engine: { file: "/e/pulumi", origin: "path" }, parts, bin: "/b", standIns, describe: [] };
}

afterEach(() => vi.unstubAllEnvs());

test("nothing of the user's that leads to a real account gets through", () => {
  for (const name of [
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_API_TOKEN",
    "CF_API_TOKEN",
    "FLY_ACCESS_TOKEN",
    "FLY_API_TOKEN",
    "SENDGRID_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
  ]) {
    vi.stubEnv(name, "the-users-own");
  }
  const env = environment(toolchainWith({ host: true, plugins: [...pluginNames], flyctl: true }), target);
  expect(Object.values(env)).not.toContain("the-users-own");
  expect(env.PULUMI_BACKEND_URL).toBe("file:///w/stacks?metadata=skip");
  expect(env.FLY_API_BASE_URL).toBe("http://127.0.0.1:4640");
});

test("the engine attaches to stand-ins and to nothing else", () => {
  const all = environment(toolchainWith({ host: true, plugins: [...pluginNames], flyctl: true }), target);
  expect(all.PULUMI_DEBUG_LANGUAGES).toBe("nodejs:1");
  expect(all.PULUMI_DEBUG_PROVIDERS).toBe("cloudflare:5,command:4,random:2,tls:3");
  const some = environment(toolchainWith({ host: false, plugins: ["tls"], flyctl: false }), target);
  expect(some.PULUMI_DEBUG_LANGUAGES).toBeUndefined();
  expect(some.PULUMI_DEBUG_PROVIDERS).toBe("tls:3");
});

test("a proxy is not asked for what is on this machine", () => {
  vi.stubEnv("NO_PROXY", "corp.example");
  const env = environment(toolchainWith({ host: false, plugins: [], flyctl: false }), target);
  expect(env.NO_PROXY).toBe("corp.example,127.0.0.1,localhost");
});
