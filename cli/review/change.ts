/** What a review says of one change. */
import type { Operation, Step } from "./steps.ts";

/** Who has the thing that changes. `state`: nobody but the stack's state. */
export type System = "Cloudflare" | "Fly" | "SendGrid" | "secrets" | "state" | "other";

/** A part of a community, as the picture shows it. */
export type Part =
  | "dns"
  | "bucket"
  | "web"
  | "streaming"
  | "database"
  | "redis"
  | "certificates"
  | "mail"
  | "secrets"
  | "backups";

/** Something that stops serving for a time, or for good. */
export interface Interruption {
  what: string;
  /** Who notices it, and how. */
  cutOff: string;
  lasts: string;
}

/** Data that a change touches. */
export interface TouchedData {
  what: string;
  happens: string;
  /** Whether there is less of it afterwards. */
  isLost: boolean;
}

/** A change in words, without the resource that it belongs to. */
export interface Described {
  system: System;
  /** Undefined: nothing that the picture has. */
  part?: Part;
  /** The thing, with its name in its cloud. */
  what: string;
  /** What changes; empty where the operation says all. */
  words?: readonly string[];
  interruptions?: readonly Interruption[];
  data?: readonly TouchedData[];
}

/** What happens to one resource. */
export interface Change extends Required<Omit<Described, "part">> {
  part: Part | undefined;
  operation: Operation;
  /** Logical name. */
  name: string;
  /** Whether the change repairs what other hands have changed. */
  isRepair: boolean;
}

/** Puts a kind of resource into words. */
export type Describe = (step: Step) => Described;

/** `label: from → to`; nothing where both are equal. */
export function shift(label: string, from: unknown, to: unknown, unit = ""): string[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [`${label}: ${textOf(from)} → ${textOf(to)}${unit}`];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether the thing itself ends: another one may come in its place. */
export function ends({ operation }: Pick<Step, "operation">): boolean {
  return operation === "delete" || operation === "replace";
}
