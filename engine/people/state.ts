import { DEVICES_OF_PERSON, PROFILE_BYTES } from './limits';
import type { CleanProfile } from './clean';
import { OptOuts, type OptOutBy } from './opt-outs';
import type { Channel, Device, PropertyChange } from './records';
import { isNewer, readTimes, writeTimes, type StatedTimes } from './stated-times';

/** A row of `person`, as far as its content goes. */
export interface PersonRow {
	person: number;
	external_id: string;
	bucket_key: number;
	properties: string;
	email: string | null;
	phone: string | null;
	timezone: string | null;
	devices: string;
	opted_out: string;
	created_at: number;
	updated_at: number;
	property_times: string;
	first_event: number;
}

type Field = 'email' | 'phone' | 'timezone';
const FIELDS: readonly Field[] = ['email', 'phone', 'timezone'];

/** The channels that addresses are of. */
const CHANNELS: Partial<Record<Field, Channel>> = { email: 'email', phone: 'sms' };

/** One person in memory, while statements about them are merged. */
export class PersonState {
	readonly properties: Map<string, unknown>;

	readonly fields: Record<Field, string | null>;

	readonly devices: Map<string, Device>;

	readonly optedOut: Map<Channel, boolean>;

	/** Push tokens that newer ones have pushed out. */
	readonly fallen = new Set<string>();

	private readonly times: StatedTimes;

	private readonly optOuts: OptOuts;

	/** Upper estimate of the length of `properties` as JSON. */
	private size: number;

	changed = false;

	constructor(readonly row: PersonRow) {
		this.properties = new Map(Object.entries(JSON.parse(row.properties) as Record<string, unknown>));
		this.fields = { email: row.email, phone: row.phone, timezone: row.timezone };
		this.devices = new Map((JSON.parse(row.devices) as Device[]).map((device) => [device.token, device]));
		this.optedOut = new Map(Object.entries(JSON.parse(row.opted_out) as Record<string, boolean>) as Array<[Channel, boolean]>);
		this.times = readTimes(row.property_times, this.properties.keys(), this.presentFields());
		this.optOuts = new OptOuts(this.optedOut, this.times.fields);
		this.size = row.properties.length;
	}

	/** Takes a profile record. @returns why not, when the person would become too large; then nothing has changed */
	apply(record: CleanProfile): string | undefined {
		const added = record.size + (record.change.length > 0 ? JSON.stringify(record.change).length : 0);
		// A character takes at most four bytes: below a quarter nothing has to be measured.
		const before = this.size + added > PROFILE_BYTES / 4 ? this.snapshot() : undefined;
		for (const [name, value] of record.properties) this.stateProperty(name, value, record.ts);
		for (const change of record.change) this.changeProperty(change, record.ts);
		this.size += added;
		if (before && !this.fits()) {
			this.restore(before);
			return `the person's properties would exceed ${PROFILE_BYTES / 1024 / 1024} MB`;
		}
		for (const field of FIELDS) if (record[field] !== undefined) this.stateField(field, record[field], record.ts);
		for (const [channel, out] of record.optedOut) this.optOuts.state(channel, out, record.ts);
		for (const device of record.push) this.addDevice(device);
		this.changed = true;
		return undefined;
	}

	/** Takes somebody off a channel: see OptOuts. @returns whether they were on it */
	optOut(channel: Channel, time: number, by: OptOutBy, outlasts?: ReadonlySet<number>): boolean {
		const { isNew, changed } = this.optOuts.optOut(channel, time, by, outlasts);
		this.changed ||= changed;
		return isNew;
	}

	/** Takes back that somebody is off a channel: see OptOuts. @returns whether they are on it now */
	takeBackOptOut(channel: Channel, statedAt: ReadonlySet<number>, time: number): boolean {
		const isBack = this.optOuts.takeBack(channel, statedAt, time);
		this.changed ||= isBack;
		return isBack;
	}

	/**
	 * Takes over everything of a person who turned out to be this one: of each value the newer statement.
	 * @param options.addresses false: email, phone, tokens and opt-outs stay as they are
	 * @param options.except properties that are not taken over
	 * @returns why not, when the two together would be too large; then nothing has changed
	 */
	absorb(other: PersonState, options: { addresses: boolean; except: ReadonlySet<string> }): string | undefined {
		if (this.size + other.size > PROFILE_BYTES && this.combinedLength(other) > PROFILE_BYTES) {
			return `the two people's properties together would exceed ${PROFILE_BYTES / 1024 / 1024} MB`;
		}
		for (const [name, time] of other.times.properties) {
			if (!options.except.has(name)) this.stateProperty(name, other.properties.get(name) ?? null, time, true);
		}
		for (const [name, time] of other.times.fields) {
			if (name === 'timezone' || (options.addresses && isField(name))) this.stateField(name, other.fields[name], time, true);
		}
		if (options.addresses) this.optOuts.absorb(other.optOuts, (channel) => FIELDS.every((field) => CHANNELS[field] !== channel || isSame(this.fields[field], other.fields[field])));
		if (options.addresses) for (const device of other.devices.values()) this.addDevice(device);
		this.row.created_at = Math.min(this.row.created_at, other.row.created_at);
		this.row.first_event = Math.min(this.row.first_event, other.row.first_event);
		this.size += other.size;
		this.changed = true;
		return undefined;
	}

	/** Of too many the ones stay that were seen last. */
	addDevice(device: Device): void {
		const known = this.devices.get(device.token);
		if ((known?.seenAt ?? 0) > (device.seenAt ?? 0)) return;
		this.devices.set(device.token, device);
		this.fallen.delete(device.token);
		while (this.devices.size > DEVICES_OF_PERSON) {
			const oldest = [...this.devices.values()].reduce((one, other) => ((other.seenAt ?? 0) < (one.seenAt ?? 0) ? other : one));
			this.devices.delete(oldest.token);
			this.fallen.add(oldest.token);
		}
	}

	removeDevice(token: string): void {
		if (this.devices.delete(token)) this.changed = true;
	}

	/** The row to write. */
	toRow(now: number): PersonRow {
		const present = new Set<string>(this.presentFields());
		return {
			...this.row,
			properties: JSON.stringify(Object.fromEntries(this.properties)),
			...this.fields,
			devices: JSON.stringify([...this.devices.values()]),
			opted_out: JSON.stringify(Object.fromEntries(this.optedOut)),
			property_times: writeTimes(
				this.times,
				(name) => this.properties.has(name),
				(name) => present.has(name),
			),
			updated_at: Math.max(now, this.row.updated_at),
		};
	}

	private stateProperty(name: string, value: unknown, time: number, other = false): void {
		if (!isNewer(time, this.times.properties.get(name), other)) return;
		if (value === null) this.properties.delete(name);
		else this.properties.set(name, value);
		this.times.properties.set(name, time);
	}

	private stateField(field: Field, value: string | null, time: number, other = false): void {
		if (!isNewer(time, this.times.fields.get(field), other)) return;
		const [before, channel] = [this.fields[field], CHANNELS[field]];
		this.fields[field] = value;
		this.times.fields.set(field, time);
		if (channel !== undefined && value !== null && !isSame(before, value)) this.optOuts.readdress(channel);
	}

	/** Additions and increments hold whenever they were made, so they are taken in any order. */
	private changeProperty(change: PropertyChange, time: number): void {
		const value = changed(this.properties.get(change.property), change);
		this.properties.set(change.property, value);
		this.times.properties.set(change.property, Math.max(time, this.times.properties.get(change.property) ?? time));
	}

	private *presentFields(): Iterable<string> {
		for (const field of FIELDS) if (this.fields[field] !== null) yield field;
		for (const channel of this.optedOut.keys()) yield `optedOut.${channel}`;
	}

	private snapshot() {
		return { properties: new Map(this.properties), times: new Map(this.times.properties), size: this.size };
	}

	private restore(snapshot: ReturnType<PersonState['snapshot']>): void {
		this.properties.clear();
		for (const [name, value] of snapshot.properties) this.properties.set(name, value);
		this.times.properties = snapshot.times;
		this.size = snapshot.size;
	}

	/** Measures exactly, and keeps what it measured. */
	private fits(): boolean {
		this.size = Buffer.byteLength(JSON.stringify(Object.fromEntries(this.properties)));
		return this.size <= PROFILE_BYTES;
	}

	private combinedLength(other: PersonState): number {
		return Buffer.byteLength(JSON.stringify(Object.fromEntries([...other.properties, ...this.properties])));
	}
}

/** Whether two texts are one address, whatever its case. */
function isSame(one: string | null, other: string | null): boolean {
	return one?.trim().toLowerCase() === other?.trim().toLowerCase();
}

function isField(name: string): name is Field {
	return (FIELDS as readonly string[]).includes(name);
}

function changed(value: unknown, change: PropertyChange): unknown {
	if ('increment' in change) {
		const sum = (typeof value === 'number' ? value : Number(value ?? 0) || 0) + change.increment;
		return Number.isFinite(sum) ? sum : change.increment;
	}
	const elements = value === undefined || value === null ? [] : Array.isArray(value) ? [...(value as unknown[])] : [value];
	const key = (element: unknown) => JSON.stringify(element);
	if ('remove' in change) {
		const gone = new Set(change.remove.map(key));
		return elements.filter((element) => !gone.has(key(element)));
	}
	const known = new Set(elements.map(key));
	for (const element of change.add) {
		if (known.has(key(element))) continue;
		known.add(key(element));
		elements.push(element);
	}
	return elements;
}
