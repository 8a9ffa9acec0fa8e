import { randomUUID } from 'node:crypto';

import { systemClock, type Clock } from '../../clock';
import type { StoreIdentity } from '../migrate';
import type { IngestInput, IngestResult } from '../../people/records';
import { BEAT_MS } from '../processes';
import type { OperationInput, OperationName, OperationOutput, QuestionInput, QuestionName, QuestionOutput, SqliteOptions, Store } from '../store';
import { ThreadClient } from '../thread-client';

/** The embedded store: one SQLite file, one thread that writes, one that answers questions. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
	const clock = options.clock ?? systemClock();
	const owner = randomUUID();
	const shared = { owner, accountZone: options.accountZone ?? 'UTC', path: options.path };
	const operations = new ThreadClient('operations-thread', { role: 'operations', ...shared });
	const questions = new ThreadClient('questions-thread', { role: 'questions', ...shared });
	try {
		const identity = (await operations.call('$open', undefined, clock.now())) as StoreIdentity;
		return new SqliteStore(identity, clock, owner, operations, questions);
	} catch (error) {
		await operations.close();
		throw error;
	}
}

class SqliteStore implements Store {
	readonly kind = 'sqlite';

	readonly fingerprint: string;

	readonly secret: string;

	private readonly heart: NodeJS.Timeout;

	constructor(
		identity: StoreIdentity,
		readonly clock: Clock,
		readonly owner: string,
		private readonly operations: ThreadClient,
		private readonly questions: ThreadClient,
	) {
		this.fingerprint = identity.fingerprint;
		this.secret = identity.secret;
		this.heart = setInterval(() => {
			this.operations.call('$beat', undefined, clock.now()).catch(() => {});
		}, BEAT_MS).unref();
	}

	async call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
		return (await this.operations.call(name, input, this.clock.now())) as OperationOutput<Name>;
	}

	async ask<Name extends QuestionName>(name: Name, input: QuestionInput<Name>): Promise<QuestionOutput<Name>> {
		return (await this.questions.call(name, input, this.clock.now())) as QuestionOutput<Name>;
	}

	async ingest(input: IngestInput): Promise<IngestResult> {
		return await this.call('ingest', input);
	}

	async close(): Promise<void> {
		clearInterval(this.heart);
		await this.questions.close();
		await this.operations.call('$close', undefined, this.clock.now());
		await this.operations.close();
	}
}
