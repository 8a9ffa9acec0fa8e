import { workerData } from 'node:worker_threads';

import { questions, type QuestionContext } from '../questions';
import type { Tx } from './database';
import { PostgresConnection } from './postgres/connection';
import type { ThreadOptions, ThreadRequest } from './protocol';
import { SqliteConnection } from './sqlite/connection';
import { serve } from './thread-server';

interface Reader {
	read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** The thread that answers questions on its own read-only connection, so that neither n8n nor claims wait for it. */
const options = workerData as ThreadOptions;
let reader: Reader | undefined;

serve(async ({ name, input, now }: ThreadRequest) => {
	reader ??=
		'path' in options
			? new SqliteConnection(options.path, true)
			: new PostgresConnection(options.connectionString, options.schema, options.tls, 1);
	const context: QuestionContext = { now, zone: options.accountZone };
	const ask = questions[name as keyof typeof questions] as (
		tx: Tx,
		input: unknown,
		context: QuestionContext,
	) => Promise<unknown>;
	return await reader.read(async (tx) => await ask(tx, input, context));
});
