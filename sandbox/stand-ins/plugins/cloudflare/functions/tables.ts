import type { FunctionTable } from "../function.ts";
import { getDnsRecords } from "./dns-records.ts";
import {
  getAccountApiTokenPermissionGroups,
  getAccountApiTokenPermissionGroupsList,
  getApiTokenPermissionGroupsList,
} from "./permission-groups.ts";
import { getRuleset, getRulesets } from "./rulesets.ts";
import { getZone, getZones } from "./zones.ts";

/** Every function that is served, by its name. */
export const functionTables: Record<string, FunctionTable> = {
  getAccountApiTokenPermissionGroups,
  getAccountApiTokenPermissionGroupsList,
  getApiTokenPermissionGroupsList,
  getDnsRecords,
  getRuleset,
  getRulesets,
  getZone,
  getZones,
};
