import type { AwaitedEvent } from '../campaigns/live/trigger';
import type { QuestionContext } from '../questions';
import { instants, rowTest, type EventBatch } from '../segments/columns';
import { eventKey } from '../segments/event-key';
import { compileOperator, type OperatorContext } from '../segments/operators';
import type { Tx } from '../store/database';

/** Somebody of whom an event is awaited. Epoch milliseconds: later than `after`, not later than `to`. */
export interface EventWait {
	person: number;
	after: number;
	to: number;
}

/** Up to so many people are named to the store, so that it hands out no events of others. */
const NAMED_PEOPLE = 5_000;

/**
 * When the first of the wanted events happened, per wait; null where none has yet. One pass over the columns of each
 * event name, however many people wait.
 */
export async function firstEvents(tx: Tx, waits: readonly EventWait[], wanted: readonly AwaitedEvent[], context: QuestionContext): Promise<Array<number | null>> {
	const found = new Array<number | null>(waits.length).fill(null);
	if (waits.length === 0 || wanted.length === 0) return found;
	const places = new Places(waits);
	const from = waits.reduce((least, { after }) => Math.min(least, after), Infinity);
	const to = Math.min(context.now, waits.reduce((most, wait) => Math.max(most, wait.to), -Infinity));
	const source = await context.columns.source(tx, { people: places.people.length <= NAMED_PEOPLE ? places.people : undefined });
	for (const [name, events] of Map.groupBy(wanted, ({ event }) => eventKey(event))) {
		const properties = [...new Set(events.flatMap(({ where }) => where.map(({ property }) => property)))];
		const conditions = events.map(({ where }) => compileConditions(where, context));
		for await (const batch of source.events({ name, from, to, range: places.range, properties, times: true })) {
			take(batch, conditions, waits, places, found, to);
		}
	}
	return found;
}

type Conditions = Array<{ property: string; test: (cell: unknown) => boolean }>;

function compileConditions(where: AwaitedEvent['where'], context: OperatorContext): Conditions {
	return where.map(({ property, is, value }) => ({ property, test: compileOperator(is, value, context) }));
}

function take(batch: EventBatch, conditions: Conditions[], waits: readonly EventWait[], places: Places, found: Array<number | null>, to: number): void {
	const time = instants(batch);
	const alternatives = conditions.map((all) => {
		const tests = all.map(({ property, test }) => rowTest(batch.property(property), test));
		return (row: number) => tests.every((passes) => passes(row));
	});
	for (let row = 0; row < batch.person.length; row++) {
		const own = places.of(batch.person[row] as number);
		if (own.length === 0) continue;
		const at = time(row);
		if (at > to) continue;
		const open = own.filter((index) => at > (waits[index] as EventWait).after && at <= (waits[index] as EventWait).to && at < (found[index] ?? Infinity));
		if (open.length === 0 || !alternatives.some((passes) => passes(row))) continue;
		for (const index of open) found[index] = at;
	}
}

const NONE: readonly number[] = [];

/** Which waits are of a person: looked up for every event there is, so by an array over their numbers. */
class Places {
	/** Ascending. */
	readonly people: number[];

	readonly range: { from: number; to: number };

	/** 1 + place of the person in `waits`, by the distance of their number from the first; 0: nobody who waits. */
	private readonly slots: Uint32Array;

	private readonly waits: number[][] = [];

	constructor(waits: readonly EventWait[]) {
		this.people = [...new Set(waits.map(({ person }) => person))].sort((a, b) => a - b);
		this.range = { from: this.people[0] as number, to: (this.people[this.people.length - 1] as number) + 1 };
		this.slots = new Uint32Array(this.range.to - this.range.from);
		waits.forEach(({ person }, index) => {
			const place = person - this.range.from;
			if (this.slots[place] === 0) this.slots[place] = this.waits.push([]);
			this.waits[(this.slots[place] as number) - 1]?.push(index);
		});
	}

	of(person: number): readonly number[] {
		const slot = this.slots[person - this.range.from];
		return slot ? (this.waits[slot - 1] as number[]) : NONE;
	}
}
