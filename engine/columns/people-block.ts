import { PROFILE_FIELDS, profileField, type ProfileFields } from '../segments/profile-fields';
import { ColumnBuilder, type EncodedColumn } from './column-builder';
import { encodeColumn } from './encoding';
import { BUCKET_KEY, fieldColumn, LIVING } from './names';
import { PropertiesBuilder } from './properties-builder';

/** People of one block: those whose number, divided by this, is the block's. A multiple of 32. */
export const BLOCK_PEOPLE = 16_384;

export interface BlockInfo {
	block: number;
	/** Another one whenever the block is written. */
	version: number;
	/** Changes of people committed before this stamp are in it. */
	made: number;
	/** How many columns it has. */
	columns: number;
}

export interface EncodedBlock extends Omit<BlockInfo, 'columns' | 'version'> {
	columns: EncodedColumn[];
}

/** A row of `person`, as far as questions ask about it. */
export interface PersonRow {
	person: number;
	stamp: number;
	external_id: string;
	bucket_key: number;
	email: string | null;
	phone: string | null;
	timezone: string | null;
	opted_out: string;
	devices: string;
	/** JSON. */
	properties: string;
	merged_into: number | null;
	erased_at: number | null;
	first_event: number;
}

/** What to select of `person`. */
export const PERSON_COLUMNS =
	'person, stamp, external_id, bucket_key, email, phone, timezone, opted_out, devices, properties, merged_into, erased_at, first_event';

export function isLiving(row: PersonRow): boolean {
	return row.merged_into === null && row.erased_at === null;
}

/** The well-known fields of a person, read when asked for. */
export function fieldsOf(row: PersonRow): ProfileFields {
	return {
		id: row.external_id,
		email: row.email,
		phone: row.phone,
		timezone: row.timezone,
		// Nearly everybody's are empty.
		get optedOut() {
			return row.opted_out === '{}' ? {} : (JSON.parse(row.opted_out) as Partial<Record<string, boolean>>);
		},
		get push() {
			return row.devices === '[]' ? [] : (JSON.parse(row.devices) as unknown[]);
		},
	};
}

/** Makes the columns of a block of all rows that it has, which may come in steps. */
export async function encodeBlock(block: number, steps: AsyncIterable<PersonRow[]>, made: number): Promise<EncodedBlock> {
	const first = block * BLOCK_PEOPLE;
	const living = new Uint32Array(BLOCK_PEOPLE / 32);
	const bucketKeys = new Uint32Array(BLOCK_PEOPLE);
	const fields = PROFILE_FIELDS.map((name) => ({ name, read: profileField(name) as (fields: ProfileFields) => unknown, builder: new ColumnBuilder() }));
	const properties = new PropertiesBuilder();
	const add = (row: PersonRow) => {
		if (!isLiving(row)) return;
		const place = row.person - first;
		living[place >>> 5] = (living[place >>> 5] as number) | (1 << (place & 31));
		bucketKeys[place] = row.bucket_key;
		const values = fieldsOf(row);
		for (const { read, builder } of fields) builder.set(place, read(values));
		properties.add(place, JSON.parse(row.properties) as Record<string, unknown>);
	};
	for await (const rows of steps) rows.forEach(add);
	return {
		block,
		made,
		columns: [
			{ name: LIVING, data: encodeColumn({ kind: 'numbers', numbers: living }) },
			{ name: BUCKET_KEY, data: encodeColumn({ kind: 'numbers', numbers: bucketKeys }) },
			...fields.map(({ name, builder }) => ({ name: fieldColumn(name), data: encodeColumn(builder.finish(BLOCK_PEOPLE)) })),
			...properties.finish(BLOCK_PEOPLE),
		],
	};
}
