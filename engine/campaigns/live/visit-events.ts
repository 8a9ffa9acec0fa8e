import type { QuestionContext } from '../../questions';
import { instants, rowTest } from '../../segments/columns';
import { eventKey } from '../../segments/event-key';
import { compileOperator } from '../../segments/operators';
import type { Tx } from '../../store/database';
import type { AwaitedEvent } from './trigger';

/** Whose events, and which: from `from` to `to`, epoch milliseconds, both inclusive. */
export interface Visited {
	people: readonly number[];
	from?: number;
	to?: number;
}

/** Tells `visit` of each time at which one of these people did an event that is awaited, in no order. */
export async function visitEvents(
	tx: Tx,
	{ event, where }: AwaitedEvent,
	{ people, from = -Infinity, to = Infinity }: Visited,
	context: QuestionContext,
	visit: (person: number, at: number) => void,
): Promise<void> {
	if (people.length === 0) return;
	const wanted = new Set(people);
	const source = await context.columns.source(tx, { people: [...people] });
	const range = { from: Math.min(...people), to: Math.max(...people) + 1 };
	const properties = [...new Set(where.map(({ property }) => property))];
	for await (const batch of source.events({ name: eventKey(event), from, to, range, properties, times: true })) {
		const tests = where.map(({ property, is, value }) => rowTest(batch.property(property), compileOperator(is, value, context)));
		const at = instants(batch);
		for (let row = 0; row < batch.person.length; row++) {
			const person = batch.person[row] as number;
			if (wanted.has(person) && at(row) >= from && at(row) <= to && tests.every((test) => test(row))) visit(person, at(row));
		}
	}
}
