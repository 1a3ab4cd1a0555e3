import { expect, test } from "vitest";
import { configKeys, secretKeys } from "../../components/config/schema.ts";
import { fixes, problems, refusal, required } from "../support/config.ts";

const values: Record<string, string> = { ...required, env: '{"A":"hunter2"}', web: '{"count":2}' };
const plain = configKeys.filter((key) => !(secretKeys as readonly string[]).includes(key));

test.each(plain)("mastiff:%s that is encrypted would be shown, so it is refused and not shown", (key) => {
  const refused = refusal({ [key]: values[key] ?? "hunter2" }, [key]);
  expect(refused?.problems.filter((one) => one.key === key)).toHaveLength(1);
  expect(refused?.message).toContain(`mastiff:${key}: `);
  expect(refused?.message).not.toContain("hunter2");
});

test("an encrypted variable moves to mastiff:secretEnv", () => {
  expect(problems({ env: '{"DEEPL_API_KEY":"hunter2"}' }, ["env"])).toEqual([
    "env: holds an encrypted value, but all of its values stand in fly.toml and in the state in clear",
  ]);
  expect(fixes({ env: '{"DEEPL_API_KEY":"hunter2"}' }, ["env"])).toEqual([
    "pulumi config set-all --path --secret 'mastiff:secretEnv.DEEPL_API_KEY=<its value>' --stack dev",
    "pulumi config rm mastiff:env --stack dev",
  ]);
});

test("a key that nobody knows is not shown when it is encrypted", () => {
  const refused = refusal({ smtpPasswort: "hunter2" }, ["smtpPasswort"]);
  expect(refused?.message).toContain("mastiff:smtpPasswort: is no key that Mastiff knows");
  expect(refused?.message).not.toContain("hunter2");
});

const server = { smtpServer: "smtp.example.org", smtpLogin: "rex" };

test.each<[string, string]>([
  ["lines that end in CR LF, the last one too", "hunter\r\n2\r\n"],
  ["a NUL", "hunter2\0"],
  ["too much", "x".repeat(70_000)],
])("a secret with %s is refused before anything is staged", (_what, value) => {
  const encrypted = ["smtpPassword", "secretEnv", "r2SecretAccessKey"];
  for (const [extra, problem] of [
    [{ secretEnv: JSON.stringify({ KEY: value }) }, "secretEnv: KEY: "],
    [{ ...server, smtpPassword: value }, "smtpPassword: "],
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
  ["a key in lines", "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"],
  ["lines that end in CR", "one\ntwo\r"],
  ["quotes", 'say "hi"'],
])("%s is taken", (_what, value) => {
  expect(problems({ secretEnv: JSON.stringify({ KEY: value }) }, ["secretEnv"])).toEqual([]);
});

test("a secret variable is a text", () => {
  expect(problems({ secretEnv: '{"KEY":12345678901234567890}' }, ["secretEnv"])).toEqual([
    "secretEnv: KEY: is no text: quote it",
  ]);
});
