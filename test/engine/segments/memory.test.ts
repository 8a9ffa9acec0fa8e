import { bucketOf, matches, type Rule } from '../../../engine/segments';

const context = { now: Date.UTC(2026, 10, 22, 12), zone: 'UTC' };
const bought: Rule = { event: 'Charged', did: true, when: { last: 1, unit: 'days' }, where: [{ property: 'item.sku', is: 'equals', value: 7 }] };

test('events may carry ISO times and nested properties', async () => {
	const event = { name: 'CHARGED ', ts: '2026-11-21T12:00:00Z', properties: { item: { sku: '7' } } };
	expect(await matches(bought, { profile: {}, events: [event], ...context })).toBe(true);
	expect(await matches(bought, { profile: {}, events: [event], ...context, now: context.now + 1 })).toBe(false);
	expect(await matches(bought, { profile: {}, ...context })).toBe(false);
});

test('well-known fields win over properties of the same name, and nobody has opted out unsaid', async () => {
	const profile = { id: 'u1', email: null, properties: { email: 'x@x.example', 'optedOut.sms': true, id: 'other' } };
	const holds = async (rule: Rule) => await matches(rule, { profile, ...context });
	expect(await holds({ profile: 'email', is: 'exists' })).toBe(false);
	expect(await holds({ profile: 'id', is: 'equals', value: 'u1' })).toBe(true);
	expect(await holds({ profile: 'optedOut.sms', is: 'equals', value: false })).toBe(true);
	expect(await holds({ profile: 'optedOut.fax', is: 'exists' })).toBe(false);
});

test('lists are those of the profile', async () => {
	const ask = async (lists: string[]) => await matches({ list: 'l1' }, { profile: { lists }, ...context });
	expect(await ask(['l0', 'l1'])).toBe(true);
	expect(await ask([])).toBe(false);
});

test('what cannot be answered is refused', async () => {
	const ask = async (rule: unknown, rest = {}) => await matches(rule as Rule, { profile: {}, ...context, ...rest });
	await expect(ask({ bucket: { from: 0, to: 1 } })).rejects.toMatchObject({ code: 'bucket_unknown' });
	await expect(ask({ list: 'l1' })).rejects.toMatchObject({ code: 'list_unknown' });
	await expect(ask({ segment: 'VIP' })).rejects.toMatchObject({ code: 'unresolved_segment' });
	await expect(ask({ al: [] })).rejects.toMatchObject({ code: 'invalid_rule' });
	await expect(ask(bought, { events: [{ name: 'Charged', ts: 'yesterday' }] })).rejects.toMatchObject({ code: 'invalid_time' });
	await expect(ask({ profile: 'a', is: 'on', value: '2026-01-01' }, { profile: { properties: { a: 1 } }, zone: 'Nowhere' })).rejects.toMatchObject({ code: 'unknown_zone' });
});

test('buckets are even, and differ for neighbouring keys', () => {
	const counts = new Array<number>(1000).fill(0);
	for (let key = 0; key < 200_000; key++) {
		const bucket = bucketOf(key);
		counts[bucket] = (counts[bucket] as number) + 1;
	}
	expect(Math.min(...counts)).toBeGreaterThan(120);
	expect(Math.max(...counts)).toBeLessThan(280);
	expect([bucketOf(0), bucketOf(2 ** 32 - 1)].every((bucket) => bucket >= 0 && bucket <= 999)).toBe(true);
});
