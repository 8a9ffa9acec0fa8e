import type { Batching, HttpProvider } from '../../engine/channels/provider';
import { attemptGroup, type GroupResult } from '../../engine/delivery/attempt';
import { attemptOptions } from './exchange';
import { startLoopback, type Answer, type SeenRequest } from './loopback';
import { WORDLESS } from './provider-contract';

export interface BatchContract<M> {
	/** Makes the provider for a server at `baseUrl`. */
	make(baseUrl: string, settings?: { timeoutMs: number }): HttpProvider<M>;
	/** Four messages that go in one request. */
	messages: readonly [M, M, M, M];
	/** How a message is found in the body of a request, whichever its form. */
	mark(message: M): string;
	/** What the provider answers when it accepts the messages of a request, and the id each then has. */
	accepted(messages: readonly M[], seen: SeenRequest): Answer & { ids: Array<string | null> };
	/** An answer that tells of each message: all were accepted but the last, of which it says this. Absent: one answer is for all. */
	lastOneRefused?(messages: readonly M[]): Answer & { result: object };
	/** An answer that accepts all and does not mention the last. Absent: one answer is for all. */
	lastOneMissing?(messages: readonly M[]): Answer;
	/** How the API refuses a request for one bad message in it. Default: 400 without words. */
	refused?: Answer;
}

type Sent<M> = { results: GroupResult[]; asked: M[][]; seen: SeenRequest[] };

/** What every provider must do that takes several messages in one request, over the real transport. */
export function describeBatchContract<M>(name: string, contract: BatchContract<M>): void {
	const { make, messages, mark, refused = { status: 400 } } = contract;
	const [, bad] = messages;

	/** Sends the four at the same time to a server that answers what `answer` says. */
	async function sendAll(answer: (asked: M[], seen: SeenRequest, nth: number) => Answer | undefined, timeoutMs = 5_000): Promise<Sent<M>> {
		const asked: M[][] = [];
		const server = await startLoopback((seen, reply) => {
			const some = messages.filter((message) => seen.body.includes(mark(message)) || seen.body.includes(encodeURIComponent(mark(message))));
			const said = answer(some, seen, asked.push(some));
			if (said) reply(said);
		});
		const { options, close } = attemptOptions<M>();
		const provider = make(server.url, { timeoutMs });
		try {
			const results = await Promise.all(messages.map(async (message) => await attemptGroup([provider], message, options)));
			return { results, asked, seen: server.seen };
		} finally {
			close();
			await server.close();
		}
	}

	const each = (expected: object) => messages.map(() => expected);

	describe(`${name} keeps to what every provider of several messages per request must do`, () => {
		it('all go in one request, and each is sent', async () => {
			let ids: Array<string | null> = [];
			const { results, asked } = await sendAll((some, seen) => {
				const { ids: given, ...answer } = contract.accepted(some, seen);
				ids = given;
				return answer;
			});
			expect(asked).toEqual([messages]);
			expect(results).toMatchObject(ids.map((providerId) => ({ outcome: 'sent', providerId, attempts: [{ outcome: 'sent' }] })));
			expect(results).toHaveLength(messages.length);
		});

		it('they fit together', () => {
			const batch = make('http://127.0.0.1:9').batch as Batching<M>;
			expect(batch.most).toBeGreaterThanOrEqual(messages.length);
			expect(new Set(messages.map((message) => batch.key(message))).size).toBe(1);
		});

		it('a request that is refused for one of them is halved down to that one; the others are sent once', async () => {
			const accepted: M[] = [];
			const { results, asked } = await sendAll((some, seen) => {
				if (some.includes(bad)) return refused;
				accepted.push(...some);
				// The plain form's acceptance is not this contract's: whoever is left alone hears nothing of use here.
				return some.length === 1 ? { status: 500 } : contract.accepted(some, seen);
			});
			expect(asked.map((some) => some.length)).toEqual([4, 2, 2, 1, 1]);
			expect(results.map(({ outcome }) => outcome)).toEqual(['unknown', results[1]?.outcome, 'sent', 'sent']);
			expect(['failed', 'recipient']).toContain(results[1]?.outcome);
			expect(accepted.map(mark).sort()).toEqual(messages.filter((message) => message !== bad).map(mark).sort());
		});

		it('a silent server leaves all unknown, asked once', async () => {
			const { results, asked } = await sendAll(() => undefined, 1_000);
			expect(results).toMatchObject(each({ outcome: 'unknown', code: 'timeout' }));
			expect(asked).toHaveLength(1);
		});

		it.each([500, 502, 503, 504, 599])('HTTP %i without words of the provider leaves all unknown', async (status) => {
			const { results, asked } = await sendAll(() => ({ status, body: 'Bad gateway' }));
			expect(results).toMatchObject(each({ outcome: 'unknown' }));
			expect(asked).toHaveLength(1);
		});

		it.each(WORDLESS)('a 2xx that says %j leaves all unknown', async (body) => {
			const { results, asked } = await sendAll(() => ({ status: 200, body }));
			expect(results).toMatchObject(each({ outcome: 'unknown' }));
			expect(asked).toHaveLength(1);
		});

		it('429 is a passing refusal of all, with its Retry-After', async () => {
			const { results, asked } = await sendAll(() => ({ status: 429, headers: { 'Retry-After': '30' } }));
			expect(results).toMatchObject(each({ outcome: 'failed', reason: 'provider_unavailable', transient: true, retryAfterMs: 30_000 }));
			expect(asked).toHaveLength(1);
		});

		it('401 is about the account, and is not halved', async () => {
			const { results, asked } = await sendAll(() => ({ status: 401 }));
			expect(results).toMatchObject(each({ outcome: 'failed', reason: 'provider_auth' }));
			expect(asked).toHaveLength(1);
		});

		it.each([302, 308, 404, 405])('HTTP %i is no message\'s fault: all are refused at once', async (status) => {
			const { results, asked } = await sendAll(() => ({ status, ...(status < 400 && { headers: { Location: 'https://elsewhere.example/' } }) }));
			expect(results).toMatchObject(each({ outcome: 'failed', reason: 'provider_rejected', transient: false }));
			expect(asked).toHaveLength(1);
		});

		it('an acceptance with a status of failure is not believed', async () => {
			const { results } = await sendAll((some, seen, nth) => ({ ...(nth === 1 ? contract.accepted(some, seen) : {}), status: 500 }));
			expect(results).toMatchObject(each({ outcome: 'unknown' }));
		});

		const { lastOneRefused, lastOneMissing } = contract;
		if (lastOneRefused) it('each has the outcome that the answer gives it', async () => {
			let last = {};
			const { results, asked } = await sendAll((some) => {
				const { result, ...answer } = lastOneRefused(some);
				last = result;
				return answer;
			});
			expect(results).toMatchObject([{ outcome: 'sent' }, { outcome: 'sent' }, { outcome: 'sent' }, last]);
			expect(asked).toHaveLength(1);
		});

		if (lastOneMissing) it('whom the answer does not mention is unknown', async () => {
			const { results, asked } = await sendAll((some) => lastOneMissing(some));
			expect(results[3]).toMatchObject({ outcome: 'unknown' });
			for (const { outcome } of results) expect(['sent', 'unknown']).toContain(outcome);
			expect(asked).toHaveLength(1);
		});

		it('what the server says shows no secret', async () => {
			const provider = make('http://127.0.0.1:9');
			const { results } = await sendAll((_some, { headers, body, url }) => ({ status: 400, body: JSON.stringify([headers, body, url]) }));
			for (const secret of provider.secrets ?? []) expect(JSON.stringify(results)).not.toContain(secret);
		});
	});
}
