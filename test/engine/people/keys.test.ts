import { ManualClock } from '../../../engine/clock';
import { CollectorKeys, RateLimiter, readCredentials } from '../../../engine/people/keys';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

describe('CollectorKeys', () => {
	const keys = new CollectorKeys({ publicKey: 'pub', serverKey: 'srv:with:colon', accountId: 'ACC', passcode: 'pass' });
	const none = new CollectorKeys({ publicKey: '', serverKey: undefined, accountId: 'ACC' });

	it.each<[string, Record<string, string>, unknown, string | undefined]>([
		['public, basic', basic('pub:'), undefined, 'public'],
		['public, body', {}, 'pub', 'public'],
		['public, bearer', { authorization: 'Bearer pub' }, undefined, 'public'],
		['server, body', {}, 'srv:with:colon', 'server'],
		['server, bearer in small letters', { authorization: 'bearer srv:with:colon' }, undefined, 'server'],
		['a wrong header is not saved by the body', basic('nope:'), 'pub', undefined],
		['nothing', {}, undefined, undefined],
		['empty', basic(':'), '', undefined],
		['a prefix', basic('pu:'), undefined, undefined],
		['a body key that is no text', {}, { pub: 1 }, undefined],
		['garbage', { authorization: 'Basic' }, undefined, undefined],
	])('%s', (_name, headers, bodyKey, level) => {
		const credentials = readCredentials(headers, bodyKey);
		expect(keys.verifyWriteKey(credentials)).toBe(level);
		expect(none.verifyWriteKey(credentials)).toBeUndefined();
	});

	it.each([
		['ACC', 'pass', 'server'],
		['ACC', 'wrong', undefined],
		['other', 'pass', undefined],
		['', '', undefined],
		['ACC', undefined, undefined],
	])('account %s, passcode %s', (accountId, passcode, level) => {
		const credentials = readCredentials({ 'x-clevertap-account-id': accountId, 'x-clevertap-passcode': passcode });
		expect(keys.verifyAccount(credentials)).toBe(level);
		expect(none.verifyAccount(credentials)).toBeUndefined();
	});

	it('keeps no key readable', () => {
		expect(JSON.stringify(keys)).not.toMatch(/"pub"|srv:with|"pass"/);
	});
});

describe('RateLimiter', () => {
	it('lets a burst through, then so much per second; each level for itself', () => {
		const clock = new ManualClock(0);
		const limiter = new RateLimiter(clock, { public: { perSecond: 10, burst: 100 }, server: { perSecond: 1, burst: 1 } });
		expect(limiter.take('public', 60)).toBe(0);
		expect(limiter.take('public', 40)).toBe(0);
		expect(limiter.take('public', 5)).toBe(500);
		expect(limiter.take('server', 1)).toBe(0);
		clock.advance(499);
		expect(limiter.take('public', 5)).toBe(1);
		clock.advance(1);
		expect(limiter.take('public', 5)).toBe(0);
		expect(limiter.take('public', 1)).toBe(100);
		clock.advance(3_600_000);
		expect(limiter.take('public', 100)).toBe(0);
		expect(limiter.take('public', 1)).toBe(100);
	});

	it('takes more than a burst at once from a full bucket, and never grows when the clock goes back', () => {
		const clock = new ManualClock(1_000);
		const limiter = new RateLimiter(clock, { public: { perSecond: 10, burst: 100 }, server: { perSecond: 1, burst: 1 } });
		expect(limiter.take('public', 500)).toBe(0);
		clock.set(0);
		expect(limiter.take('public', 10)).toBe(1_000);
	});
});
