import type { CleanEvent, CleanInput, CleanRecord } from './clean';

/**
 * A checked input on its way to the thread that writes. Copying an object costs by its fields and texts, so the texts of
 * all events travel as one, and their numbers as typed arrays. Other records are few and go as they are.
 */
export interface PackedInput extends Omit<CleanInput, 'records'> {
	others: CleanRecord[];
	/** Where each of `others` stands among all records. */
	places: number[];
	/** Names of events, each once, with their match keys. */
	names: Array<[name: string, matchKey: string]>;
	/** Per event its index, its position (NaN: none), its time and the place of its name. */
	numbers: Float64Array;
	/** All texts of all events, one after the other. */
	text: string;
	/** Per event the length of each of its `TEXTS`; -1 where there is none. */
	lengths: Int32Array;
}

const TEXTS = ['user', 'anonymousId', 'messageId', 'json'] as const;
const NUMBERS = 4;

export function packInput({ records, ...rest }: CleanInput): PackedInput {
	const events = records.filter((record) => record.list === 'events');
	const places: number[] = [];
	records.forEach((record, place) => record.list !== 'events' && places.push(place));
	const numbers = new Float64Array(events.length * NUMBERS);
	const lengths = new Int32Array(events.length * TEXTS.length);
	const texts: string[] = [];
	const names: PackedInput['names'] = [];
	const placeOfName = new Map<string, number>();
	events.forEach((event, index) => {
		if (!placeOfName.has(event.name)) placeOfName.set(event.name, names.push([event.name, event.matchKey]) - 1);
		numbers.set([event.index, event.position ?? NaN, event.ts, placeOfName.get(event.name) as number], index * NUMBERS);
		TEXTS.forEach((field, place) => {
			const text = event[field];
			lengths[index * TEXTS.length + place] = text?.length ?? -1;
			if (text !== undefined) texts.push(text);
		});
	});
	return { ...rest, others: places.map((place) => records[place] as CleanRecord), places, names, numbers, text: texts.join(''), lengths };
}

export function unpackInput({ others, places, names, numbers, text, lengths, ...rest }: PackedInput): CleanInput {
	const records: CleanRecord[] = [];
	let [at, next, end] = [0, 0, 0];
	const read = (): string | undefined => {
		const length = lengths[at++] as number;
		return length < 0 ? undefined : text.slice(end, (end += length));
	};
	const takeOthers = () => {
		while (places[next] === records.length) records.push(others[next++] as CleanRecord);
	};
	for (let event = 0; event < numbers.length; event += NUMBERS) {
		takeOthers();
		const position = numbers[event + 1] as number;
		const [name, matchKey] = names[numbers[event + 3] as number] as [string, string];
		records.push({
			list: 'events',
			index: numbers[event] as number,
			position: Number.isNaN(position) ? undefined : position,
			ts: numbers[event + 2] as number,
			user: read(),
			anonymousId: read(),
			messageId: read(),
			name,
			matchKey,
			json: read(),
		} as CleanEvent);
	}
	takeOthers();
	return { ...rest, records };
}
