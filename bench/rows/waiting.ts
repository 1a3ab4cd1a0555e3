import { criticalPath, scriptOf } from "../critical-path.ts";
import { type Found, type Lab, type Row, upsFromNothing } from "../lab.ts";

/** How far an `up` is above the time that the clouds' slowest chain of answers takes. */
export const criticalChain: Row = {
  number: 1,
  what: "`up` from nothing ÷ the critical path",
  isWaiting: true,
  async measure(lab: Lab): Promise<Found> {
    const ups = await upsFromNothing(lab, lab.scale);
    const chains = ups.map(({ calls, machines }) => criticalPath(calls, machines, lab.scale));
    const ratios = ups.map(
      ({ seconds }, run) => (seconds * 1000) / ((chains[run]?.milliseconds ?? 0) * lab.scale),
    );
    return {
      figures: [
        { name: "`up` ÷ critical path", unit: "", values: ratios, goal: { most: 1.15 } },
        { name: "`up`", unit: "s", values: ups.map(({ seconds }) => seconds) },
        {
          name: "critical path, full latency",
          unit: "s",
          values: chains.map((one) => one.milliseconds / 1000),
        },
      ],
      data: chains,
    };
  },
};

/** What the same calls would take by a script. */
export const script: Row = {
  number: 2,
  what: "the guide's sequence as a straightforward script of the same calls ÷ `up`",
  isWaiting: true,
  async measure(lab: Lab): Promise<Found> {
    const ups = await upsFromNothing(lab, lab.scale);
    const scripts = ups.map(({ calls, machines }) => scriptOf(calls, machines, lab.scale) / 1000);
    const ratios = ups.map(({ seconds }, run) => ((scripts[run] ?? 0) * lab.scale) / seconds);
    return {
      figures: [
        { name: "script ÷ `up`", unit: "", values: ratios, goal: { least: 2.5 } },
        { name: "script, full latency", unit: "s", values: scripts },
      ],
      data: ups.map(({ seconds, calls }) => ({ seconds, calls: calls.length })),
    };
  },
};
