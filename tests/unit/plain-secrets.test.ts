import { describe, expect, test } from "vitest";
import { refusal } from "../support/config.ts";

/** Each secret key with a valid value and the other keys that it needs. */
const secrets: [key: string, value: string, beside: Record<string, string>][] = [
  ["r2SecretAccessKey", "hunter2-hunter2", { r2AccessKeyId: "abc", backup: "off" }],
  ["backupSecretAccessKey", "hunter2-hunter2", { backupAccessKeyId: "abc" }],
  ["sendgridApiKey", "SG.hunter2-hunter2", {}],
  ["smtpPassword", "hunter2-hunter2", { smtpServer: "smtp.example.org", smtpLogin: "rex" }],
  ["secretEnv", '{"DEEPL_API_KEY":"hunter2-hunter2"}', {}],
];

describe.each(secrets)("%s", (key, value, beside) => {
  test("is taken when it is encrypted", () => {
    expect(refusal({ ...beside, [key]: value }, [key])).toBeUndefined();
  });

  test("is refused in plain text, with the command that encrypts it, and not shown", () => {
    const said = refusal({ ...beside, [key]: value }, [])?.message;
    expect(said).toContain(`mastiff:${key}: is stored in plain text: set it again with --secret`);
    expect(said).toMatch(new RegExp(`pulumi config set mastiff:${key} \\S+ --secret`));
    expect(said).not.toContain("hunter2");
  });
});

test.each(["hunter2", '{"DEEPL_API_KEY":["hunter2"]}', '["hunter2"]'])(
  "an encrypted secretEnv of the wrong form is refused without being shown: %s",
  (value) => {
    const said = refusal({ secretEnv: value }, ["secretEnv"])?.message;
    expect(said).toContain("mastiff:secretEnv");
    expect(said).not.toContain("hunter2");
  },
);
