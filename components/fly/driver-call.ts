/** How the driver in `providers/fly/` is started. */
import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The driver as a command without a shell, to which the command provider adds the verb.
 *
 * The package is named instead of a path: Node finds it from the program's folder, and neither another
 * checkout nor another place of the package is a diff.
 */
export function driverOf(kind: string): string[] {
  // Node takes the word after the script for the script's name.
  return ["node", "-e", "import('mastiff/driver')", "mastiff-driver", kind];
}

/** One call of the driver that changes nothing, while the program runs. */
export interface DriverCall {
  kind: string;
  verb: "look" | "observe";
  spec: object;
  /** The stack's mark, where the question is about the stack's own things. */
  stack?: string;
  /** Base URL of Fly's APIs. Default: the real one. */
  endpoint: string | undefined;
  /** Resource whose providers make the call. */
  parent: pulumi.Resource;
}

/** The driver's answer. @throws Error with the driver's words when it fails */
export async function askDriver<T>({ kind, verb, spec, stack, endpoint, parent }: DriverCall): Promise<T> {
  const { stdout } = await command.local.run(
    {
      interpreter: driverOf(kind),
      command: verb,
      environment: {
        ...flyEndpoint(endpoint),
        ...(stack !== undefined && { MASTIFF_STACK: stack }),
        SPEC: JSON.stringify(spec),
      },
      logging: command.local.Logging.None,
    },
    { parent },
  );
  return JSON.parse(stdout) as T;
}

/** flyctl's variables for the addresses of its three APIs; none when the addresses are the usual ones. */
export function flyEndpoint(base: string | undefined): Record<string, string> {
  return base === undefined
    ? {}
    : { FLY_API_BASE_URL: base, FLY_FLAPS_BASE_URL: base, FLY_UIEX_BASE_URL: base };
}
