import { expect, test } from "vitest";
import { configKeys, secretKeys } from "../../components/config/schema.ts";
import { fixes, problems, refusal, required } from "../support/config.ts";

/** Values of the right form, for the keys whose form the text "hunter2" does not have. */
const values: Record<string, string> = { ...required, env: '{"A":"hunter2"}', web: '{"count":2}' };
/** Keys whose values are stored in plain text. */
const plainKeys = configKeys.filter((key) => !(secretKeys as readonly string[]).includes(key));

test.each(plainKeys)(
  "an encrypted mastiff:%s is refused, and the error does not contain its value",
  (key) => {
    const refused = refusal({ [key]: values[key] ?? "hunter2" }, [key]);
    expect(refused?.problems.filter((one) => one.key === key)).toHaveLength(1);
    expect(refused?.message).toContain(`mastiff:${key}: `);
    expect(refused?.message).not.toContain("hunter2");
  },
);

test("the fix for an encrypted mastiff:env moves its variables to mastiff:secretEnv", () => {
  expect(problems({ env: '{"DEEPL_API_KEY":"hunter2"}' }, ["env"])).toEqual([
    "env: contains an encrypted value, but fly.toml and the state contain all of its values in plain text",
  ]);
  expect(fixes({ env: '{"DEEPL_API_KEY":"hunter2"}' }, ["env"])).toEqual([
    "pulumi config set-all --path --secret 'mastiff:secretEnv.DEEPL_API_KEY=<its value>' --stack dev",
    "pulumi config rm mastiff:env --stack dev",
  ]);
});

test("the error for an unknown key does not contain its encrypted value", () => {
  const refused = refusal({ smtpPasswort: "hunter2" }, ["smtpPasswort"]);
  expect(refused?.message).toContain("mastiff:smtpPasswort: is not a key that Mastiff knows");
  expect(refused?.message).not.toContain("hunter2");
});

const mailServer = { smtpServer: "smtp.example.org", smtpLogin: "rex" };

test.each<[string, string]>([
  ["lines that end in CR LF, the last one included", "hunter\r\n2\r\n"],
  ["a NUL character", "hunter2\0"],
  ["more than 64 KiB", "x".repeat(70_000)],
])("a secret with %s is refused in config, and the error does not contain it", (_what, value) => {
  const encrypted = ["smtpPassword", "secretEnv", "r2SecretAccessKey"];
  for (const [extra, problem] of [
    [{ secretEnv: JSON.stringify({ KEY: value }) }, "secretEnv: KEY: "],
    [{ ...mailServer, smtpPassword: value }, "smtpPassword: "],
    [{ r2AccessKeyId: "id", r2SecretAccessKey: value }, "r2SecretAccessKey: "],
  ] as const) {
    const refused = refusal(extra, encrypted);
    expect(refused?.problems.map((one) => `${one.key}: ${one.reason}`)).toEqual([
      expect.stringContaining(problem),
    ]);
    expect(refused?.message).not.toContain("hunter");
  }
});

test.each([
  ["the lines of a PEM key", "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"],
  ["lines that end in CR", "one\ntwo\r"],
  ["quotes", 'say "hi"'],
])("a secret with %s is accepted", (_what, value) => {
  expect(problems({ secretEnv: JSON.stringify({ KEY: value }) }, ["secretEnv"])).toEqual([]);
});

test("a secret variable that is a number, because its quotes are missing, is refused", () => {
  expect(problems({ secretEnv: '{"KEY":12345678901234567890}' }, ["secretEnv"])).toEqual([
    "secretEnv: KEY: is not text: quote it",
  ]);
});
