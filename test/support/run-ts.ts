import path from 'node:path';

/** Arguments for Node that make it run TypeScript, in a process that a test starts. */
export const RUN_TS: readonly string[] = ['--require', path.join(__dirname, '..', '..', 'scripts', 'register-ts.cjs')];
