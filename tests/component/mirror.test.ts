/** The mirror of the uploads, as the whole program declares it. */
import { expect, test, vi } from "vitest";
import { Secret } from "../support/wire-values.ts";
import { specIn } from "./place.ts";
import { declareProgram } from "./program-fixture.ts";

test("a bucket that outlives the stack, a private app, and keys in its secrets alone", async () => {
  const config = { "mastiff:uploadsMirror": "{}" };
  const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const [on, off] = [await declareProgram({ config }), await declareProgram()];
  expect(said.mock.calls.flat().join("\n")).toMatch(
    /The mirror of the uploads is new: about \d\.\d\d USD a month/,
  );
  said.mockRestore();
  expect(on.names.filter((name) => !off.names.includes(name)).sort()).toEqual([
    "mirror",
    "mirror-access",
    "mirror-app",
    "mirror-bucket",
    "mirror-machine",
    "mirror-secrets",
    "mirror-token",
  ]);
  expect(on.named("mirror-access").inputs).toMatchObject({ keepObjects: true });
  expect(specIn(on.named("mirror-app").inputs)).toMatchObject({ publicAddresses: false });
  expect(on.named("mirror-secrets").inputs.stdin).toBeInstanceOf(Secret);
  const { inputs, dependsOn } = on.named("mirror-machine");
  expect(dependsOn).toContain("mirror-secrets");
  expect(inputs.stdin).toBeUndefined();
  expect(JSON.stringify(specIn(inputs))).not.toMatch(/ACCESS_KEY/);
});

test("another S3 gets no bucket and no token of Mastiff's", async () => {
  const { names } = await declareProgram({
    config: {
      "mastiff:uploadsMirror": JSON.stringify({
        bucket: "acme-uploads",
        s3: { endpoint: "https://s3.example.org", region: "eu-1" },
      }),
      "mastiff:mirrorAccessKeyId": "own-key",
      "mastiff:mirrorSecretAccessKey": "planted-own-secret",
    },
    encrypted: ["mastiff:mirrorSecretAccessKey"],
  });
  expect(names.filter((name) => name.startsWith("mirror")).sort()).toEqual([
    "mirror",
    "mirror-app",
    "mirror-machine",
    "mirror-secrets",
  ]);
});
