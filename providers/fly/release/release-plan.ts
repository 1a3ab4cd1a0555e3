import { changesMinor } from "../../rules/mastodon-version.ts";
import type { ReleaseSpec } from "../spec.ts";
import {
  groupOf,
  isGone,
  type Machine,
  parseImage,
  runsImage,
  sizeDifferences,
  sizeOf,
} from "../things/machines.ts";
import { type FlyToml, isSameStamp, stampName, tomlDifferences } from "./fly-toml.ts";

/**
 * What a release has to do, derived from the running and the declared machines. Pure: the same look gives the
 * same plan, so after a run that stopped half way the next one simply plans again.
 */
export interface Plan {
  /** No group has a machine yet: the database is prepared first. */
  first: boolean;
  /** Some machine runs another image: migrations run before and after the deploy. */
  imageChanged: boolean;
  /** Tag of a machine that runs another minor version of Mastodon; undefined: none does. */
  otherMinor: string | undefined;
  /** Some machine runs with older secrets than the newest, as far as its stamp tells. */
  secretsChanged: boolean;
  deploy: boolean;
  /** Some group has not the declared number of machines. A deploy only gives each group at least one. */
  scale: boolean;
  /** Some machine is stopped or suspended, and has to be started. */
  asleep: boolean;
  /** How the live release differs from the declared one, in words. */
  differences: string[];
}

/** @param waiting names of secrets that not every machine runs with yet */
export function plan(
  machines: readonly Machine[],
  spec: ReleaseSpec,
  toml: FlyToml,
  waiting: readonly string[] = [],
): Plan {
  const released = machines.filter((one) => !isGone(one) && groupOf(one) !== undefined);
  const differences: string[] = [];
  let deploy = false;
  let scale = false;

  for (const [group, { count }] of Object.entries(spec.groups).sort()) {
    const members = released.filter((one) => groupOf(one) === group);
    if (members.length !== count) {
      scale = true;
      differences.push(`${group} has ${members.length} machines, should have ${count}`);
    }
    if (members.length === 0 && count > 0) deploy = true;
    for (const machine of members) {
      const texts = machineDifferences(machine, group, spec, toml);
      if (texts.length > 0) deploy = true;
      differences.push(...texts.map((text) => `machine ${machine.id} (${group}): ${text}`));
    }
  }
  for (const machine of released) {
    const group = groupOf(machine) ?? "";
    if (spec.groups[group] !== undefined) continue;
    deploy = true;
    differences.push(`machine ${machine.id} belongs to group ${group}, which is not declared`);
  }
  if (waiting.length > 0 && released.length > 0) {
    deploy = true;
    differences.push(`secrets wait for a release: ${waiting.join(", ")}`);
  }
  const asleep = released.filter((one) => one.state === "stopped" || one.state === "suspended");
  differences.push(...asleep.map((one) => `machine ${one.id} (${groupOf(one)}) is ${one.state}`));

  return {
    first: released.length === 0,
    imageChanged: released.some((one) => !runsImage(one, spec.image)),
    otherMinor: released.map(tagOf).find((tag) => changesMinor(tag, parseImage(spec.image).tag ?? "")),
    secretsChanged:
      waiting.length > 0 || released.some((one) => stampOf(one)?.split("-")[1] !== toml.stamp.split("-")[1]),
    deploy,
    scale,
    asleep: asleep.length > 0,
    differences,
  };
}

function machineDifferences(machine: Machine, group: string, spec: ReleaseSpec, toml: FlyToml): string[] {
  const texts: string[] = [];
  if (!runsImage(machine, spec.image))
    texts.push(`image is ${machine.config?.image}, should be ${spec.image}`);
  const size = toml.sizes[group];
  if (size !== undefined) texts.push(...sizeDifferences(sizeOf(machine), size));
  texts.push(...tomlDifferences(machine, group, toml));
  if (!isSameStamp(stampOf(machine), toml.stamp) && texts.length === 0)
    texts.push("it was created from another declaration");
  return texts;
}

function tagOf(machine: Machine): string {
  return parseImage(machine.config?.image ?? "").tag ?? "";
}

function stampOf(machine: Machine): string | undefined {
  return machine.config?.env?.[stampName];
}
