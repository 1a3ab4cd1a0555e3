/** The engine's own trace (`pulumi --otel-traces file://…`), reduced to its phases. Pure. */
import type { Stretch } from "./parts.ts";

interface Span {
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: { stringValue?: string } }[];
}

/** One line of such a file: OTLP as JSON. */
interface Line {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

/** Spans that are phases, with the words for them. All others are of one resource, or shorter than the eye can see. */
const phases: Readonly<Record<string, string>> = {
  "diyBackend.getSnapshot": "read the state",
  "stack.BatchDecrypt": "decrypt the state",
  "pulumirpc.LanguageRuntime/About": "ask for the runtime",
  "pulumirpc.LanguageRuntime/GetRequiredPackages": "ask for the plugins",
  "language-runtime.runProgram": "run the program",
  newPlugin: "start",
};

/** Shorter phases are left out, in milliseconds. */
const shortest = 20;

/** The phases in such a file, in the order of their beginning. */
export function phasesIn(text: string): Stretch[] {
  const spans = text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => (JSON.parse(line) as Line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return (
    spans
      .flatMap((span): Stretch[] => {
        const words = phases[span.name];
        if (words === undefined) return [];
        const plugin = span.attributes?.find(({ key }) => key === "prefix")?.value.stringValue;
        const name = plugin === undefined ? words : `${words} ${plugin.replace(" (resource)", "")}`;
        const ms = (nanoseconds: string) => Number(BigInt(nanoseconds) / 1_000_000n);
        return [{ name, from: ms(span.startTimeUnixNano), to: ms(span.endTimeUnixNano) }];
      })
      .filter(({ from, to }) => to - from >= shortest)
      // The engine and the host both report a call from one to the other.
      .filter(
        (one, index, all) =>
          all.findIndex(({ name, from }) => name === one.name && Math.abs(from - one.from) < 50) === index,
      )
      .sort((a, b) => a.from - b.from)
  );
}
