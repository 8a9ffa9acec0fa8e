import type { ForgottenDevice } from '../../../engine/people/forget-devices';
import type { Device } from '../../../engine/people/records';
import { describeStores, START } from '../../support/stores';

const fcm = (token: string, seenAt = START): Device => ({ token, kind: 'fcm', seenAt });
const web: Device = { token: 'https://push.example.com/1', kind: 'webpush', keys: { p256dh: 'p', auth: 'a' }, seenAt: START };

describeStores('forgetting dead devices', (fixture) => {
	const profile = async (id = 'ada') => {
		const found = await fixture().store.call('getPerson', { name: { id } });
		if (!found) throw new Error(`nobody is ${id}`);
		return found;
	};
	const tokens = async (id?: string) => (await profile(id)).profile.push.map(({ token }) => token);
	const events = async (id?: string) => (await profile(id)).events.map(({ name, ts, properties }) => ({ name, ts, properties }));
	const forget = async (...devices: ForgottenDevice[]) => await fixture().store.call('forgetDevices', { devices });
	const dead = async (more: Partial<ForgottenDevice> = {}): Promise<ForgottenDevice> => ({ person: (await profile()).profile.person, token: 'a', kind: 'fcm', since: START + 10, ...more });
	const reach = async () => (await fixture().store.ask('reach', { rule: { all: [] } })).reachable.push;

	beforeEach(async () => {
		await fixture().store.call('ingest', { profiles: [{ id: 'ada', properties: { city: 'Lyon' }, push: [fcm('a'), web] }, { id: 'bob', push: [fcm('c')] }] });
	});

	it('takes them off, and says so in the history', async () => {
		fixture().clock.advance(60_000);
		expect(await forget(await dead(), await dead({ token: web.token, kind: 'webpush' }))).toEqual({ forgotten: 2 });
		expect(await tokens()).toEqual([]);
		expect((await profile()).profile).toMatchObject({ properties: { city: 'Lyon' }, updatedAt: START + 60_000 });
		expect((await events()).sort((x, y) => x.name.localeCompare(y.name))).toEqual([
			{ name: 'App Uninstalled', ts: START + 10, properties: { 'Push service': 'fcm' } },
			{ name: 'Push Unregistered', ts: START + 10, properties: { 'Push service': 'webpush' } },
		]);
		expect(await tokens('bob')).toEqual(['c']);
	});

	it('a repetition, or the same token twice, changes nothing more', async () => {
		const one = await dead();
		expect(await forget(one, one)).toEqual({ forgotten: 1 });
		expect(await forget(one)).toEqual({ forgotten: 0 });
		expect(await events()).toHaveLength(1);
	});

	const phone: Device = { token: 'phone', kind: 'apns', seenAt: START };
	const tab: Device = { ...web, token: 'https://push.example.com/2' };
	it.each<[string, Device[], Device[], string[]]>([
		['the last app', [], [fcm('a')], ['App Uninstalled']],
		['one app of two', [fcm('b')], [fcm('a')], []],
		['one app, beside one of another kind', [phone], [fcm('a')], []],
		['all apps at once', [fcm('b'), phone], [fcm('a'), fcm('b'), phone], ['App Uninstalled']],
		['the last browser', [fcm('b')], [web], ['Push Unregistered']],
		['one browser of two', [tab], [web], []],
	])('the history tells of %s', async (_name, more, gone, told) => {
		await fixture().store.call('ingest', { profiles: [{ id: 'ada', push: more }] });
		const all = await Promise.all(gone.map(async ({ token, kind }) => await dead({ token, kind })));
		expect(await forget(...all)).toEqual({ forgotten: gone.length });
		expect((await events()).map(({ name }) => name)).toEqual(told);
	});

	it('of several apps at once, when the last one died', async () => {
		await fixture().store.call('ingest', { profiles: [{ id: 'ada', push: [phone] }] });
		fixture().clock.advance(60_000);
		await forget(await dead({ since: START + 30 }), await dead({ token: 'phone', kind: 'apns', since: START + 20 }));
		expect(await events()).toMatchObject([{ ts: START + 30, properties: { 'Push service': 'fcm' } }]);
	});

	it('answers about people notice it', async () => {
		const rule = { event: 'App Uninstalled', did: true };
		const { store } = fixture();
		expect(await reach()).toBe(2);
		expect([...(await store.ask('find', { rule })).people]).toEqual([]);
		await forget(await dead(), await dead({ token: web.token, kind: 'webpush' }));
		expect(await reach()).toBe(1);
		expect([...(await store.ask('find', { rule })).people]).toEqual([(await profile()).profile.person]);
	});

	it('one that was registered again after it died stays', async () => {
		await fixture().store.call('ingest', { profiles: [{ id: 'ada', push: [fcm('a', START + 11)] }] });
		expect(await forget(await dead())).toEqual({ forgotten: 0 });
		expect(await forget(await dead({ since: START + 11 }))).toEqual({ forgotten: 1 });
	});

	it('one that is somebody else\'s by now stays', async () => {
		const one = await dead();
		await fixture().store.call('ingest', { profiles: [{ id: 'bob', push: [fcm('a', START)] }] });
		expect(await forget(one)).toEqual({ forgotten: 0 });
		expect(await tokens('bob')).toContain('a');
		expect(await events('bob')).toEqual([]);
	});

	it('one of a person who was merged meanwhile is the survivor\'s', async () => {
		const one = await dead();
		await fixture().store.call('ingest', { aliases: [{ from: 'ada', to: 'bob' }] });
		expect(await forget(one)).toEqual({ forgotten: 1 });
		expect(await tokens('bob')).not.toContain('a');
		await forget({ ...one, person: (await profile('bob')).profile.person, token: 'c' });
		expect(await events('bob')).toMatchObject([{ name: 'App Uninstalled' }]);
	});

	it('nobody comes back who was erased', async () => {
		const one = await dead();
		await fixture().store.call('erasePerson', { name: { id: 'ada' } });
		expect(await forget(one)).toEqual({ forgotten: 0 });
	});

	it('the token can be registered anew, by anybody', async () => {
		await forget(await dead());
		await fixture().store.call('ingest', { profiles: [{ id: 'bob', push: [fcm('a', START + 5)] }] });
		expect(await tokens('bob')).toContain('a');
	});

	it('what dies in the future dies now', async () => {
		await forget(await dead({ since: START + 9_000_000 }));
		expect(await events()).toMatchObject([{ ts: START }]);
	});

	it('two at the same time take it off once', async () => {
		const one = await dead();
		const other = await fixture().another();
		const both = await Promise.all([forget(one), other.call('forgetDevices', { devices: [one] })]);
		expect(both.map(({ forgotten }) => forgotten).sort()).toEqual([0, 1]);
		expect(await events()).toHaveLength(1);
	});
});
