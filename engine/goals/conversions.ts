import { instants, rowTest, type EventBatch } from '../segments/columns';
import { eventKey } from '../segments/event-key';
import { compileOperator, type OperatorContext } from '../segments/operators';
import { storeSource } from '../segments/store-source';
import { elements, numberOf } from '../segments/values';
import type { Tx } from '../store/database';
import type { GoalDefinition } from './goal';
import type { Sends } from './sends';

/** One event that fulfils a goal within its window after a message. */
export interface Conversion {
	person: number;
	/** Name as the goal writes it. */
	event: string;
	/** Epoch milliseconds. */
	at: number;
	/** Undefined when no goal says where the revenue stands. */
	revenue: number | undefined;
}

export interface ConversionTotals {
	/** People who were sent a message. */
	peopleSent: number;
	/** People who converted, each counted once. */
	conversions: number;
	/** All events that fulfilled a goal inside the window. */
	conversionEvents: number;
	/** What these events are worth together. */
	revenue: number;
}

/** Audiences up to this size are named to the store, so that it hands out no events of others. */
const NAMED_PEOPLE = 5_000;

/**
 * The conversions of a run, view-through: a person's event counts when it happened at or after a message to them was
 * sent, and not later than the goal's window. An event counts once, however many messages or goals it matches. Events
 * are read in pages, one pass per event name; yields the conversions of each page.
 */
export async function* conversionsOf(
	tx: Tx,
	sends: Sends,
	goals: readonly GoalDefinition[],
	context: OperatorContext,
): AsyncGenerator<Conversion[]> {
	const { people, at } = sends;
	if (people.length === 0) return;
	const range = { from: people[0] as number, to: (people[people.length - 1] as number) + 1 };
	const named = people.length <= NAMED_PEOPLE ? people : undefined;
	const source = storeSource(tx, { people: named });
	const [firstSend, lastSend] = [at.reduce((a, b) => Math.min(a, b)), at.reduce((a, b) => Math.max(a, b))];
	for (const [name, sameName] of Map.groupBy(goals, ({ event }) => eventKey(event))) {
		const to = Math.min(context.now, lastSend + Math.max(...sameName.map(({ windowMs }) => windowMs)));
		const properties = [...new Set(sameName.flatMap(pathsOf))];
		const compiled = sameName.map((goal) => ({ goal, where: whereOf(goal, context) }));
		for await (const batch of source.events({ name, from: firstSend, to, range, properties, times: true })) {
			yield convertedIn(batch, sends, compiled, to);
		}
	}
}

/** Adds up the conversions of a run. */
export async function countConversions(
	tx: Tx,
	sends: Sends,
	goals: readonly GoalDefinition[],
	context: OperatorContext,
): Promise<ConversionTotals> {
	const converted = new Set<number>();
	const revenue = new Sum();
	let conversionEvents = 0;
	for await (const page of conversionsOf(tx, sends, goals, context)) {
		conversionEvents += page.length;
		for (const conversion of page) {
			converted.add(conversion.person);
			if (conversion.revenue !== undefined) revenue.add(conversion.revenue);
		}
	}
	return { peopleSent: differentPeople(sends.people), conversions: converted.size, conversionEvents, revenue: revenue.total() };
}

interface CompiledGoal {
	goal: GoalDefinition;
	where: Array<{ property: string; test: (cell: unknown) => boolean }>;
}

function convertedIn(batch: EventBatch, sends: Sends, goals: readonly CompiledGoal[], to: number): Conversion[] {
	const converted: Conversion[] = [];
	const tests = goals.map(({ goal, where }) => {
		const conditions = where.map(({ property, test }) => rowTest(batch.property(property), test));
		return { goal, passes: (row: number) => conditions.every((passes) => passes(row)), revenueOf: revenueReader(batch, goal) };
	});
	const time = instants(batch);
	for (let row = 0; row < batch.person.length; row++) {
		const person = batch.person[row] as number;
		const at = time(row);
		const first = firstSendTo(sends.people, person);
		if (at > to || first === sends.people.length || sends.people[first] !== person) continue;
		const matched = tests.filter(({ goal, passes }) => inWindow(sends, first, at, goal.windowMs) && passes(row));
		const [match] = matched;
		if (!match) continue;
		const paying = matched.find(({ goal }) => goal.revenueProperty !== undefined);
		converted.push({ person, event: match.goal.event, at, revenue: paying?.revenueOf(row) });
	}
	return converted;
}

function pathsOf({ where, revenueProperty }: GoalDefinition): string[] {
	return [...where.map(({ property }) => property), ...(revenueProperty === undefined ? [] : [revenueProperty])];
}

function whereOf({ where }: GoalDefinition, context: OperatorContext): CompiledGoal['where'] {
	return where.map(({ property, is, value }) => ({ property, test: compileOperator(is, value, context) }));
}

/** The numbers of a property together; what is no number is worth nothing. */
function revenueReader(batch: EventBatch, { revenueProperty }: GoalDefinition): (row: number) => number {
	if (revenueProperty === undefined) return () => 0;
	const column = batch.property(revenueProperty);
	return (row) => elements(column.get(row)).reduce((sum: number, value) => sum + (numberOf(value) ?? 0), 0);
}

/** Place of the person's first send: binary search. */
function firstSendTo(people: Uint32Array, person: number): number {
	let low = 0;
	let high = people.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((people[middle] as number) < person) low = middle + 1;
		else high = middle;
	}
	return low;
}

function inWindow({ people, at }: Sends, first: number, ts: number, windowMs: number): boolean {
	for (let index = first; people[index] === people[first]; index++) {
		const sentAt = at[index] as number;
		if (ts >= sentAt && ts <= sentAt + windowMs) return true;
	}
	return false;
}

function differentPeople(ascending: Uint32Array): number {
	let count = 0;
	for (let index = 0; index < ascending.length; index++) {
		if (index === 0 || ascending[index] !== ascending[index - 1]) count++;
	}
	return count;
}

/** Keeps what rounding takes away, so that cents add up (Neumaier's summation). */
class Sum {
	private sum = 0;

	private lost = 0;

	add(value: number): void {
		const next = this.sum + value;
		this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
		this.sum = next;
	}

	total(): number {
		return Number((this.sum + this.lost).toPrecision(15));
	}
}
