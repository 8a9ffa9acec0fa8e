import { randomUUID } from 'node:crypto';

import { systemClock, type Clock } from '../../clock';
import { CampaignError } from '../../errors';
import { operations } from '../../operations';
import type { Operation, Tx } from '../database';
import { Ingested } from '../ingested';
import { keepColumns, recordsIn } from '../keep-columns';
import { keepHouse } from '../keep-house';
import { migrate, type StoreIdentity } from '../migrate';
import type { IngestInput, IngestResult } from '../../people/records';
import { ALIVE_MS, BEAT_MS, forget, reportAlive } from '../processes';
import type { OperationInput, OperationName, OperationOutput, QuestionInput, QuestionName, QuestionOutput, Store, PostgresOptions } from '../store';
import type { ThreadOptions } from '../protocol';
import { ThreadClient } from '../thread-client';
import { PostgresConnection } from './connection';

const DEFAULT_SCHEMA = 'campaigns';

/** The store for n8n queue mode: PostgreSQL does the waiting, so operations run in the calling process. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
	const { connectionString, schema = DEFAULT_SCHEMA, tls, accountZone = 'UTC' } = options;
	const connection = new PostgresConnection(connectionString, schema, tls);
	try {
		await connection.createSchema();
		const identity = await connection.write(migrate);
		const owner = randomUUID();
		const thread = { owner, accountZone, connectionString, schema, tls };
		const store = new PostgresStore(identity, options.clock ?? systemClock(), thread, connection);
		if (options.warm) store.warm();
		await store.beat();
		return store;
	} catch (error) {
		await connection.close();
		throw error;
	}
}

class PostgresStore implements Store {
	readonly kind = 'postgres';

	readonly fingerprint: string;

	readonly secret: string;

	private readonly heart: NodeJS.Timeout;

	private readonly questions: ThreadClient;

	private readonly columns: ReturnType<typeof keepColumns>;

	private readonly house: ReturnType<typeof keepHouse>;

	readonly owner: string;

	readonly accountZone: string;

	private readonly ingested = new Ingested();

	private closed = false;

	private lastBeat = 0;

	constructor(
		identity: StoreIdentity,
		readonly clock: Clock,
		thread: Omit<Extract<ThreadOptions, { connectionString: string }>, 'role'>,
		private readonly connection: PostgresConnection,
	) {
		this.fingerprint = identity.fingerprint;
		this.secret = identity.secret;
		this.owner = thread.owner;
		this.accountZone = thread.accountZone;
		this.columns = keepColumns(this, thread);
		this.house = keepHouse(async () => await this.call('forgetOld', {}));
		this.questions = new ThreadClient('questions-thread', { role: 'questions', ...thread });
		this.questions.onDamage = (damage) => this.columns.keeper.noteDamage(damage);
		this.heart = setInterval(() => {
			this.beat().catch(() => {});
		}, BEAT_MS).unref();
	}

	warm(): void {
		this.questions.start();
	}

	async call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
		if (this.closed) throw new CampaignError('store_closed', 'The campaign store has been closed.');
		const now = this.clock.now();
		// A clock that jumped, or a process that slept: report before claiming anything.
		if (now - this.lastBeat >= BEAT_MS) await this.beat();
		const { prepare, run } = operations[name] as Operation<unknown, unknown, unknown>;
		const prepared = prepare ? prepare(input, now) : input;
		const context = { now, owner: this.owner, zone: this.accountZone };
		const output = (await this.connection.write(async (tx: Tx) => await run(tx, prepared, context))) as OperationOutput<Name>;
		this.columns.keeper.noteWritten(recordsIn(name, input));
		this.ingested.tell(name, input);
		return output;
	}

	async ask<Name extends QuestionName>(name: Name, input: QuestionInput<Name>): Promise<QuestionOutput<Name>> {
		return (await this.questions.call(name, input, this.clock.now())) as QuestionOutput<Name>;
	}

	async beat(): Promise<void> {
		const now = this.clock.now();
		this.connection.forgetLasting();
		await this.connection.write(async (tx) => await reportAlive(tx, this.owner, now, now + ALIVE_MS));
		this.lastBeat = now;
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
		await this.house.close();
		await this.columns.close();
		this.closed = true;
		clearInterval(this.heart);
		await this.questions.close();
		await this.connection.write(async (tx) => await forget(tx, this.owner)).catch(() => {});
		await this.connection.close();
	}
}
