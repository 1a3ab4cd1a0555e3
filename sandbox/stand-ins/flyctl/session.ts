/** The login check. Source: superfly/flyctl internal/command/command.go (RequireSession), fly-go errors. */
import { FlyError } from "./go/errors.ts";
import type { Run } from "./run.ts";

const thirtyDays = 30 * 24 * 3600 * 1000;

/** Refuses a run without a token, and a token from the config file that is older than thirty days. */
export function requireSession(run: Run): void {
  const { token, tokenIsExternal, lastLogin } = run.settings;
  const fresh = lastLogin !== undefined && Date.now() - lastLogin.getTime() <= thirtyDays;
  if (token !== "" && (tokenIsExternal || fresh)) return;
  throw new FlyError("no access token available. Please login with 'flyctl auth login'");
}
