/** Events of a preview, as the engine writes them, for a community whose logical name is `acme`. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

/** Events in the engine's order, without numbers and times, which nobody reads. */
export type Preview = Partial<EngineEvent>[];

type Values = Record<string, unknown>;

/** The first event of every preview. */
export const event: Partial<EngineEvent> = { preludeEvent: { config: {} } };

/** A new resource. @param kind a resource's type, or the driver's word for a thing on Fly, whose spec `inputs` are */
export function created(kind: string, name: string, inputs: Values): Preview {
  return [step("create", kind, name, undefined, inputsOf(kind, inputs))];
}

export function deleted(kind: string, name: string, inputs: Values): Preview {
  return [step("delete", kind, name, inputsOf(kind, inputs), undefined)];
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

/** What a refresh found. @param is undefined: the resource is gone */
export function refreshed(type: string, name: string, old: Values, is: Values | undefined): Preview {
  const { resourcePreEvent } = step("refresh", type, name, old, is, is === undefined ? [] : changed(old, is));
  return resourcePreEvent === undefined ? [] : [{ resOutputsEvent: resourcePreEvent }];
}

/** An error or a warning about the whole stack. */
export function said(severity: "error" | "warning", message: string): Preview {
  return [{ diagnosticEvent: { severity, message, color: "never", urn: "" } }];
}

function step(
  op: string,
  kind: string,
  name: string,
  old: Values | undefined,
  next: Values | undefined,
  differs: string[] = [],
): Partial<EngineEvent> {
  const type = typeOf(kind);
  const urn = `urn:pulumi:acme::mastiff::mastiff:index:Community$${type}::acme-${name}`;
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
  return { resourcePreEvent: { metadata: metadata as unknown as StepEventMetadata } };
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
