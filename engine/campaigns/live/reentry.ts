import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';
import { DAY_KEYS } from './keys';
import type { LiveTrigger } from './trigger';

/** Whether somebody may come in at `ts` who came in at these times, in whichever order they turn up. */
export function mayComeIn(reentry: LiveTrigger['reentry'], ts: number, cameIn: readonly number[]): boolean {
	if (reentry.kind === 'always') return true;
	if (reentry.kind === 'once') return cameIn.length === 0;
	return cameIn.every((before) => Math.abs(ts - before) >= reentry.ms);
}

/** SQL condition: entry e ended at once, because the awaited event happened or its date was changed. Whose did has not come in. */
export const NOT_COME_IN = `EXISTS (
	SELECT 1 FROM dropped d WHERE d.entry = e.entry AND d.visit = 0
	  AND (d.reason = 'event_happened' OR (d.reason = 'user_not_qualified' AND e.entry_key LIKE '${DAY_KEYS}')))`;

/** SQL condition: entry e waits for a date of its person's, which may yet be another. */
const MAY_CHANGE = `(e.entry_key LIKE '${DAY_KEYS}' AND EXISTS (SELECT 1 FROM hold h WHERE h.entry = e.entry AND h.visit = 0 AND h.state = ${HoldState.waiting}))`;

/**
 * When each of these people came into a run before, where that matters.
 * @param waiting whether those count who wait for a date of theirs, which may yet be another
 */
export async function timesCameIn(
	tx: Tx, run: number, reentry: LiveTrigger['reentry'], people: readonly number[], waiting: 'count' | 'may change' = 'count',
): Promise<Map<number, number[]>> {
	const times = new Map<number, number[]>();
	if (reentry.kind === 'always') return times;
	const rows = await tx.all<{ person: number; at: number }>(
		`SELECT e.person, e.qualified_at AS at FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN entry e ON e.run = $2 AND e.person = r.person
		 WHERE NOT ${NOT_COME_IN}${waiting === 'count' ? '' : ` AND NOT ${MAY_CHANGE}`}`,
		[JSON.stringify(people.map((person) => [person])), run],
	);
	for (const { person, at } of rows) times.set(person, [...(times.get(person) ?? []), at]);
	return times;
}
