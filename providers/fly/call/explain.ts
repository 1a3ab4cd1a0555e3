import { setParts } from "../../rules/config-parts.ts";
import { shell } from "../../shared/shell.ts";
import * as argv from "./argv.ts";
import { DriverError, type FlyctlFailure, lastLines, type Problem, retry } from "./errors.ts";
import type { Fly } from "./flyctl.ts";
import { table } from "./parse.ts";

/** There is no flyctl to run. */
export const noFlyctl: Problem = {
  what: "flyctl is not on PATH, and everything on Fly needs it.",
  setIn: "PATH",
  fix: [
    "install it:  https://fly.io/docs/flyctl/install/",
    "or add the folder of an installed flyctl to PATH",
  ],
  retry: retry.no,
};

/**
 * A flyctl failure in the operator's words. The spec holds the value that was sent, so the error can name the
 * value, the config key behind it and the valid values.
 */
export async function explain(
  failure: FlyctlFailure,
  fly: Fly,
  spec: Record<string, unknown>,
): Promise<DriverError> {
  const problem = await problemOf(failure, fly, spec);
  const said = lastLines(failure.said);
  // No call was made, so there is none to show.
  if (failure.reason === "missing") return new DriverError(problem, { cause: failure });
  const about = aboutOf(spec, problem.what);
  const shown = { ...problem, ...(about !== undefined && { about }), call: failure.call, said };
  return new DriverError(shown, { cause: failure });
}

/**
 * The hosts, apps or databases of the run that `what` does not name; undefined when it names all of them. The
 * call does not always say which resource it is for: many calls name only the organisation.
 */
function aboutOf(spec: Record<string, unknown>, what: string): string | undefined {
  // A look at everything has a spec for each thing.
  const { items } = spec as { items?: Record<string, { spec: Record<string, unknown> }> };
  const specs = items === undefined ? [spec] : Object.values(items).map((item) => item.spec);
  const named = specs.map(({ hostname, app, name }) =>
    [hostname, app, name].find((value) => typeof value === "string"),
  );
  const subjects = [...new Set(named)].filter((value) => value !== undefined && !what.includes(`"${value}"`));
  return subjects.length === 0 ? undefined : subjects.join(", ");
}

/** The failure's cause in the operator's words, the config key behind it and the fix. */
async function problemOf(failure: FlyctlFailure, fly: Fly, spec: Record<string, unknown>): Promise<Problem> {
  const { app, org, region, image, plan } = spec;
  const validValues = async (list: () => Promise<string[]>) => {
    // Optional: when this call fails too, the error is shown without the list.
    const found = fly.stopped ? [] : await list().catch(() => []);
    return found.length === 0 ? [] : [`there are:  ${found.join(", ")}`];
  };
  switch (failure.reason) {
    case "missing":
      return noFlyctl;
    case "login":
      return {
        what: "Fly refuses the login of flyctl: the token is missing, expired or revoked.",
        setIn: "the environment variable FLY_API_TOKEN",
        fix: `create a token and set the variable:  flyctl tokens create org -o ${org ?? "<organisation>"}`,
        retry: retry.no,
      };
    case "forbidden":
      return {
        what: `The Fly token is not allowed to do this${app === undefined ? "" : ` with app "${app}"`}.`,
        setIn: "the environment variable FLY_API_TOKEN",
        fix: [
          "use a token for the whole organisation:  flyctl tokens create org",
          "and check that mastiff:flyOrg names the organisation of the app",
        ],
        retry: retry.no,
      };
    case "absent":
      return {
        what: `There is no app "${app ?? spec.name}" on Fly, or this token does not see it.`,
        setIn: "mastiff:app, mastiff:flyOrg",
        fix: [
          "if somebody removed it, create it again:  pulumi up",
          "if it exists, use a token that sees it:  flyctl tokens create org",
        ],
        retry: "helps if it was removed: the next run looks first, and creates what is missing",
      };
    case "organization":
      return {
        what: `The Fly organisation "${org}" is unknown, or this token does not see it.`,
        setIn: "mastiff:flyOrg",
        fix: [
          ...(await validValues(async () => Object.keys(await fly.json<object>(argv.orgsList())))),
          "choose one:  pulumi config set mastiff:flyOrg <slug>",
        ],
        retry: retry.no,
      };
    case "region":
      return {
        what: `Fly cannot put this in region "${region}".`,
        setIn: "mastiff:region",
        fix: [
          ...(await validValues(async () =>
            (
              await fly.json<{ code: string; deprecated?: boolean }[]>(argv.regionsList())
            )
              .filter((one) => one.deprecated !== true)
              .map((one) => one.code)
              .sort(),
          )),
          "choose one:  pulumi config set mastiff:region <code>",
        ],
        retry: retry.no,
      };
    case "plan":
      return {
        what: `Upstash on Fly has no plan "${plan}".`,
        setIn: "mastiff:redis",
        fix: [
          ...(await validValues(async () =>
            table(await fly.read(argv.redisPlans())).map((row) => row.name ?? ""),
          )),
          `choose one:  ${setParts("mastiff:redis", { kind: "upstash", plan: "<name>" })}`,
        ],
        retry: retry.no,
      };
    case "image":
      // Only Mastodon's own image follows from a config key.
      return {
        what: `The image "${image}" cannot be found.`,
        ...(String(image).includes("/mastodon") && { setIn: "mastiff:mastodonVersion" }),
        fix: String(image).includes("/mastodon")
          ? "check that the registry has this tag:  https://github.com/mastodon/mastodon/releases"
          : "check that the registry has this image, and that it is public",
        retry: "helps only if the registry was down",
      };
    case "capacity":
      return {
        what: `Fly has no room in region "${region ?? "of the app"}" for a machine of this size at this moment.`,
        setIn: "mastiff:region, and the sizes",
        fix: [
          `wait and run ${fly.again} again`,
          "or, before there is any data:  pulumi config set mastiff:region <code>",
        ],
        retry: "helps once there is room again",
      };
    case "busy":
      return {
        what: "Somebody else is changing the machines at this moment.",
        fix: `wait until their deploy or scale has ended, then run ${fly.again} again`,
        retry: retry.yes,
      };
    case "limited":
      return { what: "Fly answers that there were too many requests.", retry: "helps, after a minute" };
    case "deadline":
      return {
        what: "Fly repeatedly aborted a command inside a machine before it answered (deadline_exceeded).",
        fix: [
          "check whether that machine is overloaded:  flyctl machine list, flyctl logs",
          "or whether Fly has an incident:  https://status.flyio.net",
        ],
        retry: retry.yes,
      };
    case "server":
      return {
        what: "Fly answers that something failed on its side.",
        fix: "check whether Fly has an incident:  https://status.flyio.net",
        retry: retry.yes,
      };
    case "network":
      return {
        what: "Fly cannot be reached.",
        fix:
          shell().env.FLY_API_BASE_URL === undefined
            ? "check whether this machine can reach api.fly.io and api.machines.dev (proxy, DNS)"
            : `check whether ${shell().env.FLY_API_BASE_URL} answers, or unset mastiff:endpoints to reach the real Fly`,
        retry: retry.yes,
      };
    case "garbled":
      return {
        what: "Fly's answer cannot be read: it is incomplete, or not from Fly.",
        fix: "check whether Fly has an incident (https://status.flyio.net), or a proxy answers in its place",
        retry: retry.yes,
      };
    case "timeout":
      return {
        what: "flyctl did not finish in time.",
        fix: "on a slow connection, give everything more time:  export MASTIFF_PATIENCE=3",
        retry: retry.yes,
      };
    // exists, stopped, other
    default:
      return {
        what: `flyctl failed: ${failure.said.split("\n")[0]}`,
        retry: "helps only if the cause goes away by itself",
      };
  }
}
