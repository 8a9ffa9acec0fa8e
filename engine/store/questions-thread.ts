import { parentPort, workerData } from 'node:worker_threads';

import { ColumnStore } from '../columns/column-store';
import { DamagedColumn } from '../columns/encoding';
import { questions, type QuestionContext } from '../questions';
import type { Tx } from './database';
import { openReader, type Reader } from './open-reader';
import type { DamageNotice, ThreadOptions, ThreadRequest } from './protocol';
import { serve } from './thread-server';

/** The thread that answers questions on its own read-only connection, so that neither n8n nor claims wait for it. */
const options = workerData as ThreadOptions;
const columns = new ColumnStore(cacheBytes());
let reader: Reader | undefined;

type Question = (tx: Tx, input: unknown, context: QuestionContext) => Promise<unknown>;

serve(async ({ name, input, now }: ThreadRequest) => {
	const ask = questions[name as keyof typeof questions] as Question;
	const context: QuestionContext = { now, zone: options.accountZone, columns };
	reader ??= await openReader(options);
	const answer = async () => await (reader as Reader).read(async (tx) => await ask(tx, input, context));
	try {
		return await answer();
	} catch (error) {
		if (!(error instanceof DamagedColumn)) throw error;
		columns.giveUp();
		return await answer();
	} finally {
		reportDamage();
	}
});

/** N8N_CAMPAIGNS_COLUMN_CACHE_MB, where it is set to a number. */
function cacheBytes(): number | undefined {
	const megabytes = Number(process.env.N8N_CAMPAIGNS_COLUMN_CACHE_MB || NaN);
	return megabytes >= 0 ? megabytes * 1024 * 1024 : undefined;
}

function reportDamage(): void {
	const damage = columns.takeDamage();
	if (damage) parentPort?.postMessage({ damage } satisfies DamageNotice);
}
