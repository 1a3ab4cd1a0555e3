/**
 * Follows an operation of the engine by its events. A step that changes nothing is forgotten at once; what is kept of the
 * others is forgotten with the operation.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { parseRecorded, parseUndecrypted } from "../../components/config/undecrypted.ts";
import { costOf } from "../../components/cost/cost.ts";
import { nameIn } from "../communities.ts";
import { orUndefined } from "../review/cost-change.ts";
import { driftIn } from "../review/drift.ts";
import { noticesIn } from "../review/refusals.ts";
import { argumentsIn, foundIn, type Operation, operationOf, stepsIn } from "../review/steps.ts";
import type { Changes, Ended } from "./row.ts";

/** How an operation ended, as the engine's process says it. */
export interface End {
  isAccepted: boolean;
  /** What it printed last. */
  output: string;
}

/** An operation that is followed. */
export interface Followed {
  hear(event: EngineEvent): void;
  ended(end: End): Ended;
}

/**
 * @param isPlan whether steps are only planned, as in a preview
 * @param told hears each step, in words
 */
export function follow(stack: string, isPlan: boolean, told: (step: string) => void): Followed {
  const kept: EngineEvent[] = [];
  const done = new Set<string>();
  return {
    hear(event) {
      const { resourcePreEvent: begun, resOutputsEvent: ended } = event;
      const words = begun && stepWords(begun.metadata.op, nameIn(begun.metadata.urn));
      if (words !== undefined) told(words);
      if (ended !== undefined && operationOf(ended.metadata) !== undefined) done.add(ended.metadata.urn);
      if (isTelling(event)) kept.push(event);
    },
    ended(end) {
      const steps = stepsIn(kept);
      const counted = isPlan ? steps : steps.filter(({ urn }) => done.has(urn));
      const hasBegun = kept.some(({ preludeEvent }) => preludeEvent !== undefined);
      const { refused } = noticesIn(kept, end);
      const costMicroDollars = costIn(kept, stack);
      const drift = driftIn(steps, foundIn(kept));
      const isRefused = !end.isAccepted && hasBegun && (isPlan || steps.length === 0);
      return {
        result: end.isAccepted ? "done" : isRefused ? "refused" : "failed",
        exitCode: end.isAccepted ? 0 : 1,
        changes: changesOf(counted.map(({ operation }) => operation)),
        refused: isRefused ? refused.length : 0,
        drift: drift.length,
        drifted: drift.flatMap(({ differences }) => differences),
        ...(costMicroDollars !== undefined && { costMicroDollars }),
        ...(!end.isAccepted && { error: refused.map(({ words }) => words).join("\n\n") }),
      };
    },
  };
}

/** Whether an event says more than that a resource stays as it is. */
function isTelling({ resourcePreEvent, resOutputsEvent, ...others }: EngineEvent): boolean {
  if (resourcePreEvent !== undefined)
    return (
      resourcePreEvent.metadata.type === community || operationOf(resourcePreEvent.metadata) !== undefined
    );
  if (resOutputsEvent !== undefined) return resOutputsEvent.metadata.op === "refresh";
  const { diagnosticEvent: said } = others;
  if (said !== undefined) return said.severity === "error" && said.ephemeral !== true;
  return others.preludeEvent !== undefined || others.policyEvent !== undefined;
}

const community = "mastiff:index:Community";

const verbs: Readonly<Record<string, string>> = {
  create: "creating",
  update: "updating",
  replace: "replacing",
  "create-replacement": "replacing",
  "delete-replaced": "replacing",
  delete: "deleting",
  read: "reading",
  refresh: "refreshing",
};

function stepWords(op: string, name: string): string | undefined {
  const verb = verbs[op];
  return verb && `${verb} ${name}`;
}

function changesOf(operations: readonly Operation[]): Changes {
  const count = (...of: Operation[]) => operations.filter((one) => of.includes(one)).length;
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    // What the state forgets is gone from the stack too.
    delete: count("delete", "forget"),
  };
}

/** What the engine shows of a secret in config (pulumi/pulumi: sdk/go/common/resource/config/crypt.go). */
const hidden = "[secret]";

/** The fixed cost a month of all communities: by the arguments that the program gives, else by the stack's config. */
function costIn(events: readonly EngineEvent[], stack: string): number | undefined {
  const [{ preludeEvent } = {}] = events.filter((event) => event.preludeEvent !== undefined);
  const config = Object.entries(preludeEvent?.config ?? {})
    .filter(([key]) => key.startsWith("mastiff:"))
    .map(([key, value]) => [key.slice("mastiff:".length), value === hidden ? undefined : value]);
  const ofConfig = () => parseUndecrypted(Object.fromEntries(config), { stack });
  const given = [...argumentsIn(events)];
  const settings =
    given.length === 0
      ? [orUndefined(ofConfig)]
      : given.map(([name, args]) =>
          orUndefined(Object.keys(args).length === 0 ? ofConfig : () => parseRecorded(args, name)),
        );
  const micros = settings.map((one) => one && costOf(one).fixedMicros);
  return micros.includes(undefined) ? undefined : micros.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}
