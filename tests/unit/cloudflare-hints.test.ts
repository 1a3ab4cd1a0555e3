import { expect, test } from "vitest";
import { hintFor, hints } from "../../components/cloudflare/hints.ts";

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
    /Put two of them into one/,
  ],
  [answer(10051, "The specified zone id is not valid."), /with full setup/],
  [answer(10056, "Domain already in use"), /mastiff:filesHost/],
  [answer(10057), /mastiff:filesHost/],
  [answer(81045, "Record quota exceeded."), /all the DNS records that its plan allows/],
  [answer(81053), /pulumi preview lists it/],
])("%s", (error, hint) => {
  expect(hintFor(error)).toMatch(hint);
});

test("a full phase is no trace of a run that was cut off", () => {
  expect(hintFor(answer(20217, "exceeded maximum number of rules in the phase x"))).not.toContain("recover");
});

test("no hint says to remove what may serve somebody without asking whether anything needs it", () => {
  const removing = Object.values(hints).filter((hint) => /\bremove\b|take it off/.test(hint));
  expect(removing.filter((hint) => !/nothing needs/.test(hint))).toEqual([]);
});
