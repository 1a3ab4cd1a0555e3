import { DriverError } from "../call/errors.ts";
import { answerOf, failed, runOneOff } from "./one-off.ts";
import { railsRunner } from "./rails.ts";
import { oneOff, type ReleaseWork } from "./release-database.ts";

/** The settings that each part of the check depends on. */
const settings: Record<string, string> = {
  bucket: "mastiff:bucket, mastiff:r2AccessKeyId",
  push: "the stack's VAPID key",
  mail: "SENDGRID_API_KEY, or mastiff:smtpServer, smtpLogin, smtpPassword",
  database: "mastiff:postgres",
  redis: "mastiff:redis",
  scheduler: "mastiff:sidekiq",
};

/**
 * Checks in a one-off what /health does not (scripts/smoke.rb). A failure does not undo the release: its
 * cause is a wrong setting, and correcting the setting makes another release.
 */
export async function smoke(work: ReleaseWork): Promise<void> {
  const { fly, spec } = work;
  const job = {
    ...oneOff(work, "smoke", spec.app, "checking that everything works"),
    command: railsRunner("smoke"),
  };
  const ended = await runOneOff(fly, job);
  const results = answerOf(ended);
  if (ended.exitCode !== 0 && results === undefined) throw failed(fly, job, ended);
  const wrong = Object.entries(results ?? {}).filter(([, problem]) => typeof problem === "string");
  if (wrong.length === 0) return;
  throw new DriverError({
    what: `${spec.app} runs ${spec.image}, but these parts do not work: ${wrong.map(([part]) => part).join(", ")}.`,
    setIn: wrong.map(([part]) => settings[part] ?? part).join("; "),
    fix: "the message of each part is below; after the change, run pulumi up again",
    retry: "helps only if the cause goes away by itself; the next run checks again",
    said: wrong.map(([part, problem]) => `${part}: ${fly.redact(String(problem))}`),
  });
}
