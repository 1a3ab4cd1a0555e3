import type { FunctionTable } from "../function.ts";
import { getDnsRecords } from "./dns-records.ts";
import { getAccountApiTokenPermissionGroupsList } from "./permission-groups.ts";
import { getZone, getZones } from "./zones.ts";

/** All served functions by name. */
export const functionTables: Record<string, FunctionTable> = {
  getAccountApiTokenPermissionGroupsList,
  getDnsRecords,
  getZone,
  getZones,
};
