/** flyctl's advice for a wait that timed out. Source: superfly/flyctl deploy/machines_deploymachinesapp.go. */
import { FlyError, messageOf } from "../go/errors.ts";
import { WaitTimeout } from "./leasable.ts";

/** The same error, with advice if it is a timeout. */
export function suggestTimeout(error: unknown, flag: string): unknown {
  if (!(error instanceof WaitTimeout)) return error;
  const advice = `increasing the timeout with the --${flag} flag`;
  if (error.state !== "started") {
    return new FlyError(messageOf(error), {
      description: `Your machine never reached the state "${error.state}".`,
      suggestion: `You can try ${advice}`,
    });
  }
  return new FlyError(messageOf(error), {
    description:
      "Your machine was created, but never started or exited immediately. This could mean that your app is taking a long time to start,\nbut it could be indicative of a region issue.\n\nAlternatively, your app may have exited immediately due to a startup failure. Check your Dockerfile\nto ensure it specifies a valid start command (e.g., check that your 'CMD' or 'ENTRYPOINT' is correct).\nYou can also try running 'fly logs' to see what happened when the machine tried to start.",
    suggestion: `You can try deploying to a different region,\nor you can try ${advice}`,
  });
}
