import type { QuestionContext } from '../../questions';
import type { Tx } from '../../store/database';
import type { AwaitedEvent } from './trigger';
import { visitEvents } from './visit-events';

/** When each of these people did any of these events for the first time ever, epoch milliseconds; of those who did. */
export async function earliestEvents(
	tx: Tx,
	{ events, people }: { events: AwaitedEvent[]; people: number[] },
	context: QuestionContext,
): Promise<Array<{ person: number; ts: number }>> {
	const earliest = new Map<number, number>();
	for (const event of events) {
		await visitEvents(tx, event, { people }, context, (person, at) => {
			if (at < (earliest.get(person) ?? Infinity)) earliest.set(person, at);
		});
	}
	return [...earliest].map(([person, ts]) => ({ person, ts }));
}
