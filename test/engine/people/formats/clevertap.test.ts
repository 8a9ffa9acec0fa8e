import { cleverTapAnswer, parseCleverTap } from '../../../../engine/people/formats/clevertap';
import { parseJson } from '../../../../engine/people/formats/parsed';

const parse = (...d: unknown[]) => parseCleverTap({ d });
const profile = (profileData: object) => parse({ type: 'profile', identity: 'u', profileData });

describe('parseCleverTap', () => {
	it('events, with dates and seconds', () => {
		const { input } = parse({
			type: 'event',
			identity: 'u',
			objectId: '__dev',
			ts: 1_700_000_000,
			evtName: 'Charged',
			evtData: { Amount: 300, delivery: '$D_1664890781', Items: [{ sku: 'x', until: '$D_0' }] },
		});
		expect(input.events).toEqual([
			{
				position: 0,
				user: 'u',
				anonymousId: '__dev',
				ts: 1_700_000_000_000,
				name: 'Charged',
				properties: { Amount: 300, delivery: '2022-10-04T13:39:41.000Z', Items: [{ sku: 'x', until: '1970-01-01T00:00:00.000Z' }] },
			},
		]);
	});

	it('profiles: fields of their own, subscriptions, operators', () => {
		const { input } = profile({
			Name: 'Ada',
			Email: 'a@x.org',
			Phone: '+33',
			Tz: 'Europe/Paris',
			DOB: '$D_1664890781',
			'MSG-sms': false,
			'MSG-email': true,
			'MSG-whatsapp': false,
			tags: { $add: ['a', 'b'] },
			old: { $remove: 'c' },
			list: { $set: ['d'] },
			points: { $incr: 5 },
			lives: { $decr: 1 },
			gone: { $delete: 1 },
			nested: { plain: 1 },
		});
		expect(input.profiles).toEqual([
			{
				position: 0,
				id: 'u',
				ts: undefined,
				email: 'a@x.org',
				phone: '+33',
				timezone: 'Europe/Paris',
				optedOut: { sms: true, email: false },
				properties: { Name: 'Ada', DOB: '2022-10-04T13:39:41.000Z', 'MSG-whatsapp': false, list: ['d'], gone: null, nested: { plain: 1 } },
				change: [
					{ property: 'tags', add: ['a', 'b'] },
					{ property: 'old', remove: ['c'] },
					{ property: 'points', increment: 5 },
					{ property: 'lives', increment: -1 },
				],
			},
		]);
	});

	it.each([
		[{ id: 't', type: 'fcm' }, { token: 't', kind: 'fcm' }],
		[{ id: 't', type: 'gcm' }, { token: 't', kind: 'fcm' }],
		[{ id: 't', type: 'apns' }, { token: 't', kind: 'apns' }],
		[{ id: 'https://push', type: 'chrome', keys: { p256dh: 'p', auth: 'a' } }, { token: 'https://push', kind: 'webpush', keys: { p256dh: 'p', auth: 'a' } }],
	])('token %j', (tokenData, device) => {
		expect(parse({ type: 'token', objectId: '__dev', tokenData }).input.profiles).toEqual([{ position: 0, anonymousId: '__dev', ts: undefined, push: [device] }]);
	});

	it.each([
		[{ identity: 'u', FBID: '1' }, { user: 'u' }],
		[{ identity: 12 }, { user: 12 }],
		[{ FBID: '34' }, { user: 'FBID:34' }],
		[{ GPID: 56 }, { user: 'GPID:56' }],
		[{ objectId: '__x' }, { anonymousId: '__x' }],
	])('identities %j', (ids, expected) => {
		expect(parse({ type: 'event', evtName: 'x', ...ids }).input.events?.[0]).toMatchObject(expected);
	});

	it('keeps integers too large for a number digit for digit', () => {
		const body = parseJson('{"d":[{"type":"event","identity":12345678901234567890,"evtName":"x","evtData":{"ref":98765432109876543210,"f":1234567890.1234567,"n":9007199254740991}}]}');
		expect(parseCleverTap(body).input.events?.[0]).toMatchObject({ user: '12345678901234567890', properties: { ref: '98765432109876543210', f: 1234567890.1234567, n: 9007199254740991 } });
	});

	it.each([
		['no name', { type: 'event', identity: 'u' }, 509, /name is mandatory/],
		['a restricted event', { type: 'event', identity: 'u', evtName: 'app launched' }, 513, /restricted/],
		['nobody', { type: 'event', evtName: 'x' }, undefined, /identity, FBID, GPID and objectId/],
		['no type', { identity: 'u' }, undefined, /Type undefined is incorrect/],
		['no profile data', { type: 'profile', identity: 'u' }, undefined, /profileData/],
		['an unknown operator', { type: 'profile', identity: 'u', profileData: { a: { $push: 1 } } }, undefined, /unknown operator \$push/],
		['an increment by text', { type: 'profile', identity: 'u', profileData: { a: { $incr: '1' } } }, undefined, /not a number/],
		['a subscription that is none', { type: 'profile', identity: 'u', profileData: { 'MSG-sms': 'no' } }, undefined, /neither true nor false/],
		['too many values', { type: 'profile', identity: 'u', profileData: { a: { $set: Array.from({ length: 101 }, (_, i) => i) } } }, undefined, /more than 100/],
		['an unsupported token', { type: 'token', identity: 'u', tokenData: { id: 't', type: 'wns' } }, undefined, /"wns" is none of/],
		['a long key', { type: 'event', identity: 'u', evtName: 'x', evtData: { ['k'.repeat(121)]: 1 } }, undefined, /longer than 120/],
		['too many properties', { type: 'event', identity: 'u', evtName: 'x', evtData: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, i])) }, undefined, /at most 256/],
		['an unreadable time', { type: 'event', identity: 'u', evtName: 'x', ts: 'now' }, undefined, /UNIX time/],
		['no object', 7, undefined, /object/],
	])('refuses %s', (_name, record, code, reason) => {
		const { input, refusals, size, records } = parse(record, { type: 'event', identity: 'u', evtName: 'ok' });
		expect(refusals).toEqual([{ position: 0, reason: expect.stringMatching(reason), code }]);
		expect(input.events).toHaveLength(1);
		const answer = cleverTapAnswer(size, refusals, records) as { status: string; processed: number; unprocessed: object[] };
		expect(answer).toMatchObject({ status: 'partial', processed: 1, unprocessed: [{ status: 'fail', record, error: expect.stringMatching(/Skipped record number : 1$/) }] });
	});

	it('answers success and fail', () => {
		expect(cleverTapAnswer(2, [], [1, 2])).toEqual({ status: 'success', processed: 2, unprocessed: [] });
		expect(cleverTapAnswer(1, [{ position: 0, reason: 'No', code: 509 }], ['r'])).toEqual({
			status: 'fail',
			processed: 0,
			unprocessed: [{ status: 'fail', code: 509, error: 'No. Skipped record number : 1', record: 'r' }],
		});
	});

	it.each([
		[{}, 400],
		[{ d: Array.from({ length: 1_001 }, () => ({})) }, 413],
	])('refuses a body as a whole', (body, status) => {
		expect(() => parseCleverTap(body)).toThrow(expect.objectContaining({ status }));
	});
});
