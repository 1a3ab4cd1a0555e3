import type { FunctionTable } from "../function.ts";
import { getDnsRecords } from "./dns-records.ts";
import { getAccountApiTokenPermissionGroupsList } from "./permission-groups.ts";
import { getZone, getZones } from "./zones.ts";

/** Every function that is served, by its name. */
export const functionTables: Record<string, FunctionTable> = {
  getAccountApiTokenPermissionGroupsList,
  getDnsRecords,
  getZone,
  getZones,
};
