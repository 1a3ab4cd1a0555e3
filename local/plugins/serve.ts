/** Starts the stand-ins for the engine's plugins. */
export async function servePlugins(): Promise<{ ports: Record<string, number>; close(): Promise<void> }> {
  return { ports: {}, close: async () => {} };
}
