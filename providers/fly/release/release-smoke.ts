import { DriverError } from "../call/errors.ts";
import { say } from "../call/progress.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import {
  answerOf,
  awaitEnd,
  type Ended,
  failed,
  type OneOff,
  removeMachine,
  runOneOff,
  start,
} from "./one-off.ts";
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
  const job = smokeJob(work);
  judge(work, job, await runOneOff(work.fly, job));
}

/** A check that has begun. */
export interface Checking {
  /** @throws as {@link smoke}, or when its machine could not be made */
  result(): Promise<void>;
  /** Removes its machine, whatever that does. */
  end(): Promise<void>;
}

/**
 * Begins the check of a first release while its machines are made, in a lane beside the deploy's: Rails starts in the
 * one-off while they start, and the check then waits for Sidekiq.
 */
export function beginSmoke(work: ReleaseWork): Checking {
  const { fly, spec } = work;
  const { app } = spec;
  const job = smokeJob(work, { MASTIFF_SCHEDULER_PATIENCE: "300" });
  const lane = `${app} ${job.job}`;
  say(app, "starting a machine that will check everything");
  const started = syncSecrets(fly, app, lane).then(() => start(fly, job, lane));
  // Its error is the result's: the machines are released first.
  started.catch(() => undefined);
  let removed: Promise<void> | undefined;
  return {
    result: async () => {
      say(app, job.doing);
      const ended = await awaitEnd(fly, app, await started);
      // The machines may have taken longer than it waits: by now they are healthy, so its word on Sidekiq is old.
      if (typeof answerOf(ended)?.scheduler === "string") await smoke(work);
      else judge(work, job, ended);
    },
    end: () => {
      removed ??= started.then(
        (id) => removeMachine(fly, app, id, lane),
        () => undefined,
      );
      return removed;
    },
  };
}

function smokeJob(work: ReleaseWork, env: Readonly<Record<string, string>> = {}): OneOff {
  const job = oneOff(work, "smoke", work.spec.app, "checking that everything works");
  return { ...job, env: { ...job.env, ...env }, command: railsRunner("smoke") };
}

function judge({ fly, spec }: ReleaseWork, job: OneOff, ended: Ended): void {
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
