import { expect, test } from "vitest";
import { hintFor, hints } from "../../components/cloudflare/hints.ts";

/** Cloudflare's answer as the provider prints it. */
const answer = (code: number, message = "…") =>
  `403 Forbidden {"errors":[{"code":${code},"message":"${message}"}]}`;

test.each([
  [answer(1068, "Permission denied"), /Zone → Zone → Edit on all zones of the account/],
  [
    answer(0, 'Requires permission \\"com.cloudflare.api.account.zone.create\\" to create zones'),
    /Zone → Zone → Edit on all zones of the account/,
  ],
  [answer(1001, "Failed common permission check against resources."), /Super Administrator/],
  [answer(20217, "exceeded maximum number of zone rulesets for phase x"), /mastiff:zoneMode to shared/],
  [
    answer(20217, "exceeded maximum number of rules in the phase x: 11 out of 10"),
    /merge two rules into one/,
  ],
  [answer(10051, "The specified zone id is not valid."), /with full setup/],
  [answer(10056, "Domain already in use"), /mastiff:filesHost/],
  [answer(10057), /mastiff:filesHost/],
  [answer(81045, "Record quota exceeded."), /all the DNS records that its plan allows/],
  [answer(81053), /pulumi preview lists it/],
])("the hint for %s matches %s", (error, hint) => {
  expect(hintFor(error)).toMatch(hint);
});

test("the hint for a phase at its limit of rules does not propose recover, as no interrupted run causes it", () => {
  expect(hintFor(answer(20217, "exceeded maximum number of rules in the phase x"))).not.toContain("recover");
});

test("every hint to remove something says to do so only when nothing needs it", () => {
  const removing = Object.values(hints).filter((hint) => /\bremove\b|disconnect/.test(hint));
  expect(removing.filter((hint) => !/nothing needs/.test(hint))).toEqual([]);
});
