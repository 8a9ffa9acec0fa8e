import { workerData } from 'node:worker_threads';

import { Upkeep, type UpkeepRequest } from '../columns/upkeep/upkeep';
import { openReader, type Reader } from './open-reader';
import type { ThreadOptions, ThreadRequest } from './protocol';
import { serve } from './thread-server';

/** The thread that makes columns of rows. It only reads: what it makes is written as an operation, in turn with all others. */
const upkeep = new Upkeep();
let reader: Reader | undefined;

serve(async ({ input, now }: ThreadRequest) => {
	reader ??= await openReader(workerData as ThreadOptions);
	return await reader.read(async (tx) => await upkeep.next(tx, input as UpkeepRequest, now));
});
