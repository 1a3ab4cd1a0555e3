/** Stacks as the jobs of a workflow: what `strategy.matrix` of GitHub Actions takes. */
import type { Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";

/** More jobs than this are refused, on hosted runners and on one's own. @see https://docs.github.com/en/actions/reference/limits */
export const mostJobs = 256;

/** A job matrix. Each entry of `include` is a job. */
export interface JobMatrix {
  /** `stacks`: names for `--stacks`, separated by commas. */
  include: { stacks: string }[];
}

/**
 * Spreads stacks over jobs, in their order: no job has two stacks more than another, and none has nothing to do.
 *
 * @param jobs at most so many
 */
export function jobMatrix(stacks: readonly Pick<Stack, "name">[], jobs: number): JobMatrix {
  const count = Math.min(jobs, stacks.length);
  const begin = (job: number) => Math.floor((job * stacks.length) / count);
  return {
    include: Array.from({ length: count }, (_, job) => ({
      stacks: stacks
        .slice(begin(job), begin(job + 1))
        .map(({ name }) => name)
        .join(","),
    })),
  };
}

/** The number of jobs that `--size` names. @throws UsageError when a workflow cannot have so many. */
export function jobsOf(text: string): number {
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= mostJobs) return jobs;
  throw new UsageError({
    what: `--size is ${JSON.stringify(text)}: a matrix has 1 to ${mostJobs} jobs.`,
    fix: ["for example:  --size 20"],
  });
}
