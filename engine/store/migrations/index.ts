import { foundation } from './001-foundation';
import { columns } from './002-columns';
import { segmentsAndLists } from './003-segments-and-lists';
import { usesOfRuns } from './004-uses-of-runs';
import { campaignTypes } from './005-campaign-types';
import type { Migration } from './migration';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [foundation, columns, segmentsAndLists, usesOfRuns, campaignTypes];
