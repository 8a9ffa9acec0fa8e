import type { Clock } from '../clock';
import type { Operations } from '../operations';
import type { Operation } from './database';
import type { Departures } from './departures';
import type { IngestInput, IngestResult } from '../people/records';
import type { Questions } from '../questions';

export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Operations[Name] extends Operation<infer Input, infer _Output, infer _Prepared> ? Input : never;
export type OperationOutput<Name extends OperationName> = Awaited<ReturnType<Operations[Name]['run']>>;

export type QuestionName = keyof Questions;
export type QuestionInput<Name extends QuestionName> = Parameters<Questions[Name]>[1];
export type QuestionOutput<Name extends QuestionName> = Awaited<ReturnType<Questions[Name]>>;

/**
 * Where people, events and the state of every campaign live. All it can do is listed in engine/operations.ts
 * (each one transaction) and engine/questions.ts (each answered on a thread and a read-only connection of its own).
 */
export interface Store {
	readonly kind: 'sqlite' | 'postgres';
	/** Random id given to the store when it was made; tells one store from another. */
	readonly fingerprint: string;
	/** Secret made with the store; signs the marks that items carry, and unsubscribe links. Never leaves the process. */
	readonly secret: string;
	readonly clock: Clock;
	/** The account's IANA zone. */
	readonly accountZone: string;
	/** This process, as owner of leases and of messages being sent. */
	readonly owner: string;
	/** Absent where whoever comes after this process, perhaps on another machine, could not read it. */
	readonly departures?: Departures;
	/** Runs one operation as one transaction. Rejects with a CampaignError. */
	call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>>;
	/** Asks one question. Rejects with a CampaignError. */
	ask<Name extends QuestionName>(name: Name, input: QuestionInput<Name>): Promise<QuestionOutput<Name>>;
	/**
	 * Takes people and events in. Resolves when they are durable; bad records are refused with a reason and their place,
	 * the others are kept. A message id seen before changes nothing.
	 */
	ingest(input: IngestInput): Promise<IngestResult>;
	/**
	 * Calls `listener` whenever this process has stored events, at once after their commit. @returns what ends it
	 */
	onIngested(listener: () => void): () => void;
	/**
	 * Makes the columns that answer questions of whatever has been stored, now rather than by and by. Never needed for a
	 * right answer; after a large import it saves the first questions time.
	 */
	bringUpToDate(): Promise<void>;
	close(): Promise<void>;
}

interface CommonOptions {
	/** Shifted or manual clock; default the system's. */
	clock?: Clock;
	/** Zone of the account: of date-only values, of people whose zone is unknown. Default UTC. */
	accountZone?: string;
	/** Starts the thread that answers questions at once, so that the first question does not wait for that. Default: with the first question. */
	warm?: boolean;
}

export interface SqliteOptions extends CommonOptions {
	/** File of the embedded store; made when missing. */
	path: string;
}

export interface PostgresOptions extends CommonOptions {
	connectionString: string;
	/** Schema that holds the store's tables; default `campaigns`. */
	schema?: string;
	/** Encrypted connection; absent: not encrypted, unless the connection string says so. */
	tls?: Tls;
}

export interface Tls {
	/** Whether the server's certificate must be valid for its host. */
	verify: boolean;
	/** PEM of the authority that signed it, when it is none of the well-known. */
	ca?: string;
}

export type StoreOptions = SqliteOptions | PostgresOptions;
