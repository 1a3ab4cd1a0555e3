import type { EndByHand, TaskByHand } from "../by-hand.ts";
import { bashJob } from "../call/bash-job.ts";
import { DriverError, retry } from "../call/errors.ts";
import { Fly } from "../call/flyctl.ts";
import { say, tell } from "../call/progress.ts";
import { lastSaid, NeverStarted, type OneOff, runOneOff } from "../release/one-off.ts";
import type { DrillAnswer, DrillSpec } from "../spec.ts";
import { imageOf, sharedSize } from "../things/machines.ts";
import { type Claim, claim, destroyOwned } from "../things/ownership.ts";
import { stage } from "../things/secrets.ts";
import { syncSecrets } from "../things/secrets-version.ts";
import { serverOf } from "../things/server.ts";
import { ensureVolume } from "../things/volumes.ts";
import { answerIn, readingSecrets, readingVariables } from "./dump-reading.ts";

/**
 * A trial restore, to prove that a dump can be restored.
 *
 *   app in a private network of its own ─► volume ─► one-off with a PostgreSQL of its own ─► all of it goes
 *
 * The app has no secret of the community, and nothing of it can be reached from there. What a killed run left goes
 * first: it holds people's data, and costs money.
 */
const data = "/data";

export async function run({ fly, spec, secrets, show }: TaskByHand<DrillSpec>): Promise<EndByHand> {
  const { stack, org, app, region } = spec;
  const values = readingSecrets(secrets);
  const machine = await serverOf(fly, spec.server);
  if (machine === undefined) {
    throw new DriverError({
      what: `The database ${spec.server} has no machine, and a drill runs the image of that machine.`,
      fix: "have it made again:  pulumi up",
      retry: retry.no,
    });
  }
  const owned: Claim = { stack, org, app, network: app, option: "--app" };
  await destroyOwned(fly, owned);
  try {
    await claim(fly, owned);
    await stage(fly, app, values);
    const volume = await ensureVolume(fly, {
      app,
      name: "drill",
      region,
      sizeGb: spec.volumeGb,
      snapshots: false,
    });
    await syncSecrets(fly, app);
    return { answer: await restored(fly, oneOff(spec, imageOf(machine), volume.id), show) };
  } finally {
    await vanish(fly, owned);
  }
}

/** @throws DriverError when the dump is not restored, or when Fly has lost the log */
async function restored(fly: Fly, job: OneOff, show: (line: string) => void): Promise<DrillAnswer> {
  const onLine = (line: string) => {
    if (answerIn([line]) === null) show(line);
  };
  const suffices = (all: readonly string[]) => answerIn(all) !== null;
  const ended = await runOneOff(fly, { ...job, onLine, suffices }).catch((error: unknown) => {
    throw error instanceof NeverStarted ? notStarted(error) : error;
  });
  if (ended.exitCode !== 0) {
    const how = ended.oomKilled
      ? "ran out of memory and was killed"
      : `failed with exit code ${ended.exitCode}`;
    throw new DriverError({
      what: `The dump is not proven: the machine of the drill ${how}.`,
      fix: "its last lines are below; when the dump is damaged, try another one:  npx mastiff backups -s <stack>",
      retry: "helps only if the cause below goes away by itself",
      said: lastSaid(fly, ended),
    });
  }
  const answer = answerIn<DrillAnswer>(ended.lines);
  if (answer !== null) return answer;
  throw new DriverError({
    what: "The dump was restored, but Fly has lost the log that says what is in it: nothing is proven.",
    fix: "try again:  npx mastiff drill -s <stack>",
    retry: "helps: Fly seldom loses a log",
  });
}

/** The machine goes with the app of the drill, so nobody has to remove it. */
function notStarted(error: NeverStarted): DriverError {
  return new DriverError(
    {
      what: "The dump is not proven: Fly did not start the machine of the drill within a quarter of an hour.",
      fix: [
        "check whether Fly has an incident:  https://status.flyio.net",
        "then try again:  npx mastiff drill -s <stack>",
      ],
      retry: "helps once Fly works again",
    },
    { cause: error },
  );
}

function oneOff({ app, region, dump }: DrillSpec, image: string, volume: string): OneOff {
  return {
    app,
    job: "drill",
    region,
    image,
    size: sharedSize(1024),
    sizedBy: undefined,
    env: { ...readingVariables(dump), MASTIFF_DRILL_DATA: data },
    command: bashJob("drill"),
    volume: { id: volume, path: data },
    subject: "drill",
    doing: `restoring ${dump.name}`,
  };
}

/**
 * Removes the app, whatever has happened. After a stop, a flyctl that was not told to stop does it. A failure is only
 * told: an error of the drill is not to be lost over it, and the next drill removes the app.
 */
async function vanish(fly: Fly, owned: Claim): Promise<void> {
  const last = fly.stopped ? new Fly() : fly;
  say("drill", "removing what it has made");
  try {
    await destroyOwned(last, owned);
  } catch {
    tell("drill", `the app ${owned.app} could not be removed: the next drill does it`);
  } finally {
    if (last !== fly) await last.close();
  }
}
