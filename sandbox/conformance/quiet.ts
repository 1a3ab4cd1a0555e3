/**
 * Switches off update notices and requests for money. They depend on the date and on the network, so one side
 * could show a notice that the other does not show.
 */
export const quiet: Readonly<Record<string, string>> = {
  // https://docs.npmjs.com/cli/v11/using-npm/config
  npm_config_update_notifier: "false",
  npm_config_fund: "false",
  // https://www.pulumi.com/docs/iac/cli/environment-variables/
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // superfly/flyctl: internal/env, internal/command/command.go
  FLY_NO_UPDATE_CHECK: "1",
  FLY_NO_INCIDENTS_CHECK: "1",
  FLY_SEND_METRICS: "0",
  FLY_SYNTHETICS_AGENT: "0",
};

/**
 * Applies to all programs that this process starts from now on, and to the stand-in language host, which runs
 * in this process.
 */
export function beQuiet(): void {
  Object.assign(process.env, quiet);
}
