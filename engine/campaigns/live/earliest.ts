import type { QuestionContext } from '../../questions';
import { instants, rowTest, type EventBatch } from '../../segments/columns';
import { compileOperator } from '../../segments/operators';
import { eventKey } from '../../segments/event-key';
import type { Tx } from '../../store/database';
import type { AwaitedEvent } from './trigger';

/** When each of these people did any of these events for the first time ever, epoch milliseconds; of those who did. */
export async function earliestEvents(
	tx: Tx,
	{ events, people }: { events: AwaitedEvent[]; people: number[] },
	context: QuestionContext,
): Promise<Array<{ person: number; ts: number }>> {
	const earliest = new Map(people.map((person): [number, number] => [person, Infinity]));
	if (earliest.size === 0) return [];
	const source = await context.columns.source(tx, { people });
	const range = { from: Math.min(...people), to: Math.max(...people) + 1 };
	for (const { event, where } of events) {
		const properties = [...new Set(where.map(({ property }) => property))];
		for await (const batch of source.events({ name: eventKey(event), from: -Infinity, to: Infinity, range, properties, times: true })) {
			note(batch, where, earliest, context);
		}
	}
	return [...earliest].flatMap(([person, ts]) => (ts === Infinity ? [] : [{ person, ts }]));
}

function note(batch: EventBatch, where: AwaitedEvent['where'], earliest: Map<number, number>, context: QuestionContext): void {
	const tests = where.map(({ property, is, value }) => rowTest(batch.property(property), compileOperator(is, value, context)));
	const at = instants(batch);
	for (let row = 0; row < batch.person.length; row++) {
		const person = batch.person[row] as number;
		const known = earliest.get(person);
		if (known === undefined || at(row) >= known || !tests.every((test) => test(row))) continue;
		earliest.set(person, at(row));
	}
}
