import { foundation } from './001-foundation';
import type { Migration } from './migration';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [foundation];
