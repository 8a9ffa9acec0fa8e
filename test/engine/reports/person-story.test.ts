import type { RunStory, StoryInput } from '../../../engine/reports/person-story';
import { addPeople, CAMPAIGN_ID, node, release, startRun } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';
import { everyState, send } from './situation';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describeStores("a person's story", (fixture) => {
	async function tell(id: string, where: { run: number } | { campaignId: string } | { anyCampaign: true } = { campaignId: CAMPAIGN_ID }): Promise<RunStory> {
		const story = await fixture().store.ask('personStory', { name: { id }, ...where } as StoryInput);
		expect(story).toMatchObject({ known: true, id });
		return story.runs[0] as RunStory;
	}

	it('answers for everybody of a run why they did or did not get it', async () => {
		const { store, clock } = fixture();
		const { run, ids, waiting, sentAt } = await everyState(store, clock);
		const entered = [{ at: START, text: 'Qualified for the run' }, { at: sentAt, text: 'Went on from "trigger"' }];
		const sent = await tell(ids.sent);
		expect(sent).toMatchObject({ run, campaignId: CAMPAIGN_ID, campaignName: 'Test campaign', outcome: 'sent', summary: 'Sent' });
		expect(sent.steps).toEqual([
			...entered,
			{ at: sentAt, text: expect.stringMatching(/^Message \(sms\) of "sms" sent by Provider A, its id there is id-\d+$/) as string },
		]);
		const expected: Array<[string, string, string | null, string, string]> = [
			[ids.failed, 'not_sent', 'invalid_recipient', 'Not sent: Invalid recipient (21211: not a number)', 'Message (sms) of "sms" not sent by Provider A: Invalid recipient (21211: not a number)'],
			[ids.notReachable, 'not_sent', 'profile_not_reachable', 'Not sent: Profile not reachable (no address, or opted out) (No phone)', 'Message (sms) of "sms" not sent: Profile not reachable (no address, or opted out) (No phone)'],
			[ids.unknown, 'unknown', 'unknown_outcome', 'Outcome unknown: the provider did not answer', 'Message (sms) of "sms" given to Provider A: Outcome unknown: the provider did not answer (time-out)'],
			[ids.held, 'held', null, 'Waiting', 'Held at "quiet hours" until 2026-03-02 13:01:00 UTC'],
			[ids.dropped, 'not_sent', 'dnd_discarded', 'Not sent: Do-not-disturb hours (Local time in Europe/Paris)', 'Ended at "quiet hours", not sent: Do-not-disturb hours (Local time in Europe/Paris)'],
			[ids.left, 'not_sent', 'left_workflow', 'Not sent: Left the workflow without a message', 'Ended after "trigger", not sent: Left the workflow without a message'],
			[ids.waitsForProvider, 'held', null, 'Waiting', 'Message (sms) of "sms" waits for a provider: Provider A: 503'],
		];
		for (const [id, outcome, reason, summary, lastStep] of expected) {
			const story = await tell(id, { run });
			expect([id, story.outcome, story.reason, story.summary]).toEqual([id, outcome, reason, summary]);
			expect(story.steps.slice(0, 2)).toEqual(entered);
			expect(story.steps.at(-1)?.text).toBe(lastStep);
		}
		const selected = await tell(waiting[0] as string);
		expect(selected).toMatchObject({ outcome: 'held', summary: 'Selected; waits at "trigger" until 2026-03-02 12:00:00 UTC' });
	});

	it('tells that somebody qualified under another profile, too', async () => {
		const { store } = fixture();
		await startRun(store, await addPeople(store, 2));
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		await release(store, await node(store, 'trigger'));
		expect((await tell('p2')).steps.map(({ text }) => text)).toContain('Qualified once more, under another profile that is now part of this one');
	});

	it('tells a hold, its end and what came after in the order of time', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 1));
		const first = await release(store, await node(store, 'trigger'));
		const gate = await node(store, 'gate');
		const arrival = first?.people[0] as NonNullable<typeof first>['people'][0];
		await store.call('recordDecisions', {
			node: gate, arrivals: [{ entry: arrival.entry, visit: 1, run: arrival.run, decision: { kind: 'hold', until: START + HOUR } }],
		});
		await store.call('settleRelease', { token: first?.token as string, end: 'success' });
		clock.set(START + HOUR + MINUTE);
		const second = await release(store, gate);
		await send(store, 'sms', second?.people ?? [], () => ({ state: 'sent' }));
		await store.call('settleRelease', { token: second?.token as string, end: 'success' });
		expect((await tell('p1')).steps.map(({ at, text }) => [at - START, text.replace(/ sent by.*/, ' sent')])).toEqual([
			[0, 'Qualified for the run'],
			[0, 'Went on from "trigger"'],
			[0, 'Held at "gate" until 2026-03-02 13:00:00 UTC'],
			[HOUR, 'Went on from "gate"'],
			[HOUR + MINUTE, 'Message (sms) of "sms" sent'],
		]);
	});

	it('tells conversions, with what they are worth', async () => {
		const { store, clock } = fixture();
		await store.call('registerGoal', {
			workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], revenueProperty: 'amount', windowMs: HOUR },
		});
		const { ids, sentAt } = await everyState(store, clock);
		clock.advance(2 * HOUR);
		await store.call('ingest', {
			events: [
				{ user: ids.sent, name: 'charged', ts: sentAt + MINUTE, properties: { amount: 12.5 } },
				{ user: ids.sent, name: 'Charged', ts: sentAt + 2 * HOUR },
				{ user: ids.failed, name: 'Charged', ts: sentAt + MINUTE },
			],
		});
		expect((await tell(ids.sent)).steps.filter(({ text }) => text.startsWith('Converted'))).toEqual([
			{ at: sentAt + MINUTE, text: 'Converted: "Charged", revenue 12.5' },
		]);
		expect((await tell(ids.failed)).steps.filter(({ text }) => text.startsWith('Converted'))).toEqual([]);
	});

	describe('of somebody the run did not select', () => {
		const segment = {
			all: [
				{ profile: 'city', is: 'equals' as const, value: 'Lyon' },
				{ event: 'Charged', did: true },
			],
		};

		it('names the parts of the rule they do not satisfy, as of now', async () => {
			const { store, clock } = fixture();
			const people = await addPeople(store, 1);
			await store.call('ingest', { profiles: [{ id: 'outsider', properties: { city: 'Lyon' } }, { id: 'stranger' }] });
			await startRun(store, people, { segment });
			clock.advance(MINUTE);
			expect(await tell('outsider')).toMatchObject({
				outcome: 'not_selected', steps: [],
				summary: 'Was not selected: as of 2026-03-02 12:01:00 UTC, the person does not satisfy "Has done Charged".',
			});
			expect((await tell('stranger')).summary).toContain('does not satisfy "City is Lyon" and "Has done Charged"');
		});

		it('says when they would be selected now, or came too late', async () => {
			const { store, clock } = fixture();
			const people = await addPeople(store, 1);
			await store.call('ingest', { profiles: [{ id: 'changed' }] });
			await startRun(store, people, { segment });
			clock.advance(MINUTE);
			const events = [{ user: 'changed', name: 'Charged' }, { user: 'late', name: 'Charged' }];
			await store.call('ingest', { profiles: [{ id: 'changed', properties: { city: 'Lyon' } }, { id: 'late', properties: { city: 'Lyon' } }], events });
			expect((await tell('changed')).summary).toMatch(/^Was not selected when the run started at 2026-03-02 12:00:00 UTC, but as of 2026-03-02 12:01:00 UTC satisfies/);
			expect((await tell('late')).summary).toBe('Was not selected: the person is known only since 2026-03-02 12:01:00 UTC, after the run had started.');
		});

		it('says that a scheduled run has not started, and whether it would select them', async () => {
			const { store, clock } = fixture();
			await addPeople(store, 1);
			await store.call('publishCampaign', {
				campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: true,
				definition: { segment, schedule: { kind: 'at', at: clock.now() + HOUR }, runKey: 'c', blockSize: 5, graceMs: 0, maxLatenessMs: HOUR },
			});
			expect((await tell('p1')).summary).toMatch(/^The run has not started yet \(it is scheduled for 2026-03-02 13:00:00 UTC\); as of .*, the person would not be selected: does not satisfy /);
		});
	});

	it("tells a merged person's story under the survivor", async () => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 2));
		const released = await release(store, await node(store, 'trigger'));
		await send(store, 'sms', released?.people ?? [], () => ({ state: 'sent' }));
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		clock.advance(MINUTE);
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		const story = await store.ask('personStory', { name: { id: 'p1' }, run });
		expect(story.id).toBe('p2');
		expect(story.runs[0]?.steps.filter(({ text }) => text.startsWith('Message'))).toHaveLength(2);
	});

	it('knows only runs that touched the person when no campaign is named', async () => {
		const { store, clock } = fixture();
		const { run, ids } = await everyState(store, clock);
		await store.call('ingest', { profiles: [{ id: 'outsider' }] });
		expect((await tell(ids.sent, { anyCampaign: true })).run).toBe(run);
		expect(await store.ask('personStory', { name: { id: 'outsider' }, anyCampaign: true })).toEqual({ known: true, id: 'outsider', runs: [] });
	});

	it('does not know strangers and erased people, and refuses a run that does not exist', async () => {
		const { store, clock } = fixture();
		const { ids } = await everyState(store, clock);
		await store.call('erasePerson', { name: { id: ids.held } });
		const nobody = { known: false, id: null, runs: [] };
		expect(await store.ask('personStory', { name: { id: ids.held }, campaignId: CAMPAIGN_ID })).toEqual(nobody);
		expect(await store.ask('personStory', { name: { id: 'nobody' }, campaignId: CAMPAIGN_ID })).toEqual(nobody);
		await expect(store.ask('personStory', { name: { id: ids.sent }, run: 99 })).rejects.toMatchObject({ code: 'run_unknown' });
	});
});
