import { afterEach, expect, test, vi } from "vitest";
import { flyctlEnvironment } from "../../providers/fly/call/environment.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ...["CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "RUN_ID", "GITHUB_ACTIONS", "GITHUB_SHA"],
  ...["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_HUB_PASSWORD", "BUILDKIT_HOST"],
  ...["FLY_APP", "FLY_REGION", "FLY_ORG", "FLY_JSON", "SPEC", "DRIFT", "LOG_LEVEL"],
])("%s does not reach flyctl", (name) => {
  vi.stubEnv(name, "true");
  expect(flyctlEnvironment("/tmp/folder")).not.toHaveProperty(name);
});

test.each(["PATH", "HOME", "FLY_API_TOKEN", "FLY_API_BASE_URL", "HTTPS_PROXY", "SSL_CERT_FILE"])(
  "%s does",
  (name) => {
    vi.stubEnv(name, "as-it-is");
    expect(flyctlEnvironment("/tmp/folder")).toHaveProperty(name, "as-it-is");
  },
);

test("a variable that is set but empty is left out where it would hide another", () => {
  vi.stubEnv("FLY_ACCESS_TOKEN", "");
  expect(flyctlEnvironment("/tmp/folder")).not.toHaveProperty("FLY_ACCESS_TOKEN");
});
