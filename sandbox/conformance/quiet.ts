/**
 * Programs that tell of new versions of themselves, or ask for money, do so by the calendar and by what the network
 * answers. One side would be told and the other not, so nobody is.
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

/** Whatever this process starts from now on is quiet; our language host, which is in this process, too. */
export function beQuiet(): void {
  Object.assign(process.env, quiet);
}
