/** Names of the objects of a backup (providers/fly/scripts/backup.sh, cli/backups/drill-record.ts). */

/** What each key begins with. The bucket's rules delete by it. */
export const backupClasses = ["hourly", "daily", "weekly", "monthly"] as const;

const object = /^\w+\/[^/]+\/\d{8}T\d{6}Z\.(dump\.gpg|escrow\.gpg|json|drill\.json)$/;

/** Whether an object whose key begins with a class is part of a backup. */
export function isOfBackup(key: string): boolean {
  return object.test(key);
}
