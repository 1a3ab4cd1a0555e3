/** The official part, or its stand-in. */
export type Side = "official" | "ours";

/** Paths of the official parts. */
export interface OfficialParts {
  /** Folder of the programs: pulumi-language-nodejs, pulumi-resource-*, flyctl. */
  bin: string;
  /** A PULUMI_HOME with the official plugins installed. */
  home: string;
  /** The engine's executable, found or built at the first call. */
  engine(): Promise<string>;
}

/**
 * A question to both sides. The answers must be equal. So a question replaces values that may differ (an id,
 * a generated value) by their form.
 */
export interface Question {
  /** Name of the comparison, such as `random`. */
  part: string;
  name: string;
  ask(side: Side): Promise<unknown>;
}
