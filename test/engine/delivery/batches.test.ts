import fc from 'fast-check';

import { attemptGroup, type AttemptOptions, type GroupResult } from '../../../engine/delivery/attempt';
import { Pacers } from '../../../engine/delivery/pace';
import { acceptAll, Notes, startNotes, type Note, type NotesSettings } from '../../support/batch-provider';
import { describeBatchContract } from '../../support/batch-contract';
import { attemptOptions } from '../../support/exchange';
import type { Answer } from '../../support/loopback';

const GROUP = 'g';
const notes = (count: number, from = 0): Note[] => Array.from({ length: count }, (_, index) => ({ id: `n${from + index}`, group: GROUP }));
const ids = (some: readonly Note[]) => some.map(({ id }) => id);

/** Sends notes at the same time, and writes down what each one's ledger is told. */
async function sendAll(providers: Notes[], some: Note[], context = attemptOptions<Note>(), ledgers = new Map<string, string[]>(), overrides: (note: Note) => Partial<AttemptOptions<Note>> = () => ({})) {
	const results = await Promise.allSettled(some.map(async (note) => {
		const told: string[] = [];
		ledgers.set(note.id, told);
		return await attemptGroup(providers, note, {
			...context.options,
			beforeRequest: async ({ label }) => void told.push(label),
			afterRefusal: async () => void told.push('-'),
			...overrides(note),
		});
	}));
	context.close();
	return { results, of: new Map(some.map(({ id }, index) => [id, results[index] as PromiseSettledResult<GroupResult>])), slept: context.slept };
}

const value = (result: PromiseSettledResult<GroupResult> | undefined) => (result?.status === 'fulfilled' ? result.value : result?.reason as Error);

describe('messages that share requests', () => {
	let server: Awaited<ReturnType<typeof startNotes>>;
	let answer: (ids: string[], path: string) => Answer | undefined;

	beforeEach(async () => {
		answer = (asked) => acceptAll(asked);
		server = await startNotes((asked, { url }) => answer(asked, url));
	});
	afterEach(async () => await server.close());

	const provider = (settings?: NotesSettings) => new Notes(server.url, settings);
	const sizes = () => server.asked().map(({ length }) => length);

	it('all that come together go together, at most 100 while a repetition could send twice', async () => {
		const { results } = await sendAll([provider()], notes(250));
		expect(results.map((result) => value(result))).toMatchObject(notes(250).map(() => ({ outcome: 'sent', provider: 'Notes', attempts: [{ outcome: 'sent' }] })));
		expect(sizes()).toEqual([100, 100, 50]);
		expect(server.asked().flat()).toEqual(ids(notes(250)));
	});

	it.each<[string, NotesSettings, number[]]>([
		['what the provider takes', { most: 30 }, [30, 30, 30, 10]],
		['more of an idempotent one', { most: 500, idempotent: true }, [100]],
		['one at a time', { most: 1 }, Array<number>(100).fill(1)],
	])('counts %s', async (_name, settings, expected) => {
		await sendAll([provider(settings)], notes(100));
		expect(sizes().sort((a, b) => b - a)).toEqual(expected);
	});

	it('a message that is alone goes at once, by the plain form', async () => {
		const took: number[] = [];
		for (let time = 0; time < 3; time++) {
			const begun = performance.now();
			const { results } = await sendAll([provider()], notes(1));
			took.push(performance.now() - begun);
			expect(value(results[0])).toMatchObject({ outcome: 'sent' });
		}
		expect(server.seen).toMatchObject(Array(3).fill({ url: '/one', body: 'n0' }));
		// The quickest: a busy machine makes single ones late.
		expect(Math.min(...took)).toBeLessThan(1_000);
	});

	it('those of different groups, those of none, and the same recipient do not go together', async () => {
		const mixed: Note[] = [{ id: 'a', group: '1', to: 'x' }, { id: 'b', group: '2', to: 'y' }, { id: 'c', group: '1', to: 'z' }, { id: 'd', to: 'u' }, { id: 'e', group: '1', to: 'x' }];
		await sendAll([provider({ byRecipient: true })], mixed);
		expect(server.asked().map((some) => some.join('')).sort()).toEqual(['ac', 'b', 'd', 'e']);
	});

	it('waits for those who are still being made, a few per turn of the loop', async () => {
		const context = attemptOptions<Note>();
		const one = provider();
		const results: Array<Promise<GroupResult>> = [];
		for (const note of notes(40)) {
			results.push(attemptGroup([one], note, context.options));
			if (results.length % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
		}
		await Promise.all(results);
		context.close();
		expect(sizes()).toEqual([40]);
	});

	it('stays within the bytes of a body', async () => {
		// ["n0","n1",...]: 5 bytes each.
		const { results } = await sendAll([provider({ maxBytes: 21 })], notes(10));
		expect(results.every((result) => result.status === 'fulfilled' && result.value.outcome === 'sent')).toBe(true);
		expect(server.asked().flat().sort()).toEqual(ids(notes(10)));
		for (const { body } of server.seen) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(21);
		expect(server.seen.length).toBeLessThanOrEqual(5);
	});

	it('a body that is too large with one message alone is the provider\'s to judge', async () => {
		await sendAll([provider({ maxBytes: 3 })], notes(2));
		expect(server.asked().flat().sort()).toEqual(['n0', 'n1']);
	});

	it('counts as one request for the pace', async () => {
		const paced = Object.assign(provider(), { requestsPerSecond: 1, concurrency: 1 });
		const begun = performance.now();
		await sendAll([paced], notes(100), attemptOptions<Note>({ pacers: new Pacers() }));
		expect(performance.now() - begun).toBeLessThan(30_000);
		expect(sizes()).toEqual([100]);
	});

	it('whoever cannot be made, or may not leave any more, stays behind alone', async () => {
		const ledgers = new Map<string, string[]>();
		const { of } = await sendAll([provider({ unmakeable: ['n1'] })], notes(5), undefined, ledgers, ({ id }) => (id === 'n3' ? { beforeRequest: async () => Promise.reject(new Error('taken over')) } : {}));
		expect(server.asked()).toEqual([['n0', 'n2', 'n4']]);
		expect(value(of.get('n1'))).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'invalid_request' }] });
		expect(of.get('n3')).toMatchObject({ status: 'rejected', reason: { message: 'taken over' } });
		expect(value(of.get('n4'))).toMatchObject({ outcome: 'sent' });
		expect(ledgers.get('n1')).toEqual([]);
	});

	it('makes no request where nobody may leave', async () => {
		const { results } = await sendAll([provider()], notes(3), undefined, undefined, () => ({ beforeRequest: async () => Promise.reject(new Error('too late')) }));
		expect(results).toMatchObject(Array(3).fill({ status: 'rejected', reason: { message: 'too late' } }));
		expect(server.seen).toEqual([]);
	});

	it('each has its own outcome; whom the answer does not mention is unknown; only the refused part moves on', async () => {
		const second = Object.assign(provider(), { label: 'Second' });
		const verdicts: Record<string, string> = { n0: 'sent', n1: 'request', n2: 'nobody', n3: 'transient' };
		answer = (asked) => (server.seen.length === 1 ? { status: 200, body: verdicts } : acceptAll(asked));
		const ledgers = new Map<string, string[]>();
		const { of } = await sendAll([provider(), second], notes(5), undefined, ledgers);
		expect(server.asked()).toEqual([ids(notes(5)), ['n1', 'n3']]);
		expect(value(of.get('n0'))).toMatchObject({ outcome: 'sent', provider: 'Notes' });
		expect(value(of.get('n1'))).toMatchObject({ outcome: 'sent', provider: 'Second', attempts: [{ refusal: 'request', detail: 'said ***' }, {}] });
		expect(value(of.get('n2'))).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient' });
		expect(value(of.get('n3'))).toMatchObject({ outcome: 'sent', provider: 'Second' });
		expect(value(of.get('n4'))).toMatchObject({ outcome: 'unknown', code: 'no_answer' });
		expect(ledgers.get('n1')).toEqual(['Notes', '-', 'Second']);
		expect(ledgers.get('n4')).toEqual(['Notes']);
	});

	it.each<[string, Answer | undefined, object]>([
		['silence', undefined, { outcome: 'unknown', code: 'timeout' }],
		['a 500', { status: 500 }, { outcome: 'unknown', code: 'http_500' }],
		['garbage', { status: 200, body: '{"' }, { outcome: 'unknown', code: 'unreadable' }],
		['refused credentials', { status: 401 }, { outcome: 'failed', reason: 'provider_auth', transient: true }],
		['429', { status: 429, headers: { 'Retry-After': '60' } }, { outcome: 'failed', reason: 'provider_unavailable', transient: true, retryAfterMs: 60_000 }],
	])('%s is everybody\'s, and nothing is halved', async (_name, said, expected) => {
		answer = () => said;
		const { results } = await sendAll([provider({ timeoutMs: 1_000 })], notes(4));
		expect(results.map((result) => value(result))).toMatchObject(Array(4).fill(expected));
		expect(sizes()).toEqual([4]);
	});

	it('those who were refused together come back together', async () => {
		answer = (asked) => (server.seen.length === 1 ? { status: 429 } : acceptAll(asked));
		let seed = 0;
		const { results } = await sendAll([provider({ retries: 1 })], notes(20), attemptOptions<Note>({
			random: () => (seed += 0.01),
			sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms / 10)),
		}));
		expect(results.map((result) => value(result))).toMatchObject(Array(20).fill({ outcome: 'sent' }));
		expect(sizes()).toEqual([20, 20]);
	});

	it('what may have left is not taken back when a repetition is refused for all', async () => {
		answer = () => (server.seen.length === 1 ? { status: 500 } : { status: 400 });
		const ledgers = new Map<string, string[]>();
		const { results } = await sendAll([provider({ idempotent: true, retries: 1 })], notes(2), undefined, ledgers);
		expect(results.map((result) => value(result))).toMatchObject(Array(2).fill({ outcome: 'unknown', code: 'http_500' }));
		for (const told of ledgers.values()) expect(told).not.toContain('-');
	});

	it('one request without an answer is one failure for the circuit breaker', async () => {
		answer = () => ({ status: 500 });
		const context = attemptOptions<Note>();
		const one = provider();
		for (let round = 0; round < 4; round++) await sendAll([one], notes(10, round * 10), { ...context, close: () => undefined });
		answer = (asked) => acceptAll(asked);
		const { results } = await sendAll([one], notes(10, 50), context);
		expect(value(results[0])).toMatchObject({ outcome: 'sent' });
	});

	it('a refusal of all is halved down to the bad ones, whatever it says of recipients', async () => {
		answer = (asked) => (asked.includes('n3') ? { status: 400, body: 'nobody' } : acceptAll(asked));
		const ledgers = new Map<string, string[]>();
		const { of } = await sendAll([provider()], notes(8), undefined, ledgers);
		expect(value(of.get('n3'))).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient' });
		expect([...of].filter(([id]) => id !== 'n3').map(([, result]) => value(result))).toMatchObject(Array(7).fill({ outcome: 'sent', attempts: [{ outcome: 'sent' }] }));
		expect(ledgers.get('n3')).toEqual(['Notes', '-', 'Notes', '-', 'Notes', '-', 'Notes']);
		expect(ledgers.get('n7')).toEqual(['Notes', '-', 'Notes']);
		expect(sizes().sort((a, b) => b - a)).toEqual([8, 4, 4, 2, 2, 1, 1]);
	});

	it.each([400, 409, 413, 414, 422, 431])('HTTP %i without words may be one message\'s fault', async (status) => {
		answer = (asked) => (asked.includes('n3') ? { status } : acceptAll(asked));
		const { of } = await sendAll([provider()], notes(4));
		expect(value(of.get('n3'))).toMatchObject({ outcome: 'failed', reason: 'provider_rejected' });
		expect(sizes().sort((a, b) => b - a)).toEqual([4, 2, 2, 1, 1]);
	});

	it('whichever are bad: each good one is accepted once, each bad one refused, by few requests, and nobody looks under way who is not', async () => {
		await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(99), { maxLength: 6 }), async (count, places) => {
			const bad = new Set(places.filter((place) => place < count).map((place) => `n${place}`));
			const accepted: string[] = [];
			const wrong: string[] = [];
			const ledgers = new Map<string, string[]>();
			const notUnderWay = (asked: string[]) => asked.filter((id) => ledgers.get(id)?.at(-1) !== 'Notes');
			const before = server.seen.length;
			answer = (asked) => {
				wrong.push(...notUnderWay(asked));
				if (asked.some((id) => bad.has(id))) return { status: 422 };
				accepted.push(...asked);
				return acceptAll(asked);
			};
			// A message that is told of another request must have been taken back after the last one.
			const twice = (note: Note): Partial<AttemptOptions<Note>> => ({
				beforeRequest: async ({ label }) => {
					const told = ledgers.get(note.id) as string[];
					if (told.at(-1) === 'Notes') wrong.push(note.id);
					told.push(label);
				},
			});
			const { of } = await sendAll([provider()], notes(count), undefined, ledgers, twice);
			expect(wrong).toEqual([]);
			expect(accepted.sort()).toEqual(ids(notes(count)).filter((id) => !bad.has(id)).sort());
			for (const [id, result] of of) expect([id, value(result)]).toMatchObject([id, bad.has(id) ? { outcome: 'failed', reason: 'provider_rejected' } : { outcome: 'sent' }]);
			expect(server.seen.length - before).toBeLessThanOrEqual(1 + 2 * bad.size * Math.ceil(Math.log2(count)));
		}), { numRuns: 25 });
	}, 60_000);
});

describeBatchContract('The provider of notes', {
	make: (baseUrl, settings) => new Notes(baseUrl, settings),
	messages: notes(4) as [Note, Note, Note, Note],
	mark: ({ id }) => id,
	accepted: (some) => ({ ...acceptAll(ids(some)), ids: some.map(() => 'n') }),
	lastOneRefused: (some) => ({ status: 200, body: Object.fromEntries(some.map(({ id }) => [id, id === 'n3' ? 'nobody' : 'sent'])), result: { outcome: 'recipient' } }),
	lastOneMissing: (some) => acceptAll(ids(some).slice(0, -1)),
});
