import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What {@link FlyCommand} is made of. */
export interface FlyCommandArgs {
  /** Kind of thing, as the driver names it: `app`, `secrets`, `release`, … */
  kind: string;
  /** What the thing should be. Shown in previews, stored in state: no secret in it. */
  spec: pulumi.Input<object>;
  /** Base of Fly's APIs; unset: the real one. */
  endpoint?: string | undefined;
  /** Secret values by name; they reach the driver by its standard input. */
  secrets?: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
  /** Further variables of the driver's environment. */
  environment?: Record<string, pulumi.Input<string>> | undefined;
  /** Whether what the driver prints is secret. Default: when it was given secrets. */
  secretOutput?: boolean;
}

/**
 * One thing on Fly, made and kept by the driver in `flyctl/`. No shell is between: the interpreter is an array.
 * The path is relative to the project's folder, so that another checkout is no change.
 */
export class FlyCommand extends command.local.Command {
  constructor(name: string, args: FlyCommandArgs, opts: pulumi.CustomResourceOptions) {
    const secret = args.secretOutput ?? args.secrets !== undefined;
    super(
      name,
      {
        ...driverCommand(args.kind, "ensure"),
        delete: "destroy",
        environment: {
          ...flyEndpoint(args.endpoint),
          ...args.environment,
          SPEC: pulumi.jsonStringify(args.spec),
        },
        ...(args.secrets !== undefined && { stdin: pulumi.secret(pulumi.jsonStringify(args.secrets)) }),
        // The driver's progress; it redacts every value that it was given.
        logging: command.local.Logging.Stderr,
      },
      // A secret stdin alone would leave what is printed plain, in state and on the screen.
      pulumi.mergeOptions(secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {}, opts),
    );
  }

  /** What the driver printed, parsed. */
  output<T>(): pulumi.Output<T> {
    return this.stdout.apply((text) => JSON.parse(text) as T);
  }
}

/** The driver as a command: `node flyctl/main.ts <kind> <verb>`. */
function driverCommand(kind: string, verb: string): { interpreter: string[]; create: string } {
  return { interpreter: ["node", "flyctl/main.ts", kind], create: verb };
}

/** flyctl's own variables for its three APIs, when they are not at their usual place. */
export function flyEndpoint(base: string | undefined): Record<string, string> {
  return base === undefined
    ? {}
    : { FLY_API_BASE_URL: base, FLY_FLAPS_BASE_URL: base, FLY_UIEX_BASE_URL: base };
}
