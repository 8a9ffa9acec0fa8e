import type { Store } from '../../store/store';
import type { ReleaseCheck } from './check-release';

/**
 * What `checkLiveRelease` says of those whom the trigger of a live campaign releases, by hold; and whether who came in by
 * doing it for the first time still has: they may have turned out to be somebody who had done it before.
 */
export async function checkReleased(store: Store, { node, token }: { node: number; token: string }): Promise<Map<number, ReleaseCheck>> {
	const checks = await store.call('checkLiveRelease', { node, token, zone: store.accountZone });
	const byHold = new Map(checks.map((check) => [check.hold, check]));
	const firsts = checks.flatMap(({ hold, first }) => (first ? [{ hold, ...first }] : []));
	const [one] = firsts;
	if (!one) return byHold;
	// One trigger is of one campaign, so that they all waited for the same.
	const earliest = await store.ask('earliestEvents', { events: one.events, people: [...new Set(firsts.map(({ person }) => person))] });
	const times = new Map(earliest.map(({ person, ts }) => [person, ts]));
	for (const { hold, person, ts } of firsts) {
		const before = times.get(person) ?? ts;
		if (before >= ts) continue;
		const detail = `It was not the first time: the person had done it before, at ${new Date(before).toISOString()}`;
		byHold.set(hold, { hold, decision: { kind: 'drop', reason: 'user_not_qualified', detail } });
	}
	return byHold;
}
