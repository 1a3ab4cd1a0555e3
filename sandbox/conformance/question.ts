/** The official part, or the one that stands in for it. */
export type Side = "official" | "ours";

/** Where the official parts are. */
export interface OfficialParts {
  /** Folder of the programs: pulumi-language-nodejs, pulumi-resource-*, flyctl. */
  bin: string;
  /** A PULUMI_HOME with the official plugins installed. */
  home: string;
  /** The engine's executable, found or made when it is first asked for. */
  engine(): Promise<string>;
}

/**
 * One question that both sides are asked. The answers must be equal, so a question reduces what may differ (an
 * id, a generated value) to its form.
 */
export interface Question {
  /** The comparison that it belongs to, such as `random`. */
  part: string;
  name: string;
  ask(side: Side): Promise<unknown>;
}
