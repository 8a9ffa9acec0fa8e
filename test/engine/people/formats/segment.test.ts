import { parseSegment, segmentEndpoint } from '../../../../engine/people/formats/segment';

const NOW = Date.UTC(2026, 2, 2, 12);
const MINUTE = 60_000;
const parse = (endpoint: string, body: unknown) => parseSegment(segmentEndpoint(endpoint) as never, body, NOW);
const batch = (...calls: unknown[]) => parse('batch', { batch: calls });

describe('parseSegment', () => {
	it.each(['track t', 'identify i', 'page p', 'screen s', 'group g', 'alias a', 'batch b', 'batch import'])('long and short path: %s', (names) => {
		const [long = '', short = ''] = names.split(' ');
		expect(segmentEndpoint(long)).toBe(long);
		expect(segmentEndpoint(short)).toBe(long);
	});

	it.each(['', 'x', 'constructor', '__proto__', 'Track'])('no path: %j', (ending) => {
		expect(segmentEndpoint(ending)).toBeUndefined();
	});

	it('track', () => {
		const call = { userId: 'u', anonymousId: 'a', event: 'Charged', properties: { amount: 2 }, messageId: 'm', timestamp: '2026-03-02T11:00:00Z' };
		expect(parse('track', call)).toMatchObject({
			input: { profiles: [], aliases: [], events: [{ position: 0, messageId: 'm', user: 'u', anonymousId: 'a', name: 'Charged', properties: { amount: 2 }, ts: '2026-03-02T11:00:00Z' }] },
			size: 1,
			refusals: [],
		});
	});

	it('identify: traits with a field of their own leave the properties', () => {
		const { input } = parse('identify', {
			userId: 'u',
			messageId: 'm',
			traits: { email: 'u@x.org', phone: '+33', timezone: 'Asia/Tokyo', city: 'Lyon' },
			context: { timezone: 'Europe/Paris', traits: { plan: 'free', city: 'Rome' }, device: { token: 't', type: 'ios' } },
		});
		expect(input.profiles).toEqual([
			{ id: 'u', anonymousId: undefined, position: 0, messageId: 'm', ts: undefined, properties: { city: 'Lyon', plan: 'free' }, email: 'u@x.org', phone: '+33', timezone: 'Asia/Tokyo', push: [{ token: 't', kind: 'apns' }] },
		]);
	});

	it.each([
		['page', { name: 'Home', category: 'Docs', properties: { url: '/x' } }, 'Web Page Viewed', { name: 'Home', category: 'Docs', url: '/x' }],
		['screen', { name: 'Cart' }, 'App Screen Viewed', { name: 'Cart' }],
		['page', { properties: { path: '/' } }, 'Web Page Viewed', { path: '/' }],
	])('%s %j', (type, call, name, properties) => {
		expect(batch({ type, userId: 'u', ...call }).input.events).toEqual([expect.objectContaining({ name, properties })]);
	});

	it('group and alias', () => {
		const { input } = batch({ type: 'group', userId: 'u', groupId: 'acme', traits: { plan: 'pro' } }, { type: 'alias', previousId: 'old', userId: 'u', messageId: 'm' });
		expect(input.profiles).toEqual([expect.objectContaining({ id: 'u', properties: { groupId: 'acme', group: { plan: 'pro' } } })]);
		expect(input.aliases).toEqual([{ position: 1, messageId: 'm', from: 'old', to: 'u' }]);
	});

	it('what an event says about its person becomes a profile record of the same position, without the message id', () => {
		const { input } = batch({ type: 'track', userId: 'u', event: 'x', messageId: 'm', context: { traits: { email: 'u@x.org' }, timezone: 'Europe/Paris' } }, { type: 'track', userId: 'u', event: 'y', context: { library: { name: 'z' }, timezone: 'nonsense' } });
		expect(input.profiles).toEqual([{ id: 'u', anonymousId: undefined, position: 0, ts: undefined, properties: {}, email: 'u@x.org', timezone: 'Europe/Paris' }]);
		expect(input.events).toHaveLength(2);
	});

	describe('clock', () => {
		const iso = (offset: number) => new Date(NOW + offset).toISOString();
		it.each<[string, Record<string, unknown>, number | string | undefined]>([
			['an hour fast, corrected', { timestamp: iso(50 * MINUTE), sentAt: iso(60 * MINUTE) }, NOW - 10 * MINUTE],
			['a day slow, corrected', { timestamp: iso(-1445 * MINUTE), sentAt: iso(-1440 * MINUTE) }, NOW - 5 * MINUTE],
			['nothing sent: as stated', { timestamp: iso(-MINUTE) }, iso(-MINUTE)],
			['no timestamp: arrival', { sentAt: iso(60 * MINUTE) }, undefined],
			['an unreadable sentAt is no reason', { timestamp: iso(-MINUTE), sentAt: 'soon' }, iso(-MINUTE)],
			['an unreadable timestamp is refused later, as it came', { timestamp: 'soon', sentAt: iso(0) }, 'soon'],
		])('%s', (_name, { timestamp, sentAt }, expected) => {
			const single = parse('track', { userId: 'u', event: 'x', timestamp, sentAt });
			const batched = parse('batch', { batch: [{ type: 'track', userId: 'u', event: 'x', timestamp }], sentAt });
			expect(single.input.events?.[0]?.ts).toBe(expected);
			expect(batched.input.events?.[0]?.ts).toBe(expected);
		});
	});

	it('refuses calls of a batch by position and keeps the others', () => {
		const { input, refusals, size } = batch('x', { type: 'dance' }, { type: 'track', userId: 'u', event: 'x', properties: { big: 'x'.repeat(33_000) } }, { type: 'track', userId: 'u', event: 'ok' });
		expect(refusals).toEqual([
			{ position: 0, reason: 'it is not an object' },
			{ position: 1, reason: expect.stringContaining('"dance"') },
			{ position: 2, reason: 'it is larger than 32 KB' },
		]);
		expect(input.events).toEqual([expect.objectContaining({ position: 3, name: 'ok' })]);
		expect(size).toBe(4);
	});

	it.each([
		['no object', 'track', [], 400],
		['a batch that is no list', 'batch', { batch: {} }, 400],
		['too many calls', 'batch', { batch: Array.from({ length: 2_501 }, () => ({})) }, 413],
	])('refuses a body as a whole: %s', (_name, endpoint, body, status) => {
		expect(() => parse(endpoint, body)).toThrow(expect.objectContaining({ status }));
	});
});
