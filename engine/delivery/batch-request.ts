import type { Batching, HttpProvider, HttpRequest, ProviderOutcome } from '../channels/provider';
import { isWhateverIsIn } from '../channels/http/status';
import { askAlone, exchange, inTurn, prepared, type AskOptions } from './ask';

/** A message that shares a request with others. */
export interface Member<Message> {
	message: Message;
	options: AskOptions<Message>;
	/** What became of it. Not redacted. */
	resolve(outcome: ProviderOutcome): void;
	/** Nothing is known but that its ledger could not be told. */
	reject(error: unknown): void;
}

interface Ready<Message> {
	member: Member<Message>;
	part: unknown;
}

type Report = (outcome: ProviderOutcome) => void;

/** One outcome for all by words of the provider, or one for each. */
type Answer = { forAll: ProviderOutcome; status: number } | { forEach: ReadonlyArray<ProviderOutcome | undefined> };

const NOT_BUILT: ProviderOutcome = { outcome: 'refused', kind: 'request', code: 'invalid_request', detail: 'The request could not be built' };

const NOT_MENTIONED: ProviderOutcome = { outcome: 'unknown', code: 'no_answer', detail: 'The answer does not say what became of this message' };

/** What is left to do after a request: `few` were refused together, perhaps for a few of them, and `rest` did not fit in. */
interface Left<Message> {
	few: Array<Member<Message>>;
	rest: Array<Member<Message>>;
}

/**
 * Several messages in one request, which takes one turn and one admission. Every message is told to its ledger as if it went
 * alone: whoever may not leave any more stays behind. A refusal of all that a few of them may be to blame for is asked again
 * in halves, in turns of their own; until then all of them are taken back in the ledger, as nothing of them has left.
 */
export class BatchRequest<Message> {
	constructor(
		private readonly provider: HttpProvider<Message>,
		private readonly batch: Batching<Message>,
	) {}

	/** Resolves when each member is settled; never rejects. */
	async send(members: ReadonlyArray<Member<Message>>): Promise<void> {
		const [first] = members;
		if (!first) return;
		const { message, options } = first;
		try {
			if (members.length === 1) return first.resolve(await askAlone(this.provider, message, options));
			const left = await inTurn(this.provider, message, options, async (report) => await this.ask(members, report));
			if ('outcome' in left) return settle(members, () => left);
			const back = await all(left.few, async (member) => await member.options.afterRefusal?.());
			const half = Math.ceil(back.length / 2);
			await Promise.all([back.slice(0, half), back.slice(half), left.rest].map(async (some) => await this.send(some)));
		} catch (error) {
			// Of whoever is settled already this changes nothing.
			for (const { reject } of members) reject(error);
		}
	}

	/** One request at most. */
	private async ask(members: ReadonlyArray<Member<Message>>, report: Report): Promise<Left<Message>> {
		const { ready, rest, request } = this.fit(await this.prepare(members));
		const told = await all(ready.map(({ member }) => member), async ({ options }) => await options.beforeRequest(this.provider));
		const going = new Set(told);
		const complete = told.length === ready.length ? request : this.build(ready.filter(({ member }) => going.has(member)));
		if (told.length === 0 || !complete) {
			settle(told, () => NOT_BUILT);
			return { few: [], rest };
		}
		const answer = await this.exchange(complete, told);
		report(lesson('forAll' in answer ? [answer.forAll] : answer.forEach));
		if (!('forAll' in answer)) settle(told, (index) => answer.forEach[index] ?? NOT_MENTIONED);
		else if (told.length > 1 && mayBeFew(answer.forAll, answer.status)) return { few: told, rest };
		else settle(told, () => answer.forAll);
		return { few: [], rest };
	}

	/** What cannot be made of one message costs the others nothing. */
	private async prepare(members: ReadonlyArray<Member<Message>>): Promise<Array<Ready<Message>>> {
		const ready: Array<Ready<Message>> = [];
		for (const member of members) {
			const made = await prepared(async () => ({ part: await this.batch.part(member.message) }));
			if ('outcome' in made) member.resolve(made);
			else ready.push({ member, part: made.part });
		}
		return ready;
	}

	/** As many as the provider takes at once; the others are left for a later request. */
	private fit(prepared: Array<Ready<Message>>): { ready: Array<Ready<Message>>; rest: Array<Member<Message>>; request?: HttpRequest } {
		const { maxBytes = Infinity } = this.batch;
		for (let count = prepared.length; ; count = Math.ceil(count / 2)) {
			const ready = prepared.slice(0, count);
			const request = this.build(ready);
			const fits = request !== undefined && bytesOf(request) <= maxBytes;
			if (fits || count <= 1) return { ready, request, rest: prepared.slice(count).map(({ member }) => member) };
		}
	}

	/** Undefined where there is nobody, and where the provider cannot build it. */
	private build(ready: ReadonlyArray<Ready<Message>>): HttpRequest | undefined {
		try {
			return ready.length === 0 ? undefined : this.batch.request(ready.map(({ part }) => part), ready.map(({ member }) => member.message));
		} catch {
			return undefined;
		}
	}

	private async exchange(request: HttpRequest, going: ReadonlyArray<Member<Message>>): Promise<Answer> {
		const messages = going.map(({ message }) => message);
		const answer = await exchange<Message, Answer>(this.provider, request, (going[0] as Member<Message>).options, (response) => {
			const read = this.batch.read(response, messages);
			if ('outcome' in read) return { forAll: read, status: response.status };
			if (read.length > messages.length) throw new Error('More outcomes than messages');
			return { forEach: read };
		});
		// What did not come as far as the provider, and what nobody knows, none of the messages is to blame for.
		return 'outcome' in answer ? { forEach: messages.map(() => answer) } : answer;
	}
}

function settle<Message>(members: ReadonlyArray<Member<Message>>, outcome: (index: number) => ProviderOutcome): void {
	members.forEach((member, index) => member.resolve(outcome(index)));
}

/** Does the same for all at once, and returns those for whom it was done; the others are rejected with what went wrong. */
async function all<Message>(members: ReadonlyArray<Member<Message>>, work: (member: Member<Message>) => Promise<void>): Promise<Array<Member<Message>>> {
	const done = await Promise.all(members.map(async (member) => {
		try {
			await work(member);
			return [member];
		} catch (error) {
			member.reject(error);
			return [];
		}
	}));
	return done.flat();
}

/** Whether a refusal of all may be owed to some of them: not where the same request with fewer would be refused alike. */
function mayBeFew(outcome: ProviderOutcome, status: number): boolean {
	if (outcome.outcome === 'recipient') return true;
	return outcome.outcome === 'refused' && outcome.kind === 'request' && !outcome.repeatNow && !isWhateverIsIn(status);
}

/** What the circuit breaker learns of a request: when to pause, else whether the provider works. */
function lesson(outcomes: ReadonlyArray<ProviderOutcome | undefined>): ProviderOutcome {
	const known = outcomes.filter((outcome) => outcome !== undefined);
	const pause = known.find((one) => one.outcome === 'refused' && one.kind === 'transient' && one.retryAfterMs !== undefined && !one.aboutRecipient);
	const works = known.find((one) => one.outcome === 'sent' || one.outcome === 'recipient' || (one.outcome === 'refused' && one.kind === 'request'));
	return pause ?? works ?? known[0] ?? NOT_MENTIONED;
}

function bytesOf({ bytes, body = '' }: HttpRequest): number {
	return bytes?.length ?? Buffer.byteLength(body);
}
