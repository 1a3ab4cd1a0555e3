import { expect, test } from "vitest";
import { FlyApp, type FlyPlace } from "../../components/fly/app.ts";
import { driverOf } from "../../components/fly/driver-call.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { Unknown } from "../support/wire-values.ts";
import { driftedAt, place, specIn } from "./place.ts";

const printed = JSON.stringify({ app: "acme", v4: "66.241.124.10", v6: "2a09:8280:1::10" });

function declare(at: FlyPlace = place, preview = false) {
  return resourcesOf(
    () => {
      const { appName, v4, v6 } = new FlyApp("web", { place: at, app: "acme", dedicatedV4: false });
      return { appName, v4, v6 };
    },
    { preview, outputs: preview ? {} : { "web-app": { stdout: printed } } },
  );
}

test("an app with public addresses, and an upkeep that is given what it printed", async () => {
  const declared = await declare();
  expect(declared.names).toEqual(["web", "web-app", "web-app-upkeep"]);
  expect(declared.named("web").type).toBe("mastiff:fly:App");
  const { inputs, protect, secretOutputs } = declared.named("web-app");
  expect({ protect, secretOutputs }).toEqual({ protect: false, secretOutputs: [] });
  expect(inputs).toMatchObject({
    interpreter: driverOf("app"),
    create: "ensure",
    delete: "destroy",
    logging: "stderr",
  });
  expect(inputs).not.toHaveProperty("stdin");
  expect(specIn(inputs)).toEqual({
    org: "acme",
    app: "acme",
    publicAddresses: true,
    dedicatedV4: false,
  });
  const upkeep = declared.named("web-app-upkeep").inputs;
  expect(upkeep).toMatchObject({ create: "accept", update: "ensure", environment: { IDENTITY: printed } });
  expect(upkeep).not.toHaveProperty("delete");
  expect(declared.outputs).toEqual({ appName: "acme", v4: "66.241.124.10", v6: "2a09:8280:1::10" });
});

test("a preview knows the app's name, and not the addresses that only Fly knows", async () => {
  const { outputs } = await declare(place, true);
  expect(outputs).toEqual({ appName: "acme", v4: new Unknown(), v6: new Unknown() });
});

test("without drift an earlier repair's words are ignored; with it they are a change of the upkeep alone", async () => {
  const ignored = ["environment.DRIFT"];
  const inSync = await declare();
  expect(inSync.named("web-app").ignoreChanges).toEqual(ignored);
  expect(inSync.named("web-app-upkeep").ignoreChanges).toEqual(ignored);

  const drifted = await declare(driftedAt("web-app", "the shared IPv4 is gone"));
  expect(drifted.named("web-app").ignoreChanges).toEqual(ignored);
  expect(drifted.named("web-app").inputs.environment).not.toHaveProperty("DRIFT");
  expect(drifted.named("web-app-upkeep").ignoreChanges).toEqual([]);
  expect(drifted.named("web-app-upkeep").inputs.environment).toMatchObject({
    DRIFT: '{"differences":["the shared IPv4 is gone"]}',
  });
});

test("where addresses will be others, the app itself is mended, so that what reads them shows up", async () => {
  const drifted = await declare(driftedAt("web-app", "the app is gone", true));
  expect(drifted.named("web-app").inputs.environment).toMatchObject({
    DRIFT: '{"differences":["the app is gone"]}',
  });
  expect(drifted.named("web-app").ignoreChanges).toEqual([]);
  expect(drifted.named("web-app-upkeep").inputs.environment).not.toHaveProperty("DRIFT");
});

test("the driver is told where Fly is only when config says so", async () => {
  const base = "http://127.0.0.1:4640";
  const local = await declare({ ...place, endpoint: base });
  expect(local.named("web-app").inputs.environment).toMatchObject({
    FLY_API_BASE_URL: base,
    FLY_FLAPS_BASE_URL: base,
    FLY_UIEX_BASE_URL: base,
  });
  expect(Object.keys((await declare()).named("web-app").inputs.environment as object)).toEqual([
    "MASTIFF_STACK",
    "SPEC",
  ]);
});
