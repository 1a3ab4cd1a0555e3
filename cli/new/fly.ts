/** Looks at Fly for a stack that is not there yet: token, organisation, names of the apps, region. Changes nothing. */

import { within } from "../../checks/examine.ts";
import type { Inspection } from "../../checks/inspector.ts";
import { appsOf } from "../../components/config/derived-names.ts";
import { flyEndpoint } from "../../components/fly/driver-call.ts";
import * as argv from "../../providers/fly/call/argv.ts";
import { FlyctlFailure, type Problem, show } from "../../providers/fly/call/errors.ts";
import { noFlyctl } from "../../providers/fly/call/explain.ts";
import { Fly } from "../../providers/fly/call/flyctl.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";
import { flyToken } from "../doctor/token-checks.ts";
import { internetOf } from "../internet.ts";
import { both, diagnosed, judgedBy, type Place, type Seen, unlooked, well, wrong } from "./seen.ts";

/** The smallest set of rights. */
const smallest = "all rights in one organisation: fly tokens create org -o <organisation>";

/** The organisation, the end of the token, and the names of the apps. */
export async function lookAtOrganisation(place: Place): Promise<Seen> {
  return asked(place, unlooked("FLY_API_TOKEN", smallest), async (fly, token) => {
    const { flyOrg: org } = place.settings;
    const slugs = Object.keys(await fly.json<object>(argv.orgsList()));
    if (!slugs.includes(org))
      return wrong({
        what: `The Fly organisation "${org}" is unknown, or the token in FLY_API_TOKEN does not see it.`,
        fix: [
          `it sees:  ${slugs.join(", ") || "none"}`,
          `a token for the organisation:  fly tokens create org -o ${org}`,
        ],
      });
    const end = judgedBy(await diagnosed(flyToken(token), place));
    return both(end, { problems: await takenApps(fly, place), notes: [] });
  });
}

export async function lookAtRegion(place: Place): Promise<Seen> {
  // The look at the organisation has said that there is no token.
  return asked(place, well, async (fly) => {
    const { region } = place.settings;
    const listed = await fly.json<{ code: string; deprecated?: boolean }[]>(argv.regionsList());
    const codes = listed.filter(({ deprecated }) => deprecated !== true).map(({ code }) => code);
    if (codes.includes(region)) return well;
    return wrong({
      what: `Fly has no region "${region}" for new machines.`,
      fix: [`one of:  ${codes.sort().join(", ")}`],
    });
  });
}

/** App names are unique on all of Fly. Those of others show themselves by the addresses at their own host. */
async function takenApps(fly: Fly, { settings }: Place): Promise<string[]> {
  const { flyOrg: org } = settings;
  const listed = await fly.json<{ Name: string }[]>(argv.appsList(org));
  const own = appsOf(settings).filter((app) => listed.some(({ Name }) => Name === app));
  const others = await Promise.all(
    appsOf(settings)
      .filter((app) => !own.includes(app))
      .map(async (app) => ((await hasAddress(`${app}.fly.dev`, internetOf(settings))) ? [app] : [])),
  );
  const foreign = others.flat();
  return [
    ...(own.length === 0
      ? []
      : [
          show({
            what: `The organisation ${org} has these apps already: ${own.join(", ")}.`,
            fix: [
              "if a community of yours runs in them, go on with its stack:  pulumi stack ls",
              "another name for the new ones:  --app <name>",
            ],
          }),
        ]),
    ...(foreign.length === 0
      ? []
      : [
          show({
            what: `Somebody else on Fly has apps of these names: ${foreign.join(", ")}.`,
            fix: ["another name for the new ones:  --app <name>"],
          }),
        ]),
  ];
}

/** False where nobody answers: `up` says the same before it makes anything. */
async function hasAddress(host: string, { open, limitMs }: Inspection): Promise<boolean> {
  try {
    return (await within(limitMs, (signal) => open(signal).resolve(host, "AAAA"))).length > 0;
  } catch {
    return false;
  }
}

async function asked(
  { settings }: Place,
  withoutToken: Seen,
  look: (fly: Fly, token: string) => Promise<Seen>,
): Promise<Seen> {
  const own = shell();
  const { FLY_API_TOKEN: token } = own.env;
  if (!token) return withoutToken;
  const env = { ...own.env, ...flyEndpoint(settings.endpoints.fly) };
  return inShell({ ...own, env }, async () => {
    const fly = new Fly({ secrets: [token] });
    try {
      return await look(fly, token);
    } catch (error) {
      if (!(error instanceof FlyctlFailure)) throw error;
      return wrong(error.reason === "missing" ? noFlyctl : refused(error));
    } finally {
      await fly.close();
    }
  });
}

function refused({ said }: FlyctlFailure): Problem {
  return {
    what: "flyctl cannot look with the token in FLY_API_TOKEN.",
    fix: [
      `the token needs ${smallest}`,
      "if Fly has an incident, wait for its end:  https://status.flyio.net",
    ],
    ...(said !== "" && { said: [said] }),
  };
}
