/** What the driver says of a community's inside (providers/fly/inside.ts), checked and in the form that is judged. */
import { z } from "zod";
import type { Inside } from "../../checks/inside.ts";

const count = z.number().nonnegative();
const failed = z.object({ error: z.string() });

/** A part of another form fails alone: another version of the script may run. */
function part<T extends z.ZodRawShape>(shape: T) {
  const given = z.union([failed, z.object(shape)]);
  return z.unknown().transform((value) => {
    const { data, error } = given.safeParse(value);
    return data ?? { error: `the answer has another form: ${error?.issues[0]?.message}` };
  });
}

const report: z.ZodType<Omit<Inside, "disk">> = z.object({
  sidekiq: part({
    processes: z.array(z.object({ queues: z.array(z.string()), silentSeconds: z.number() })),
    queues: z.array(z.object({ name: z.string(), jobs: count, waitSeconds: z.number() })),
  }),
  migrations: part({ pending: z.array(z.string()) }),
  mail: part({ server: z.string() }),
  bucket: part({
    bucket: z.string(),
    same: z.boolean(),
    url: z.string(),
    status: count,
    cors: z.string().nullable(),
  }),
  redis: part({
    version: z.string(),
    bytes: count,
    mostBytes: count.nullable(),
    policy: z.string().nullable(),
    clients: count,
    mostClients: count.nullable(),
  }),
  database: part({ version: z.string(), bytes: count, connections: count, mostConnections: count }),
  proxy: part({ client: z.string(), seen: z.array(z.object({ by: z.string(), client: z.string() })) }),
});

const answer = z.object({
  report: z.record(z.string(), z.unknown()).nullable(),
  disk: part({ size: count, free: count }),
});

/** @throws Error when Fly has lost the log of the look, which cannot be asked for again */
export function insideOf(said: string): Inside {
  const { report: parts, disk } = answer.parse(JSON.parse(said));
  if (parts === null) throw new Error("the machine that looked is done, and Fly has lost what it said");
  return { ...report.parse(parts), disk };
}
