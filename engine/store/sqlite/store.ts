import { randomUUID } from 'node:crypto';

import { systemClock, type Clock } from '../../clock';
import { operations } from '../../operations';
import type { Operation } from '../database';
import { Ingested } from '../ingested';
import { keepColumns, recordsIn } from '../keep-columns';
import { keepHouse } from '../keep-house';
import type { StoreIdentity } from '../migrate';
import type { IngestInput, IngestResult } from '../../people/records';
import { BEAT_MS } from '../processes';
import type { OperationInput, OperationName, OperationOutput, QuestionInput, QuestionName, QuestionOutput, SqliteOptions, Store } from '../store';
import { ThreadClient } from '../thread-client';
import { DeparturesFile } from './departures';

/** The embedded store: one SQLite file, one thread that writes, one that answers questions. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
	const clock = options.clock ?? systemClock();
	const owner = randomUUID();
	const shared = { owner, accountZone: options.accountZone ?? 'UTC', path: options.path };
	const writer = new ThreadClient('operations-thread', { role: 'operations', ...shared });
	const questions = new ThreadClient('questions-thread', { role: 'questions', ...shared });
	if (options.warm) questions.start();
	try {
		const identity = (await writer.call('$open', undefined, clock.now())) as StoreIdentity;
		return new SqliteStore(identity, clock, shared, writer, questions);
	} catch (error) {
		await Promise.all([writer.close(), questions.close()]);
		throw error;
	}
}

class SqliteStore implements Store {
	readonly kind = 'sqlite';

	readonly fingerprint: string;

	readonly secret: string;

	readonly owner: string;

	readonly accountZone: string;

	readonly departures?: DeparturesFile;

	private readonly ingested = new Ingested();

	private readonly heart: NodeJS.Timeout;

	private readonly columns: ReturnType<typeof keepColumns>;

	private readonly house: ReturnType<typeof keepHouse>;

	constructor(
		identity: StoreIdentity,
		readonly clock: Clock,
		thread: { owner: string; accountZone: string; path: string },
		private readonly writer: ThreadClient,
		private readonly questions: ThreadClient,
	) {
		this.fingerprint = identity.fingerprint;
		this.secret = identity.secret;
		this.owner = thread.owner;
		this.accountZone = thread.accountZone;
		this.departures = DeparturesFile.open(thread.path, thread.owner);
		this.columns = keepColumns(this, thread);
		this.house = keepHouse(async () => await this.call('forgetOld', {}));
		this.questions.onDamage = (damage) => this.columns.keeper.noteDamage(damage);
		this.heart = setInterval(() => {
			this.writer.call('$beat', undefined, clock.now()).catch(() => {});
		}, BEAT_MS).unref();
	}

	async call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
		const now = this.clock.now();
		const { prepare, packing } = operations[name] as Operation<unknown, unknown, unknown>;
		const prepared = prepare ? prepare(input, now) : input;
		const output = (await this.writer.call(name, packing ? packing.pack(prepared) : prepared, now)) as OperationOutput<Name>;
		this.columns.keeper.noteWritten(recordsIn(name, input));
		this.ingested.tell(name, input);
		return output;
	}

	async ask<Name extends QuestionName>(name: Name, input: QuestionInput<Name>): Promise<QuestionOutput<Name>> {
		return (await this.questions.call(name, input, this.clock.now())) as QuestionOutput<Name>;
	}

	async ingest(input: IngestInput): Promise<IngestResult> {
		return await this.call('ingest', input);
	}

	onIngested(listener: () => void): () => void {
		return this.ingested.add(listener);
	}

	async bringUpToDate(): Promise<void> {
		await this.columns.keeper.bringUpToDate();
	}

	async close(): Promise<void> {
		clearInterval(this.heart);
		this.departures?.stop();
		await this.house.close();
		await this.columns.close();
		await this.questions.close();
		await this.writer.call('$close', undefined, this.clock.now());
		this.departures?.close();
		await this.writer.close();
	}
}
