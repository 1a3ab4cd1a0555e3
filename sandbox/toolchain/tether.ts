/**
 * Ends a child when its parent is gone. The parent preloads this file
 * (`node --import ./sandbox/toolchain/tether.ts …`) and gives the child a pipe as stdin. The pipe closes when
 * the parent ends, even by `kill -9`. Then the child sends itself SIGTERM and ends in order.
 */
process.stdin.once("close", () => process.kill(process.pid, "SIGTERM"));
process.stdin.once("error", () => process.kill(process.pid, "SIGTERM"));
process.stdin.resume();

export {};
