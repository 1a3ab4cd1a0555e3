/**
 * Compares the official flyctl with the stand-in. Both play the same stories, each with a fresh local Fly.
 *
 * Exit codes, stdout, stderr, calls that change something, and Fly's state at the end are compared.
 *
 * Some things are not compared, because the official flyctl differs from itself: the order of process groups
 * and regions that it works on in parallel (stories with `parallel`), and a POST repeated after a 502, which
 * is sometimes sent without its body ("ContentLength=284 with Body length 0"). Texts of libraries are not
 * compared either: go-toml's words about invalid TOML, and the lines that go-cmp prints for two configs
 * (`machine update` without --yes).
 */
import { already } from "./flyctl-already.ts";
import { deployments } from "./flyctl-deployments.ts";
import { failures } from "./flyctl-failures.ts";
import { nothing } from "./flyctl-nothing.ts";
import { live } from "./flyctl-side.ts";
import type { OfficialParts, Question } from "./question.ts";

export async function questions(official: OfficialParts): Promise<Question[]> {
  return [...nothing, ...already, ...deployments, ...failures].map((story) => ({
    part: "flyctl",
    name: story.name,
    ask: (side) => live(official, side, story),
  }));
}
