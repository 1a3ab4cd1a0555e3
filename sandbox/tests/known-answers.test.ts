/**
 * Compares the local clouds with known answers of the real ones: a recording of Cloudflare, and SendGrid's
 * descriptions.
 */
import { expect, test } from "vitest";
import { askAll } from "../conformance/asking.ts";
import { comparisons } from "../conformance/comparisons.ts";
import { closeAll } from "../conformance/endings.ts";
import { report } from "../conformance/report.ts";

const needsNothing = Object.entries(comparisons).filter(([, { kind }]) => kind === "always");

test.each(needsNothing)("%s: every answer is as it should be", async (_name, { load, atOnce }) => {
  const nowhere = { bin: "", home: "", engine: () => Promise.reject(new Error("no engine is needed")) };
  const questions = await (await load()).questions(nowhere);
  const { differences, onlyOnce } = await askAll(questions, atOnce);
  await closeAll();
  expect(questions.length).toBeGreaterThan(20);
  expect(differences, report([], differences, 0)).toEqual([]);
  // No answer depends on time, so none may differ only once.
  expect(onlyOnce).toEqual([]);
});
