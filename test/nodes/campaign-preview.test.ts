import { addPeople, claimFor, node, release, startRun } from '../support/campaign';
import { CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, nameOf, own } from '../support/campaign-workflow';
import { execute } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const store = useNodeStore();

describe('a run of the Campaign Trigger by hand', () => {
	const run = async (settings: object = {}, parameters: object = {}) => {
		const hook = own('Hook', 'webhookSender', { url: 'https://example.com' });
		const workflow = chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, options: { waitSeconds: 60 }, ...parameters }), own('SMS', 'sms', { message: 'Hi' }, { disabled: false }), { ...hook, disabled: true });
		const first = { ...workflow, settings, connections: workflow.connections };
		return await execute({ workflow: first, nodes: CAMPAIGN_NODES, items: [{}] });
	};

	test('says when it goes out, and who would not be reached', async () => {
		await store().ingest({ profiles: [{ id: 'a', phone: '+14155550100' }, { id: 'b' }, { id: 'c', phone: '+14155550101', optedOut: { sms: true } }] });
		const result = await run();
		expect(result.json('Campaign').map(({ preview }) => (preview as { notReached?: object }).notReached)).toEqual([undefined, { sms: 'No phone number' }, { sms: expect.stringContaining('Opted out of sms') }]);
		expect(result.json('Campaign')[0]).toMatchObject({ preview: { when: 'once, 60 seconds after it is published' } });
	});

	test('says whom control groups and limits keep from it, as a live run finds them', async () => {
		const people = await addPeople(store(), 10);
		const preview = async (who: object) => {
			const result = await run({}, { who });
			return { reasons: result.json('Campaign').map((item) => (item.preview as { notReached?: { sms?: string } }).notReached?.sms), hints: result.hints('Campaign') };
		};
		const { reasons } = await preview({ controlPercent: 50 });
		expect(new Set(reasons)).toEqual(new Set([undefined, 'Campaign control group (Campaign Control Group)']));
		await store().call('saveSettings', { settings: { channels: { sms: { mostMessages: 1, perDays: 1 } }, customControlGroups: [] } });
		expect((await preview({})).reasons).toEqual(Array(10).fill(undefined));
		await startRun(store(), people.slice(3, 4));
		const released = (await release(store(), await node(store(), 'trigger')))?.people ?? [];
		await store().call('claimMessages', { node: await node(store(), 'sms'), channel: 'sms', token: 'claim', messages: released.map((one) => claimFor(one)) });
		expect((await preview({})).reasons).toEqual(Array.from({ length: 10 }, (_, index) => (index === 3 ? expect.stringContaining('At most 1 messages per 1') : undefined)));
		expect((await preview({ outsideGlobalLimits: true })).reasons[3]).toBeUndefined();
		expect((await preview({ perRun: 100, total: 500, safetyCheck: 1000 })).hints).toContain(
			'At most 100 people of each run, 500 people in total are sent to, drawn at random where they come at once. A run for more than 1,000 people does not start.',
		);
	});

	/** Everybody's moment, by user id, in a run of 10:00 on the day after tomorrow in the time zone of the workflow. */
	const whens = async (parameters: object, timezone = 'Europe/Paris') => {
		const result = await run({ timezone }, parameters);
		return { of: Object.fromEntries(result.json('Campaign').map((item) => [nameOf(item), (item.preview as { when: string }).when])), hints: result.hints('Campaign').join(' ') };
	};
	const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
	const AT_TEN = { schedule: 'at', sendAt: `${day}T10:00:00`, timeZone: 'person' };

	test("says each person's own moment where the campaign goes by their clocks", async () => {
		await store().ingest({ profiles: [{ id: 'east', timezone: 'Asia/Tokyo' }, { id: 'west', timezone: 'America/Bogota' }] });
		const { of, hints } = await whens(AT_TEN);
		expect(of).toEqual({
			east: `on ${day} at 10:00 on their own clocks, in Asia/Tokyo: ${day} 01:00 UTC`,
			west: `on ${day} at 10:00 on their own clocks, in America/Bogota: ${day} 15:00 UTC`,
		});
		expect(hints).toContain(`The campaign goes out once, on ${day} at 10:00 on each person's own clocks.`);
		expect((await whens({ ...AT_TEN, timeZone: 'account' })).of.east).toBe(`once, on ${day} at 10:00 (Europe/Paris)`);
		const daily = await whens({ schedule: 'recurring', repeatUnit: 'days', repeatTime: '10:00', timeZone: 'person' });
		expect(daily.of.east).toMatch(/^next on \d{4}-\d\d-\d\d at 10:00 on their own clocks, in Asia\/Tokyo: /);
		expect(daily.hints).toContain("Everybody is sent to at these times on each person's own clocks.");
	});

	test('says whose moment has passed', async () => {
		await store().ingest({ profiles: [{ id: 'east', timezone: 'Pacific/Kiritimati' }] });
		const inAnHour = { ...AT_TEN, sendAt: new Date(Date.now() + 3_600_000).toISOString().slice(0, 19) };
		expect((await whens(inAnHour, 'UTC')).of.east).toMatch(/^not at all: .* has passed in Pacific\/Kiritimati$/);
		expect((await whens({ ...inAnHour, passedZones: 'next_day' }, 'UTC')).of.east).toMatch(/^on .* in Pacific\/Kiritimati: /);
	});

	test("says each person's best time, and who has none", async () => {
		const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
		await store().ingest({
			profiles: [{ id: 'busy', timezone: 'Asia/Tokyo' }, { id: 'idle', timezone: 'Asia/Tokyo' }],
			events: [{ user: 'busy', name: 'App Launched', ts: Date.parse(`${yesterday}T15:30:00+09:00`) }],
		});
		const { of } = await whens({ ...AT_TEN, delivery: { bestTimeEvent: 'App Launched' } });
		expect(of.busy).toBe(`on ${day} at 14:00 on their own clocks, in Asia/Tokyo: ${day} 05:00 UTC, their best time for "App Launched"`);
		expect(of.idle).toMatch(/ at 10:00 on their own clocks, in Asia\/Tokyo: .*, when the day is over: they did not do "App Launched" in the last 180 days$/);
	});

	test('says on which date of theirs people of a live campaign are sent to', async () => {
		const year = new Date().getUTCFullYear() + 1;
		await store().ingest({ profiles: [{ id: 'a', timezone: 'Asia/Tokyo', properties: { ends: `${year}-03-05` } }, { id: 'b', properties: { ends: '2020-01-01' } }, { id: 'c', properties: { ends: 'soon' } }, { id: 'd' }] });
		const { of, hints } = await whens({ schedule: 'liveDate', dateOf: 'profile', dateProfileProperty: 'ends', dateDirection: 'before', dateOffset: 2, dateOffsetUnit: 'days', dateTime: '09:00' });
		expect(of).toEqual({
			a: `on ${year}-03-03 at 09:00 on their own clocks, in Asia/Tokyo: ${year}-03-03 00:00 UTC, for the date ${year}-03-05 in "ends"`,
			b: 'not at all: "ends" is 2020-01-01, which has gone by',
			c: 'not at all: "ends" is soon, which is no date',
		});
		expect(hints).toContain('The campaign goes out to each person 2 days before the date in "ends".');
	});

	test('warns that more people qualify than the safety check allows', async () => {
		await addPeople(store(), 3);
		const warned = async (safetyCheck: number) => (await whens({ who: { safetyCheck } })).hints;
		expect(await warned(2)).toContain('The run would not start: 3 people qualify now, more than the 2 that its safety check allows.');
		expect(await warned(3)).not.toContain('would not start');
	});

	test('warns of settings that keep every execution, and only of those', async () => {
		const warns = async (settings: object) => (await run(settings)).hints('Campaign').some((hint) => hint.includes('saves the data of every successful execution'));
		expect(await warns({})).toBe(true);
		expect(await warns({ saveDataSuccessExecution: 'all' })).toBe(true);
		expect(await warns({ saveDataSuccessExecution: 'none' })).toBe(false);
	});
});

test('a sender refuses an item that carries more than it would keep, and sends the others', async () => {
	const [first, second] = await campaignItems(store(), 2);
	const big = { ...second, stuff: 'x'.repeat(17 * 1024) };
	const credentials = { campaignsWebhookApi: { signingSecret: '', allowPrivateAddresses: true } };
	const workflow = (more: object) => chain(own('Campaign', 'campaignTrigger'), own('Hook', 'webhookSender', { url: 'http://127.0.0.1:9/' }, more));
	const stopped = await execute({ workflow: workflow({}), nodes: CAMPAIGN_NODES, credentials, start: 'Hook', items: [first ?? {}, big], mode: 'trigger' });
	expect(stopped.error?.message).toContain('Item 1 carries more than 16 KB besides the person');
	const went = await execute({ workflow: workflow({ onError: 'continueRegularOutput' }), nodes: CAMPAIGN_NODES, credentials, start: 'Hook', items: [first ?? {}, big], mode: 'trigger' });
	expect(went.json('Hook', 1)).toContainEqual(expect.objectContaining({ error: expect.stringContaining('16 KB') }));
});
