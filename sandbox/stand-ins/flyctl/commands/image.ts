/** `image show`. Source: superfly/flyctl internal/command/image/show.go. */

import type { Data } from "../api/graphql.ts";
import { getMachine, imageVersion, listAll, type Machine } from "../api/machines.ts";
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { wrap } from "../go/errors.ts";
import { table, verticalTable } from "../go/table.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";
import { updatable } from "./image-updates.ts";

async function show(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  let app: Data;
  try {
    app = (await run.graphql.run(queries.getAppCompact, { appName })).appcompact;
  } catch (error) {
    throw wrap("get app", error);
  }
  const [id] = run.args;
  if (id !== undefined) return showOne(run, await find(run, app.name, id));
  const isPostgres = app.postgresAppRole?.name === "postgres_cluster";
  let machines: Machine[];
  try {
    machines = await listAll(run, app.name);
  } catch (error) {
    throw wrap("failed to get machines", error);
  }
  const notice = await updatable(run, machines, { sameTag: isPostgres });
  if (notice !== "") run.warn(notice);
  if (run.settings.json) {
    run.json(machines.length === 0 ? null : machines.map((machine) => details(machine, true)));
    return;
  }
  const rows = machines.map((machine) => {
    const { MachineID, Registry, Repository, Tag, Version, Digest, Labels } = details(machine, false);
    return [MachineID, Registry, Repository, Tag, Version, Digest, Labels];
  });
  const columns = ["Machine ID", "Registry", "Repository", "Tag", "Version", "Digest", "Labels"];
  run.out(table("Image Details", rows, ...columns));
}

async function find(run: Run, app: string, id: string): Promise<Machine> {
  try {
    return await getMachine(run, app, id);
  } catch (error) {
    throw wrap("failed to get machine", error);
  }
}

function showOne(run: Run, machine: Machine): void {
  const object = details(machine, run.settings.json);
  if (run.settings.json) {
    run.json(object);
    return;
  }
  const { Registry, Repository, Tag, Version, Digest, Labels } = object;
  const columns = ["Registry", "Repository", "Tag", "Version", "Digest", "Labels"];
  run.out(verticalTable("Image Details", [[Registry, Repository, Tag, Version, Digest, Labels]], ...columns));
}

/** Keys in the order in which Go prints a map. */
function details(machine: Machine, asJson: boolean) {
  const { registry = "", repository = "", tag = "", digest = "", labels } = machine.image_ref ?? {};
  const sorted = Object.fromEntries(Object.entries(labels ?? {}).sort());
  const json = labels === undefined || labels === null ? "" : JSON.stringify(sorted);
  const text = Object.entries(sorted).map(([key, value]) => `${key}=${value}`);
  return {
    Digest: digest,
    Labels: asJson ? json : text.join(""),
    MachineID: machine.id,
    Registry: registry,
    Repository: repository,
    Tag: tag,
    Version: imageVersion(machine) || "N/A",
  };
}

export const commands: Record<string, Command> = { "image show": show };
