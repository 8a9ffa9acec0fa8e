import type { PeopleCursor, PeoplePage, PersonOfRun } from '../../../engine/reports/people-of-run';
import { describeStores } from '../../support/stores';
import { everyState } from './situation';

describeStores('the people of a run', (fixture) => {
	async function all(run: number, limit: number): Promise<PersonOfRun[]> {
		const people: PersonOfRun[] = [];
		let after: PeopleCursor | undefined;
		do {
			const page: PeoplePage = await fixture().store.ask('peopleOfRun', { run, after, limit });
			people.push(...page.people);
			after = page.next;
		} while (after);
		return people;
	}

	it.each([1, 3, 8, 1000])('lists everybody once, in pages of %d', async (limit) => {
		const { store, clock } = fixture();
		const { run } = await everyState(store, clock);
		const people = await all(run, limit);
		expect(people.map(({ id }) => id).sort()).toEqual(Array.from({ length: 12 }, (_, index) => `p${index + 1}`).sort());
	});

	it('says of everybody what became of them, and why', async () => {
		const { store, clock } = fixture();
		const { run, ids, waiting, sentAt } = await everyState(store, clock);
		const byId = new Map((await all(run, 1000)).map((person) => [person.id, person]));
		const noMessage = { messageId: null, provider: null, sentAt: null };
		const message = { messageId: expect.stringMatching(new RegExp(`^${store.fingerprint}-\\d+$`)) as string };
		expect(byId.get(ids.sent)).toEqual({ id: ids.sent, outcome: 'sent', reason: null, detail: null, provider: 'Provider A', sentAt, ...message });
		expect(byId.get(ids.failed)).toEqual({
			id: ids.failed, outcome: 'not_sent', reason: 'invalid_recipient', detail: '21211: not a number', provider: 'Provider A', sentAt: null, ...message,
		});
		expect(byId.get(ids.notReachable)).toMatchObject({ outcome: 'not_sent', reason: 'profile_not_reachable', detail: 'No phone', sentAt: null });
		expect(byId.get(ids.unknown)).toMatchObject({ outcome: 'unknown', reason: 'unknown_outcome', detail: 'time-out', sentAt: null });
		expect(byId.get(ids.dropped)).toEqual({
			id: ids.dropped, outcome: 'not_sent', reason: 'dnd_discarded', detail: 'Local time in Europe/Paris', ...noMessage,
		});
		expect(byId.get(ids.left)).toMatchObject({ outcome: 'not_sent', reason: 'left_workflow', ...noMessage });
		expect(byId.get(ids.held)).toEqual({
			id: ids.held, outcome: 'held', reason: null, detail: 'Waits at "quiet hours" until 2026-03-02 13:01:00 UTC', ...noMessage,
		});
		expect(byId.get(ids.waitsForProvider)).toMatchObject({ outcome: 'held', detail: expect.stringMatching(/503|Waits at "sms"/) as string });
		expect(byId.get(waiting[0] as string)).toEqual({
			id: waiting[0], outcome: 'held', reason: null, detail: 'Waits at "trigger" until 2026-03-02 12:00:00 UTC', ...noMessage,
		});
	});

	it('refuses a run that does not exist', async () => {
		await expect(fixture().store.ask('peopleOfRun', { run: 99 })).rejects.toMatchObject({ code: 'run_unknown' });
	});

	it('keeps no id of somebody who was erased', async () => {
		const { store, clock } = fixture();
		const { run, ids } = await everyState(store, clock);
		await store.call('erasePerson', { name: { id: ids.held } });
		const erased = (await all(run, 5)).filter(({ id }) => id === null);
		expect(erased).toEqual([{ id: null, outcome: 'not_sent', reason: 'erased', detail: null, provider: null, messageId: null, sentAt: null }]);
	});
});
