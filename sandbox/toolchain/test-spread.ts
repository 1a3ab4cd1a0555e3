/** Which test files run side by side. Pure: vitest itself takes seconds to load. */

/** What decides a test file's place: its tier, and the group of tiers that run at the same time. */
export interface TestFile {
  project: { name: string; config: { sequence: { groupOrder: number } } };
}

/**
 * Spreads the tests that wait between those that compute. Client and driver tests mostly wait, and engine tests
 * compute, so the cores are busy only when both kinds run side by side.
 *
 * Groups of tiers run one after the other, so each group is spread on its own. The tests that wait begin beside the
 * first half of the engine's: a wait that is left for the end has nothing beside it.
 *
 * @param files in the order of vitest, which each kind keeps: failed or slow in the last run first, else large ones
 */
export function spread<File extends TestFile>(files: readonly File[]): File[] {
  const groups = Map.groupBy(files, ({ project }) => project.config.sequence.groupOrder);
  return [...groups.values()].flatMap(spreadGroup);
}

function spreadGroup<File extends TestFile>(group: readonly File[]): File[] {
  const engine = group.filter(isOfEngine);
  const others = group.filter((file) => !isOfEngine(file));
  const half = Math.ceil(engine.length / 2);
  if (half === 0) return others;
  const until = (count: number) => Math.round((Math.min(count, half) * others.length) / half);
  return engine.flatMap((file, i) => [file, ...others.slice(until(i), until(i + 1))]);
}

function isOfEngine({ project }: TestFile): boolean {
  return project.name === "engine";
}
