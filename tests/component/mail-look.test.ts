import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { mailAt } from "../../components/mail/mail-look.ts";

test("without a key for SendGrid a run ends with the words that say where to put one", async () => {
  vi.stubEnv("SENDGRID_API_KEY", "");
  const seen = mailAt({ domain: pulumi.output("acme.social"), after: [] });
  const { promise } = seen as unknown as { promise(): Promise<unknown> };
  const error = await promise.call(seen).catch((problem: unknown) => problem);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect((error as Error).message).toContain("fix     export SENDGRID_API_KEY=");
});
