/** Keeps compiled modules for the next process. Called before any large module is loaded. */
export function keepCompiled(): void;
