import { expect, test } from "vitest";
import { endOf } from "../../cli/doctor/fly-token.ts";
import { flyMacaroon } from "../support/macaroon.ts";

const end = Date.parse("2027-01-28T10:00:00Z");
const sooner = Date.parse("2026-12-24T10:00:00Z");

test.each<[what: string, token: string, end: number | undefined]>([
  ["one with a window", flyMacaroon(end), end],
  ["as flyctl prints it", `FlyV1 ${flyMacaroon(end)}`, end],
  ["one without a window", flyMacaroon(undefined), undefined],
  ["several: the first to end counts", `${flyMacaroon(end)}, ${flyMacaroon(sooner)}`, sooner],
  // It proves who somebody is, and flyctl renews it.
  [
    "beside a proof that ends sooner",
    `${flyMacaroon(end)},${flyMacaroon(sooner, "https://auth.fly.io/v1")}`,
    end,
  ],
  ["of the older kind", "fo1_abcdef", undefined],
  ["broken", "fm2_AAAA", undefined],
])("the end of a token of Fly's: %s", (_what, token, expected) => {
  expect(endOf(token)).toBe(expected);
});
