/** The steps of a preview, and what differs in each. Pure. */
import type {
  EngineEvent,
  StepEventMetadata,
  StepEventStateMetadata,
} from "@pulumi/pulumi/automation/events.js";
import { nameIn } from "../communities.ts";

/** What happens to a resource. `forget`: the state loses it, and the cloud keeps it. */
export type Operation = "create" | "update" | "replace" | "delete" | "forget";

/** What a preview would do to one resource of the program. */
export interface Step {
  operation: Operation;
  /** Logical name. */
  name: string;
  urn: string;
  type: string;
  /** Types of the components that contain the resource, the outermost first. */
  within: readonly string[];
  /** Inputs in the state, without secrets. */
  old: Inputs;
  /** Inputs in the program, without secrets. */
  next: Inputs;
  /** Paths that the provider says differ; empty where it does not say. */
  differs: readonly string[];
}

/** A resource that is not as the state says, found by the engine's refresh. */
export interface Found {
  name: string;
  urn: string;
  type: string;
  within: readonly string[];
  /** Properties as the state has them, without secrets. */
  old: Inputs;
  /** Properties as the cloud has them; undefined: the resource is gone. */
  is: Inputs | undefined;
  differs: readonly string[];
}

/** Properties of a resource in an event. */
export type Inputs = Readonly<Record<string, unknown>>;

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

/** What a step does to a resource in a cloud; undefined: nothing. */
export function operationOf(metadata: StepEventMetadata): Operation | undefined {
  return isResource(metadata) ? operations[metadata.op] : undefined;
}

const collator = new Intl.Collator("en", { numeric: true });

/** Compares texts as a person sorts them: `key-9` is before `key-10`. */
export function natural(one: string, other: string): number {
  // Texts that a collator takes for equal may differ still.
  return collator.compare(one, other) || (one < other ? -1 : Number(one > other));
}

/** The engine's order differs from run to run. Two resources of different types may have one name. */
function byName(one: { name: string; urn: string }, other: { name: string; urn: string }): number {
  return natural(one.name, other.name) || natural(one.urn, other.urn);
}

/** The steps that change something, by logical name. A replacement, which the engine takes in three steps, is one. */
export function stepsIn(events: readonly EngineEvent[]): Step[] {
  const steps = new Map<string, Step>();
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { metadata } = resourcePreEvent;
    const operation = operationOf(metadata);
    if (operation === undefined) continue;
    const step: Step = {
      operation: operation === "delete" && metadata.old?.retainOnDelete === true ? "forget" : operation,
      ...identityOf(metadata),
      old: metadata.old?.inputs ?? {},
      next: metadata.new?.inputs ?? {},
      differs: pathsOf(metadata),
    };
    const known = steps.get(step.urn);
    steps.set(step.urn, known === undefined ? step : merged(known, step));
  }
  return [...steps.values()].sort(byName);
}

/** What the refresh found changed behind the state's back, by logical name. */
export function foundIn(events: readonly EngineEvent[]): Found[] {
  const found = events.flatMap(({ resOutputsEvent }): Found[] => {
    if (resOutputsEvent === undefined) return [];
    const { metadata } = resOutputsEvent;
    if (metadata.op !== "refresh" || !isResource(metadata)) return [];
    const differs = pathsOf(metadata);
    const is = metadata.new ?? undefined;
    if (is !== undefined && differs.length === 0) return [];
    return [{ ...identityOf(metadata), old: valuesOf(metadata.old), is: is && valuesOf(is), differs }];
  });
  return found.sort(byName);
}

/** Arguments of the communities, by logical name. Empty for a community that is made from the config of the stack. */
export function argumentsIn(events: readonly EngineEvent[]): Map<string, Inputs> {
  const found = events.flatMap(({ resourcePreEvent }): [string, Inputs][] => {
    const { type, urn, new: made } = resourcePreEvent?.metadata ?? {};
    return type === "mastiff:index:Community" && made ? [[nameIn(urn ?? ""), made.inputs ?? {}]] : [];
  });
  return new Map(found);
}

/** Neither a component nor a provider, which are nothing in a cloud. */
function isResource({ type, old, new: next }: StepEventMetadata): boolean {
  return (next ?? old)?.custom === true && !type.startsWith("pulumi:");
}

function identityOf({ urn, type }: StepEventMetadata) {
  const types = urn.split("::")[2]?.split("$") ?? [];
  return { name: nameIn(urn), urn, type, within: types.slice(0, -1) };
}

/** The inputs that differ. What only the cloud writes, as the time of the last change, is nobody's wish. */
function pathsOf({ detailedDiff, diffs, old, new: next }: StepEventMetadata): string[] {
  const detailed = Object.keys(detailedDiff ?? {});
  const inputs = { ...old?.inputs, ...next?.inputs };
  const paths = (detailed.length > 0 ? detailed : [...(diffs ?? [])]).filter((path) => {
    const [key = ""] = path.split(/[.[]/);
    return key in inputs;
  });
  return paths.sort(natural);
}

/** Outputs where there are any, because a cloud's own values are there; inputs beside them. */
function valuesOf(state: StepEventStateMetadata | undefined): Inputs {
  return { ...state?.inputs, ...state?.outputs };
}

/** Two steps of one replacement. */
function merged(one: Step, other: Step): Step {
  const isEmpty = (inputs: Inputs) => Object.keys(inputs).length === 0;
  return {
    ...one,
    operation: one.operation === other.operation ? one.operation : "replace",
    old: isEmpty(one.old) ? other.old : one.old,
    next: isEmpty(one.next) ? other.next : one.next,
    differs: one.differs.length === 0 ? other.differs : one.differs,
  };
}

/** Whether an event shows a value as a secret (pulumi/pulumi: sdk/go/common/resource/sig). */
export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Inputs)["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270"
  );
}

/** What an event shows of a value that is not known before the `up` (pulumi/pulumi: sdk/go/common/resource/plugin/rpc.go). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value at a path such as `rules[0].id`; undefined where there is none. */
export function valueAt(values: Inputs, path: string): unknown {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  return keys.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Inputs)[key] : undefined),
    values,
  );
}
