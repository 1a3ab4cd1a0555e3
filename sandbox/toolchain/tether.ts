/**
 * Preloaded into a child (`node --import ./sandbox/toolchain/tether.ts …`) whose stdin is a pipe from its parent: the
 * pipe closes when the parent is gone, a `kill -9` included, and the child then ends itself in order.
 */
process.stdin.once("close", () => process.kill(process.pid, "SIGTERM"));
process.stdin.once("error", () => process.kill(process.pid, "SIGTERM"));
process.stdin.resume();

export {};
