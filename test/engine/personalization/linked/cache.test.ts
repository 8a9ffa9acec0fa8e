import { AnswerCache, type Asked } from '../../../../engine/personalization/linked/cache';

const answer = (text: string, bytes = 100): Asked<string> => ({ ok: true, answer: text, bytes });

describe('AnswerCache', () => {
	let now = 0;
	let asked: string[];
	beforeEach(() => {
		now = 1_000;
		asked = [];
	});
	const get = async (cache: AnswerCache<string>, key: string, { maxAgeMs = 10_000, gives = answer(key) } = {}) =>
		await cache.get(key, maxAgeMs, () => now, async () => {
			asked.push(key);
			await new Promise((resolve) => setImmediate(resolve));
			return gives;
		});

	it('makes a request once for all who want it at the same time', async () => {
		const cache = new AnswerCache<string>(10_000);
		const all = await Promise.all([get(cache, 'a'), get(cache, 'a'), get(cache, 'b'), get(cache, 'a')]);
		expect(asked).toEqual(['a', 'b']);
		expect(all).toEqual([answer('a'), answer('a'), answer('b'), answer('a')]);
	});

	it('uses an answer as long as whoever asks allows', async () => {
		const cache = new AnswerCache<string>(10_000);
		await get(cache, 'a');
		now += 9_999;
		await get(cache, 'a');
		expect(asked).toEqual(['a']);
		await get(cache, 'a', { maxAgeMs: 5_000 });
		expect(asked).toEqual(['a', 'a']);
		now += 10_000;
		await get(cache, 'a');
		expect(asked).toHaveLength(3);
	});

	it('keeps those used last, within its bytes', async () => {
		const cache = new AnswerCache<string>(1_300);
		for (const key of ['a', 'b', 'a', 'c']) await get(cache, key);
		asked = [];
		for (const key of ['a', 'c', 'b']) await get(cache, key);
		expect(asked).toEqual(['b']);
	});

	it('does not keep what is larger than all of it', async () => {
		const cache = new AnswerCache<string>(1_300);
		await get(cache, 'a');
		await get(cache, 'huge', { gives: answer('huge', 5_000) });
		await get(cache, 'huge', { gives: answer('huge', 5_000) });
		await get(cache, 'a');
		expect(asked).toEqual(['a', 'huge', 'huge']);
	});

	it('believes a final failure for a minute, and asks again after one that may pass', async () => {
		const cache = new AnswerCache<string>(10_000);
		const failure = (final: boolean): Asked<string> => ({ ok: false, detail: 'no', final });
		for (const _ of [1, 2]) {
			await get(cache, 'passing', { gives: failure(false) });
			await get(cache, 'final', { gives: failure(true), maxAgeMs: 3_600_000 });
		}
		expect(asked).toEqual(['passing', 'final', 'passing']);
		now += 60_000;
		await get(cache, 'final', { maxAgeMs: 3_600_000 });
		expect(asked).toHaveLength(4);
	});
});
