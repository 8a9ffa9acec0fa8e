import type { Batching, HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../../engine/channels/provider';
import { describe, refusal, refusalKind } from '../../engine/channels/http/status';
import { startLoopback, type Answer, type Loopback, type SeenRequest } from './loopback';

/** A message of the provider below; those of one group may share a request. */
export interface Note {
	id: string;
	to?: string;
	group?: string;
}

export interface NotesSettings {
	most?: number;
	maxBytes?: number;
	retries?: number;
	timeoutMs?: number;
	idempotent?: boolean;
	/** Recipients tell the messages of an answer apart. */
	byRecipient?: true;
	/** Ids of which nothing can be made. */
	unmakeable?: readonly string[];
}

/**
 * A provider that takes notes, alone as a text or several as a list of them. Of a list it hears `{"<id>": "<verdict>"}`, or one
 * refusal for all.
 */
export class Notes implements HttpProvider<Note> {
	readonly kind = 'notes';
	readonly label = 'Notes';
	readonly secrets = ['very-secret-key'];
	readonly idempotent: boolean;
	readonly retries: number;
	readonly timeoutMs: number;
	readonly batch: Batching<Note, string>;

	constructor(
		private readonly url: string,
		{ most = 500, maxBytes, retries = 0, timeoutMs = 2_000, idempotent = false, byRecipient, unmakeable = [] }: NotesSettings = {},
	) {
		this.idempotent = idempotent;
		this.retries = retries;
		this.timeoutMs = timeoutMs;
		this.batch = {
			most,
			maxBytes,
			key: ({ group }) => group,
			...(byRecipient && { recipient: ({ to = '' }: Note) => to }),
			part: ({ id }) => {
				if (unmakeable.includes(id)) throw new Error('Nothing can be made of it');
				return id;
			},
			request: (parts) => this.post('/many', JSON.stringify(parts)),
			read: (response, notes) => {
				if (response.status !== 200) return this.whole(response);
				const verdicts = JSON.parse(response.body) as Record<string, string>;
				return notes.map(({ id }) => one(verdicts[id], response));
			},
		};
	}

	request({ id }: Note): HttpRequest {
		return this.post('/one', id);
	}

	read(response: HttpResponse): ProviderOutcome {
		return response.status === 200 ? { outcome: 'sent', providerId: response.body } : this.whole(response);
	}

	private whole(response: HttpResponse): ProviderOutcome {
		if (response.body === 'nobody') return { outcome: 'recipient', reason: 'invalid_recipient', code: 'nobody', detail: 'There is nobody' };
		const kind = refusalKind(response.status);
		const code = `http_${response.status}`;
		return kind ? refusal(kind, code, describe(response), response) : { outcome: 'unknown', code, detail: describe(response) };
	}

	private post(path: string, body: string): HttpRequest {
		return { method: 'POST', url: `${this.url}${path}`, headers: { authorization: 'very-secret-key' }, body };
	}
}

function one(verdict: string | undefined, response: HttpResponse): ProviderOutcome | undefined {
	if (verdict === undefined) return undefined;
	if (verdict === 'sent') return { outcome: 'sent', providerId: 'n' };
	if (verdict === 'nobody') return { outcome: 'recipient', reason: 'invalid_recipient', code: 'nobody', detail: 'There is nobody' };
	return refusal(verdict as 'request', verdict, `said very-secret-key`, response);
}

/** Who a request asks for. */
export function askedFor({ url, body }: SeenRequest): string[] {
	return url === '/many' ? (JSON.parse(body) as string[]) : [body];
}

/** A server for notes. `answer` may be silent. */
export async function startNotes(answer: (ids: string[], seen: SeenRequest) => Answer | undefined): Promise<Loopback & { asked(): string[][] }> {
	const server = await startLoopback((seen, reply) => {
		const said = answer(askedFor(seen), seen);
		if (said) reply(said);
	});
	return { ...server, asked: () => server.seen.map(askedFor) };
}

/** The answer that accepts all. */
export function acceptAll(ids: readonly string[]): Answer {
	return { status: 200, body: Object.fromEntries(ids.map((id) => [id, 'sent'])) };
}
