import { onlyWithAction } from "../relations.ts";
import type { Attributes } from "../schema.ts";

/** Parameters of a rule that are legal with one action only. */
export function onlyWith(action: string, parameters: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      { ...parameter, checks: [onlyWithAction(action), ...(parameter.checks ?? [])] },
    ]),
  );
}
