import { shell } from "../../../providers/shared/shell.ts";
import { command } from "../../command.ts";
import { chosenStacks, selection } from "../../fleet/chosen-stacks.ts";
import { jobMatrix, jobsOf, mostJobs } from "../../fleet/matrix.ts";

export const matrix = command({
  meta: {
    name: "matrix",
    description: "Prints the stacks as a job matrix, by which GitHub Actions spreads them over machines.",
  },
  notes: [
    "The result is one line of JSON, for strategy.matrix of a workflow. .github/workflows/fleet.yml uses it.",
    "Each job has the names of its stacks in matrix.stacks, for --stacks of the other commands.",
    "The clouds limit their callers by the account, however many machines ask: docs/fleet.md says how many fit.",
  ],
  args: {
    ...selection,
    size: {
      type: "string",
      default: String(mostJobs),
      valueHint: "number",
      description: "at most so many jobs, which share the stacks evenly",
    },
  },
  examples: [
    {
      line: "npx mastiff fleet matrix --all",
      does: "a job for each stack; with more than 256, several in a job",
    },
    { line: "npx mastiff fleet matrix --tag eu --size 20", does: "the stacks of a tag, in at most 20 jobs" },
  ],
  async run({ args }) {
    const jobs = jobsOf(args.size);
    shell().stdout(`${JSON.stringify(jobMatrix(await chosenStacks(args), jobs))}\n`);
  },
});
