/** Events of a preview, as the engine writes them, for a community whose logical name is `acme`. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

/** Events in the engine's order. */
export type Preview = EngineEvent[];

/** Nobody reads an event's number and time. */
const unread = { sequence: 0, timestamp: 0 };

type Values = Record<string, unknown>;

/** The first event of every preview. */
export const event: EngineEvent = { ...unread, preludeEvent: { config: {} } };

/** A new resource. @param kind a resource's type, or the driver's word for a thing on Fly, whose spec `inputs` are */
export function created(kind: string, name: string, inputs: Values): Preview {
  return [step("create", kind, name, undefined, inputsOf(kind, inputs))];
}

/** @param within types of the components that it is in, below the community */
export function deleted(kind: string, name: string, inputs: Values, within: readonly string[] = []): Preview {
  return [step("delete", kind, name, inputsOf(kind, inputs), undefined, [], within)];
}

/** @param environment further variables of a thing on Fly, before and after */
export function updated(
  kind: string,
  name: string,
  old: Values,
  next: Values,
  environment: Record<string, [string | undefined, string | undefined]> = {},
): Preview {
  const side = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(environment).map(([key, values]) => [key, values[index]]));
  return [
    step(
      "update",
      kind,
      name,
      inputsOf(kind, old, side(0)),
      inputsOf(kind, next, side(1)),
      changed(old, next),
    ),
  ];
}

export function replaced(kind: string, name: string, old: Values, next: Values): Preview {
  const [was, is] = [inputsOf(kind, old), inputsOf(kind, next)];
  return [
    step("delete-replaced", kind, name, was, undefined),
    step("replace", kind, name, was, is),
    step("create-replacement", kind, name, was, is),
  ];
}

/** A resource that stays as it is. */
export function unchanged(kind: string, name: string, inputs: Values): Preview {
  return [step("same", kind, name, inputsOf(kind, inputs), inputsOf(kind, inputs))];
}

/** A new component, which is nothing in a cloud. */
export function component(type: string, name: string): Preview {
  const { resourcePreEvent, ...rest } = step("create", type, name, undefined, {});
  const state = resourcePreEvent?.metadata.new;
  if (state !== undefined) state.custom = false;
  return resourcePreEvent === undefined ? [] : [{ ...rest, resourcePreEvent }];
}

/** What a refresh found. @param is undefined: the resource is gone */
export function refreshed(type: string, name: string, old: Values, is: Values | undefined): Preview {
  const { resourcePreEvent } = step("refresh", type, name, old, is, is === undefined ? [] : changed(old, is));
  return resourcePreEvent === undefined ? [] : [{ ...unread, resOutputsEvent: resourcePreEvent }];
}

/** An error or a warning about the whole stack. */
export function said(severity: "error" | "warning", message: string): Preview {
  return [{ ...unread, diagnosticEvent: { severity, message, color: "never", urn: "" } }];
}

/** A policy that is not kept. */
export function violated(policyName: string, level: "mandatory" | "advisory", message: string): Preview {
  const pack = { policyPackName: "mastiff", policyPackVersion: "0.1.0", policyPackVersionTag: "0.1.0" };
  // The SDK's type knows the word `warning` for what the engine calls `advisory`.
  const enforcementLevel = level as "mandatory";
  return [{ ...unread, policyEvent: { policyName, enforcementLevel, message, color: "never", ...pack } }];
}

function step(
  op: string,
  kind: string,
  name: string,
  old: Values | undefined,
  next: Values | undefined,
  differs: string[] = [],
  within: readonly string[] = [],
): EngineEvent {
  const type = typeOf(kind);
  const types = ["mastiff:index:Community", ...within, type].join("$");
  const urn = `urn:pulumi:acme::mastiff::${types}::acme-${name}`;
  const state = (inputs: Values) => ({
    ...{ type, urn, id: name, parent: "", provider: "", custom: true },
    ...{ inputs, outputs: inputs },
  });
  const isOfCloud = type === kind;
  const metadata = {
    ...{ op, urn, type, provider: "" },
    ...(old && { old: state(old) }),
    ...(next && { new: state(next) }),
    ...(isOfCloud && { detailedDiff: Object.fromEntries(differs.map((path) => [path, {}])) }),
  };
  return { ...unread, resourcePreEvent: { metadata: metadata as unknown as StepEventMetadata } };
}

function typeOf(kind: string): string {
  return kind.includes(":") ? kind : "command:local:Command";
}

function inputsOf(
  kind: string,
  values: Values,
  environment: Record<string, string | undefined> = {},
): Values {
  if (kind.includes(":")) return values;
  return {
    interpreter: ["node", "-e", "import('mastiff/driver')", "mastiff-driver", kind],
    environment: { SPEC: JSON.stringify(values), ...environment },
  };
}

function changed(old: Values, next: Values): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]));
}
