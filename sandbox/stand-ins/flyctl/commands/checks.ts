/** `checks list`. Source: superfly/flyctl internal/command/checks/list.go. */
import { listActive } from "../api/machines.ts";
import { requireAppName } from "../app-name.ts";
import { conform } from "../go/json.ts";
import { ruledTable } from "../go/table.ts";
import { relativeTime } from "../go/time.ts";
import type { Command, Run } from "../run.ts";
import { requireSession } from "../session.ts";

async function list(run: Run): Promise<void> {
  requireSession(run);
  const app = requireAppName(run);
  const wanted = run.string("check-name");
  const machines = (await listActive(run, app)).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (run.settings.json) {
    const checks = machines.map(
      ({ id, checks }) => [id, (checks ?? []).map((check) => conform("MachineCheckStatus", check))] as const,
    );
    run.json(Object.fromEntries(checks));
    return;
  }
  run.print(`Health Checks for ${app}`);
  const rows = machines.flatMap(({ id, checks }) =>
    (checks ?? [])
      .filter(({ name }) => wanted === "" || name === wanted)
      .sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1))
      .map(({ name = "", status = "", updated_at = "", output = "" }) => [
        name,
        status,
        id,
        relativeTime(updated_at),
        output,
      ]),
  );
  run.out(ruledTable(rows, "Name", "Status", "Machine", "Last Updated", "Output"));
}

export const commands: Record<string, Command> = { "checks list": list };
