import {
  type Figure,
  type Found,
  inWorld,
  type Lab,
  type Row,
  repeated,
  upsFromNothing,
  whyNotCounted,
} from "../lab.ts";
import { type Measured, operate } from "../operation.ts";

/** CPU time of a preview that finds nothing to do. */
export const cpuOfPreview: Row = {
  number: 5,
  what: "CPU seconds of a clean preview, all processes",
  async measure(lab: Lab): Promise<Found> {
    refuseStandIns(lab);
    const previews = await inWorld(lab, {}, async (world) => {
      const { signal } = lab;
      await operate(world, "up", { signal });
      // The first one after an `up` fills the compile cache with what only previews load.
      await operate(world, "preview", { signal });
      return repeated(lab, "clean preview, without latency", () => operate(world, "preview", { signal }));
    });
    return found("clean preview", previews, 5);
  },
};

/** CPU time of an `up` that never waits for a cloud. */
export const cpuOfUp: Row = {
  number: 6,
  what: "CPU seconds of an `up` from nothing, no latency, all processes",
  async measure(lab: Lab): Promise<Found> {
    refuseStandIns(lab);
    return found("`up`", await upsFromNothing(lab, 0), 15);
  },
};

function refuseStandIns(lab: Lab): void {
  const problem = whyNotCounted(lab);
  if (problem !== undefined) throw new Error(problem);
}

function found(name: string, measured: readonly Measured[], most: number): Found {
  const cpu = measured.map(({ cpuSeconds }) => {
    if (cpuSeconds === undefined) throw new Error("CPU time of all processes needs Linux and perl");
    return cpuSeconds;
  });
  const figures: Figure[] = [
    { name, unit: "CPU s", values: cpu, goal: { most } },
    { name: `${name}, wall time`, unit: "s", values: measured.map(({ seconds }) => seconds) },
  ];
  return { figures, data: measured.map(({ seconds, cpuSeconds }) => ({ seconds, cpuSeconds })) };
}
