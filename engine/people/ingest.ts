import type { Operation, OperationContext, Tx } from '../store/database';
import { cleanInput, refusal, type CleanEvent, type CleanInput, type CleanProfile, type CleanRecord } from './clean';
import { Directory, idsIn, survivorOf, type Somebody } from './directory';
import { findEventNames, internEventNames } from './event-names';
import { Identifier, type IdentityRules } from './identify';
import { LIMITS, Unacceptable } from './limits';
import type { People } from './look-up';
import { forgetMessageIds, rememberMessageIds } from './message-ids';
import { packInput, unpackInput } from './packed-input';
import { areNoted, recordPropertyNames } from './property-names';
import type { IngestInput, IngestResult, Trust } from './records';
import { mayRegister, withoutPrivileges } from './trust';
import { takeTurn } from './turn';
import { writeEvents, writePeople } from './write-people';

/**
 * Takes people, events and aliases into the store. A bad record is refused by its place and with a reason, the others
 * are taken; a message id seen before changes nothing.
 *
 * The number of statements does not depend on the number of records: everybody named is looked up at once, statements
 * about people are merged in memory in the order of the records, and the outcome is written at once. On PostgreSQL
 * inputs take turns, except those that bring nothing but events of people who are known: see Turn.
 */
export const ingest: Operation<IngestInput, IngestResult, CleanInput> = {
	durability: 'events',
	prepare: cleanInput,
	packing: { pack: packInput, unpack: unpackInput },
	run: async (tx, input, context) => await new Ingestion(tx, input, context).run(),
};

class Ingestion {
	private readonly result: IngestResult = { accepted: 0, duplicates: 0, refused: [], withheld: [] };

	private readonly trust: Trust;

	private readonly rules: IdentityRules;

	private readonly events: Array<{ record: CleanEvent; who: Somebody }> = [];

	private readonly profiles: CleanProfile[] = [];

	/** Push tokens that this input registers, and whose they are now. */
	private readonly registered = new Map<string, Somebody>();

	private owners = new Map<string, Somebody>();

	/** Whether events bring neither new names nor new properties. */
	private areNamesKnown = false;

	constructor(
		private readonly tx: Tx,
		private readonly input: CleanInput,
		private readonly context: OperationContext,
	) {
		this.trust = input.trust ?? 'server';
		this.rules = {
			public: this.trust === 'public',
			emails: input.identifyByEmail === true && this.trust !== 'public',
			protectedProperties: new Set(input.protectedProperties ?? []),
		};
	}

	async run(): Promise<IngestResult> {
		const { tx, result } = this;
		const { now } = this.context;
		const { records } = this.input;
		// A copy: after a deadlock the same input is taken once more.
		result.refused = [...this.input.refused];
		if (records.length === 0) return result;
		const admitted = await this.withinEventNames(records);
		// Before the lock, so that inputs that come at the same time wait for each other only where they must. (Whoever waits
		// with a transaction of its own keeps later rows out of columns as long; answers take them from the rows.)
		const fresh = await this.withoutDuplicates(admitted);
		const ids = idsIn(fresh, this.rules.emails);
		const { people, isBesideOthers } = await takeTurn(tx, ids, (found) => this.changesNobody(fresh, found));
		const directory = await Directory.load(tx, fresh, ids, people, { emails: this.rules.emails, now });
		this.owners = await directory.loadOwners(tx, tokensOf(fresh));
		this.takeAll(fresh, directory);
		if (isBesideOthers && !directory.isAsBefore) throw new Error('An input that was to change nobody has changed people.');
		await writePeople(tx, directory, this.registered, now);
		await this.writeEvents();
		await forgetMessageIds(tx, this.refusedMessages(fresh));
		result.refused.sort((a, b) => (a.position ?? a.index) - (b.position ?? b.index));
		return result;
	}

	/** Refuses events whose name would be one too many: a leaked public key must not fill the pick lists. */
	private async withinEventNames(records: CleanRecord[]): Promise<CleanRecord[]> {
		const keys = new Set(records.flatMap((record) => (record.list === 'events' ? [record.matchKey] : [])));
		if (keys.size === 0) return records;
		const known = await findEventNames(this.tx, [...keys]);
		this.areNamesKnown = areNoted(this.tx, this.input.propertiesOfEvents, known);
		if (known.size === keys.size) return records;
		// Names are counted by one input at a time. Two that meet over a message id as well are told apart by the server.
		await this.tx.lock('people');
		const limit = LIMITS[this.trust].eventNames;
		const count = await this.tx.get<{ top: number | null }>('SELECT max(name_id) AS top FROM event_name');
		if ((count?.top ?? 0) + keys.size - known.size <= limit) return records;
		let room = limit - (count?.top ?? 0);
		const admitted = new Set(known.keys());
		return records.filter((record) => {
			if (record.list !== 'events' || admitted.has(record.matchKey)) return true;
			if (room-- > 0) return admitted.add(record.matchKey);
			this.result.refused.push(refusal(record, `"${record.name}" would be more than ${limit} different event names`));
			return false;
		});
	}

	/** Whether all that is to be written are events of these people. */
	private changesNobody(records: readonly CleanRecord[], { user, anonymous }: People): boolean {
		return (
			this.areNamesKnown &&
			records.every((record) => {
				if (record.list !== 'events') return false;
				return record.user === undefined || record.anonymousId === undefined || user.get(record.user) === anonymous.get(record.anonymousId);
			})
		);
	}

	private async withoutDuplicates(records: CleanRecord[]): Promise<CleanRecord[]> {
		const ids = records.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId]));
		const areNew = await rememberMessageIds(this.tx, ids, this.context.now);
		let next = 0;
		const fresh = records.filter(({ messageId }) => messageId === undefined || areNew[next++]);
		this.result.duplicates += records.length - fresh.length;
		return fresh;
	}

	private takeAll(records: readonly CleanRecord[], directory: Directory): void {
		const identifier = new Identifier(directory, this.rules);
		for (const record of records) {
			try {
				this.take(record, identifier);
				this.result.accepted++;
			} catch (error) {
				if (!(error instanceof Unacceptable)) throw error;
				this.result.refused.push(refusal(record, error.message));
			}
		}
	}

	private take(record: CleanRecord, identifier: Identifier): void {
		if (record.list === 'aliases') identifier.alias(record);
		else if (record.list === 'events') this.events.push({ record, who: identifier.whoOf(record) });
		else this.takeProfile(record, identifier);
	}

	private takeProfile(given: CleanProfile, identifier: Identifier): void {
		const known = identifier.isKnown(given);
		const who = identifier.whoOf(given);
		const { state } = who;
		if (!state) throw new Error('A person named by a profile record was not loaded.');
		const withheld: string[] = [];
		let record = given;
		if (this.rules.public) {
			const allowed = withoutPrivileges(given, known, state.fields, this.rules.protectedProperties);
			withheld.push(...allowed.withheld);
			record = { ...allowed.record, push: given.push.filter((device) => mayRegister(who, known, this.ownerOf(device.token))) };
			if (record.push.length < given.push.length) withheld.push('push tokens of a known person');
		}
		const reason = state.apply(record);
		if (reason !== undefined) throw new Unacceptable(reason);
		for (const { token } of record.push) {
			const owner = this.ownerOf(token);
			if (owner && owner !== who) owner.state?.removeDevice(token);
			this.registered.set(token, who);
		}
		this.profiles.push(record);
		if (withheld.length > 0) this.result.withheld.push(refusal(given, `a public key may not set ${withheld.join(', ')}`));
	}

	private ownerOf(token: string): Somebody | undefined {
		const owner = this.registered.get(token) ?? this.owners.get(token);
		return owner && survivorOf(owner);
	}

	private async writeEvents(): Promise<void> {
		const { tx, events } = this;
		const names = new Map<string, string>();
		for (const { record } of events) if (!names.has(record.matchKey)) names.set(record.matchKey, record.name);
		const nameIds = names.size > 0 ? await internEventNames(tx, names) : new Map<string, number>();
		await recordPropertyNames(
			tx,
			this.profiles,
			this.input.propertiesOfEvents,
			nameIds,
		);
		await writeEvents(tx, events, nameIds, { now: this.context.now, historical: this.input.historical === true });
	}

	/** A refused record may be corrected and sent again under its message id. */
	private refusedMessages(records: readonly CleanRecord[]): string[] {
		const refused = new Set(this.result.refused.map(({ list, index }) => `${list} ${index}`));
		if (refused.size === 0) return [];
		return records.flatMap((record) => (record.messageId !== undefined && refused.has(`${record.list} ${record.index}`) ? [record.messageId] : []));
	}
}

function tokensOf(records: readonly CleanRecord[]): string[] {
	return records.flatMap((record) => (record.list === 'profiles' ? record.push.map((device) => device.token) : []));
}
