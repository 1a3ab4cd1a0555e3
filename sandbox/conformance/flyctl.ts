/**
 * flyctl: the official one and the stand-in live through the same stories, each with a fresh local Fly of its own.
 *
 * Compared are exit codes, stdout, stderr, the calls that change something, and what Fly's state is at the end.
 * Not compared, because the official one differs from itself: the order in which process groups and regions are
 * worked on at once (stories with `parallel`); a POST that is sent again after a 502, which now and then goes out
 * without its body ("ContentLength=284 with Body length 0"). Nor what is a library's own: the words of go-toml about
 * a file that is no TOML, the lines that go-cmp prints of two configs (`machine update` without --yes).
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
