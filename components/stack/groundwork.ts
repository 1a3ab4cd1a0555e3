/** What has to be known before anything of a community is declared: its state, its identity, what is there. */
import * as pulumi from "@pulumi/pulumi";
import { withoutNewBackups } from "../backup/backup-plan.ts";
import { lookAtRecipients } from "../backup/recipients.ts";
import { refuseHalfAnswers } from "../cloudflare/answers.ts";
import { explainCloudflareErrors } from "../cloudflare/hints.ts";
import { type OperatorsCloudflare, operatorsCloudflare } from "../cloudflare/operators-cloudflare.ts";
import { type FoundZone, lookAtZone } from "../cloudflare/zone-look.ts";
import { backupParts } from "../config/backup-settings.ts";
import { ruleRefOf } from "../config/derived-names.ts";
import type { CommunitySettings } from "../config/schema.ts";
import { sizeWarnings } from "../config/sizes.ts";
import { budgetProblem } from "../cost/budget.ts";
import { costOf } from "../cost/cost.ts";
import { costLine } from "../cost/report.ts";
import { dueAddresses, type FlyPlace } from "../fly/app.ts";
import { lookAtFly, noLook } from "../fly/look.ts";
import { type FlyPlan, isKept, planFly, releaseIn, thingsOf } from "../fly/plan.ts";
import { type MailServer, mailServerOf } from "../mastodon/environment.ts";
import { isReleased } from "./bound-facts.ts";
import { CommunityFacts } from "./community-facts.ts";
import { factsOf } from "./fact-rules.ts";
import { lookForCommunity } from "./first-look.ts";
import { keepWhatIsThere } from "./keep-guard.ts";
import { type LastState, mendedIn } from "./last-state.ts";
import { type ComponentNames, componentNames, resourceNames } from "./logical-names.ts";
import { StackIdentity } from "./stack-identity.ts";

/** Everything that the components of a community start from. */
export interface Groundwork {
  /** The checked config or arguments, with every default filled in, and without what an ending community is spared. */
  settings: CommunitySettings;
  /** Logical names of the community's components. */
  names: ComponentNames;
  /** The state that the last run left. */
  last: LastState;
  /** The stack's mark; unknown in the preview before the first `up`. */
  stack: pulumi.Output<string>;
  /** Whether data is protected from deletion; undefined leaves it to the community's own `protect` option. */
  protect: true | undefined;
  /** Options of every component of the community. */
  own: pulumi.ComponentResourceOptions;
  /** Where everything on Fly is, with the drift that was found. */
  place: FlyPlace;
  /** Everything that is planned on Fly. */
  plan: FlyPlan;
  /** The server that sends Mastodon's mails. */
  mail: MailServer;
  /** How the operator reaches Cloudflare. */
  cloudflare: OperatorsCloudflare;
  /** The zone as this run found it; undefined: this stack makes it, or this preview cannot look. */
  zone: FoundZone | undefined;
  /** Logical names of certificates that are issued already. */
  ready: readonly string[];
}

/**
 * Reads the state and looks at the clouds.
 *
 * @param name the community's logical name
 * @param asked the checked config or arguments
 * @throws RunError when data would be lost, when the community is up elsewhere, or when something is in the
 *   way; nothing but the community's identity is declared then
 */
export async function groundwork(
  name: string,
  asked: CommunitySettings,
  parent: pulumi.Resource,
): Promise<Groundwork> {
  const { endpoints, region, flyOrg: org } = asked;
  const names = componentNames(name);
  keepToBudget(asked);
  await keepRecipients(asked);
  const cloudflare = await operatorsCloudflare(parent);
  const { connect } = cloudflare;
  if (connect === undefined) pulumi.log.info(notLookedAt, parent);
  const last = await new CommunityFacts(
    names.facts,
    {
      names,
      facts: factsOf(asked),
      sizes: asked.sizes,
      movedFrom: asked.movedFrom,
      look: asked.drift === "look",
      endpoint: endpoints.fly,
    },
    { parent },
  ).accepted;
  const isUnbacked =
    isReleased({ last, names }) && last[resourceNames.backupMachine(names.backups)] === undefined;
  const settings = withoutNewBackups(asked, isUnbacked);
  const own: pulumi.ComponentResourceOptions = {
    parent,
    transformations: [keepWhatIsThere(name, last), refuseHalfAnswers],
    transforms: [explainCloudflareErrors(name, connect)],
  };
  // Before the first release there is nothing to protect. After it, every run protects the data.
  const protect = (isKept(settings) && isReleased({ last, names })) || undefined;

  // The stack's identity comes before anything in a cloud: it tells this stack's resources from others'.
  const stackName = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const identity = new StackIdentity(
    names.identity,
    { stack: stackName, protect, look: () => lookForCommunity(settings, connect, parent) },
    own,
  );
  const { mark, isNew } = await identity.known;

  for (const words of sizeWarnings(settings.sizes)) pulumi.log.warn(words);
  const mail = mailServerOf(settings);
  const plan = planFly(settings, mail, releaseIn(names, last));
  const things = thingsOf(names, { org, region }, plan, last);
  const isLooked = !isNew && mark !== undefined && settings.drift === "look";
  const [zone, looked] = await Promise.all([
    connect &&
      lookAtZone({
        community: settings,
        stack: mark ?? stackName,
        ref: ruleRefOf(settings.domain),
        certificates: plan.certificates,
        connect,
      }),
    isLooked ? lookAtFly({ things: things.all, stack: mark, endpoint: endpoints.fly, last, parent }) : noLook,
  ]);
  const found = { ...looked.found, ...dueAddresses(things.addresses, Date.now()) };
  const drift = { found, mended: mendedIn(last) };
  return {
    settings,
    names,
    last,
    stack: identity.mark,
    protect,
    own,
    place: { org, region, stack: identity.mark, endpoint: endpoints.fly, drift, last },
    plan,
    mail,
    cloudflare,
    zone,
    ready: looked.ready,
  };
}

const notLookedAt =
  "Cloudflare is not looked at in this preview: the token or the base URL of its provider is not known yet. The up looks before it changes anything.";

/** Says what the community costs. @throws RunError when that is beyond a budget that must be kept */
function keepToBudget(settings: CommunitySettings): void {
  const cost = costOf(settings);
  const problem = budgetProblem(settings, cost);
  if (problem !== undefined && settings.budgetAction === "refuse") throw new pulumi.RunError(problem);
  pulumi.log.info(`${settings.domain} costs ${costLine(cost)}`);
  if (problem !== undefined) pulumi.log.warn(problem);
}

/** Says whose key will soon no longer open the backups. @throws RunError when there is one that does not any more */
async function keepRecipients(community: CommunitySettings): Promise<void> {
  const { backup, destroy } = community;
  if (backup === undefined || backup.recipients.length === 0 || destroy !== undefined) return;
  const { problems, warnings } = await lookAtRecipients(backupParts(backup, community), Date.now());
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
  for (const words of warnings) pulumi.log.warn(words);
}
