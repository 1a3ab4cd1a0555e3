/**
 * What Pulumi's mock monitor leaves out of the engine's part: hooks and transforms. Both go over the same
 * messages as in the engine, so a hook gets what the engine would hand it: a secret input is an Output there.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import resproto from "@pulumi/pulumi/proto/resource_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { fromWire, toWire } from "./wire-values.ts";

/** A registration, as the engine gets it. */
export type Registration = InstanceType<typeof resproto.RegisterResourceRequest>;

/** The outputs of a component or of the stack, as the engine gets them. */
export type Outputs = InstanceType<typeof resproto.RegisterResourceOutputsRequest>;

/** When a hook runs. */
export const moments = [
  "beforeCreate",
  "afterCreate",
  "beforeUpdate",
  "afterUpdate",
  "beforeDelete",
] as const;
export type Moment = (typeof moments)[number];

/** A hook of one resource. */
export interface Hook {
  name: string;
  /** Whether it runs in previews too. */
  onDryRun: boolean;
  /** Runs it on old and new inputs. @returns the words of its refusal; undefined when it lets the change through */
  refusal(oldInputs: object, newInputs: object): Promise<string | undefined>;
}

type Answer = (error: Error | null, answer?: unknown) => void;
type Run = (request: Uint8Array) => Promise<{ getError?(): string; getOptions?(): unknown }>;

/** The parts of a monitor that are replaced here. */
interface Monitor {
  registerResource(request: Registration, answer: Answer): Promise<void>;
  registerResourceHook(
    request: InstanceType<typeof resproto.RegisterResourceHookRequest>,
    answer: Answer,
  ): void;
  registerErrorHook(request: { getName(): string }, answer: Answer): void;
  registerResourceOutputs(request: Outputs, answer: Answer): void;
}

/** Who listens. */
export interface Watch {
  /** Whether the stack has been up before: else the hooks before a create run, as each thing is new. */
  isLive: boolean;
  /** Is called with each registration, after the transforms. */
  registered(request: Registration, hooks: HooksOf): void;
  /** Is called with the outputs of each component and of the stack. */
  gave(request: Outputs): void;
}

/** Teaches the monitor that `setMocks` made hooks and transforms. */
export function completeMonitor({ isLive, registered, gave }: Watch): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const hooks = new Map<string, Hook>();
  /** Transforms that a resource has from its own options and from its parents', by its URN. */
  const transformsOf = new Map<string, Run[]>();
  const register = monitor.registerResource.bind(monitor);

  monitor.registerResourceHook = (request, answer) => {
    const run = callbackOf(request.getCallback());
    const name = request.getName();
    hooks.set(name, {
      name,
      onDryRun: request.getOnDryRun(),
      async refusal(oldInputs, newInputs) {
        const wanted = new resproto.ResourceHookRequest();
        wanted.setOldInputs(structOf(oldInputs));
        wanted.setNewInputs(structOf(newInputs));
        return (await run(wanted.serializeBinary())).getError?.() || undefined;
      },
    });
    answer(null);
  };
  monitor.registerErrorHook = (_request, answer) => answer(null);
  monitor.registerResource = async (request, answer) => {
    const transforms = [
      ...request.getTransformsList().map(callbackOf),
      ...(transformsOf.get(request.getParent()) ?? []),
    ];
    for (const transform of transforms) await transformed(request, transform);
    const of: HooksOf = (moment) => namesAt(request, moment).map((name) => hooks.get(name) as Hook);
    registered(request, of);
    if (!isLive)
      for (const hook of of("beforeCreate")) {
        const refusal = await hook.refusal({}, fromWire(request.getObject()?.toJavaScript()) as object);
        if (refusal !== undefined) return answer(new Error(refusal));
      }
    return register(request, (error, registration) => {
      const urn = (registration as { getUrn(): string } | undefined)?.getUrn();
      if (urn !== undefined) transformsOf.set(urn, transforms);
      answer(error, registration);
    });
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, answer) => {
    gave(request);
    registerOutputs(request, answer);
  };
}

/** The hooks of one resource. */
export type HooksOf = (moment: Moment) => Hook[];

function namesAt(request: Registration, moment: Moment): string[] {
  const hooks = request.getHooks();
  if (hooks === undefined) return [];
  const lists: Record<Moment, () => string[]> = {
    beforeCreate: () => hooks.getBeforeCreateList(),
    afterCreate: () => hooks.getAfterCreateList(),
    beforeUpdate: () => hooks.getBeforeUpdateList(),
    afterUpdate: () => hooks.getAfterUpdateList(),
    beforeDelete: () => hooks.getBeforeDeleteList(),
  };
  return lists[moment]();
}

/** Only hooks are taken over: nothing of ours transforms more. */
async function transformed(request: Registration, transform: Run): Promise<void> {
  const options = new resproto.TransformResourceOptions();
  options.setHooks(request.getHooks());
  const wanted = new resproto.TransformRequest();
  wanted.setType(request.getType());
  wanted.setName(request.getName());
  wanted.setCustom(request.getCustom());
  wanted.setParent(request.getParent());
  wanted.setProperties(request.getObject());
  wanted.setOptions(options);
  const answer = await transform(wanted.serializeBinary());
  const given = answer.getOptions?.() as InstanceType<typeof resproto.TransformResourceOptions> | undefined;
  request.setHooks(given?.getHooks());
}

function structOf(inputs: object): Struct {
  return Struct.fromJavaScript(toWire(inputs) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** The function behind a callback, called without the server that it listens on. */
function callbackOf(callback: Callback | undefined): Run {
  const server = pulumi.runtime.getCallbacks() as unknown as { _callbacks: Map<string, Run> };
  const run = server._callbacks.get(callback?.getToken() ?? "");
  if (run === undefined) throw new Error("the SDK registered a callback that its own server does not know");
  return run;
}
