import { ThreadTransport } from '../channels/http/thread-transport';
import type { HttpTransport } from '../channels/http/transport';
import { InvalidRecipient, NotReady, type DirectProvider, type HttpProvider, type HttpRequest, type HttpResponse, type Provider, type ProviderOutcome } from '../channels/provider';
import { CampaignError } from '../errors';
import { processBreakers, type Block, type Breakers, type CircuitBreaker } from './breaker';
import type { AheadOfRequest } from './message-mark';
import { processPacers, type Pacers } from './pace';

export interface AskOptions<Message> {
	/** Called just before each request, when nothing has left yet: the ledger writes `sending`. If it throws, no request is made with this message, and the error comes out. */
	beforeRequest(provider: Provider<Message>): Promise<void>;
	/** May be called in its place, in two steps: some time before the request, and as it leaves. Whoever wraps the one wraps the other. */
	ahead?: AheadOfRequest;
	/** Called when the message was definitely refused and has to wait for its next request: until then nothing is under way. */
	afterRefusal?(): Promise<void>;
	/** Epoch milliseconds. */
	now(): number;
	/** Default: those of the process. */
	transport?: Pick<HttpTransport, 'send'>;
	pacers?: Pacers;
	breakers?: Breakers;
}

const processTransport = new ThreadTransport();

/** The connections of this process, opened at the first use. */
export function sharedTransport(): Pick<HttpTransport, 'send'> {
	return processTransport;
}

export function breakerOf<Message>(provider: Provider<Message>, message: Message, options: AskOptions<Message>): CircuitBreaker {
	return (options.breakers ?? processBreakers).of(provider, message);
}

export function blockedOutcome({ kind, code, retryAfterMs }: Block): ProviderOutcome {
	const detail = code === 'throttled' ? 'Not asked: the provider wants to be left alone for a while (Retry-After)' : 'Not asked: the last requests to this provider failed';
	return { outcome: 'refused', kind, code, detail, retryAfterMs };
}

/**
 * One message by a request of its own, when pace and circuit breaker allow it. Not redacted. Where it can be told later
 * which requests have begun, what comes before them is done for the next while others have their turn.
 */
export async function askAlone<Message>(provider: Provider<Message>, message: Message, options: AskOptions<Message>): Promise<ProviderOutcome> {
	const { ahead, pacers = processPacers } = options;
	const getReady = async () => await prepared(async () => await prepare(provider, message, options));
	const make = async (ready: Ready, report: (outcome: ProviderOutcome) => void) => {
		const begun = performance.now();
		const outcome = await ready.make();
		pacers.noteAnswer(provider, performance.now() - begun);
		report(outcome);
		return outcome;
	};
	const allInTurn = async () =>
		await inTurn(provider, message, options, async (report) => {
			const ready = await getReady();
			if ('outcome' in ready) return ready;
			await options.beforeRequest(provider);
			return await make(ready, report);
		});
	const mayGoAhead = () => ahead?.isPossible() === true && pacers.mayGoAhead(provider);
	if (!ahead || !mayGoAhead()) return await allInTurn();
	return await pacers.ahead(provider, async () => {
		// By now it may be known that answers take long.
		if (!mayGoAhead()) return await allInTurn();
		const ready = await getReady();
		if ('outcome' in ready) return ready;
		await ahead.mark();
		return await inTurn(provider, message, options, async (report) => {
			await ahead.leave();
			return await make(ready, report);
		});
	});
}

interface Ready {
	make(): Promise<ProviderOutcome>;
}

/**
 * Runs `ask`, which makes one request at most, when the pace of the provider allows it. While the circuit breaker does not, it
 * is not run, and the refusal is returned in its place.
 * @param message one of those that the request is for
 * @param ask calls `report` with what the circuit breaker is to learn of the request; not at all if none was made
 */
export async function inTurn<Message, Result>(
	provider: Provider<Message>,
	message: Message,
	options: AskOptions<Message>,
	ask: (report: (outcome: ProviderOutcome) => void) => Promise<Result>,
): Promise<Result | ProviderOutcome> {
	const breaker = breakerOf(provider, message, options);
	return await (options.pacers ?? processPacers).run(provider, async () => {
		const admission = breaker.enter(options.now());
		if (!admission.admitted) return blockedOutcome(admission.block);
		let reported: ProviderOutcome | undefined;
		try {
			return await ask((outcome) => (reported = outcome));
		} finally {
			breaker.leave(admission.probe, options.now(), reported);
		}
	});
}

/** All that can fail before anything leaves is done now. */
async function prepare<Message>(provider: Provider<Message>, message: Message, options: AskOptions<Message>): Promise<Ready> {
	if ('deliver' in provider) {
		await provider.prepare?.(message);
		return { make: async () => await deliverDirectly(provider, message) };
	}
	const request = await provider.request(message);
	return { make: async () => await exchange(provider, request, options, (response) => provider.read(response, message)) };
}

/** What `make` makes, or why it cannot be made: the message is refused without a request. Only our own errors are known to carry no secret. */
export async function prepared<Ready>(make: () => Promise<Ready>): Promise<Ready | ProviderOutcome> {
	try {
		return await make();
	} catch (error) {
		if (error instanceof NotReady) return error.refusal;
		if (error instanceof InvalidRecipient) return invalidRecipient(error.code, error.message);
		if (!(error instanceof CampaignError)) return { outcome: 'refused', kind: 'request', code: 'invalid_request', detail: 'The request could not be built' };
		// A provider that is not set up is the operator's to mend, like refused credentials: the message can wait for it.
		const kind = error.code === 'misconfigured' ? 'auth' : 'request';
		return { outcome: 'refused', kind, code: error.code, detail: [error.message, error.hint].filter(Boolean).join('. ') };
	}
}

async function deliverDirectly<Message>(provider: DirectProvider<Message>, message: Message): Promise<ProviderOutcome> {
	try {
		return await provider.deliver(message);
	} catch {
		return { outcome: 'unknown', code: 'unreadable', detail: 'What became of the message could not be read' };
	}
}

/** Makes one request. What `read` makes of a complete answer, or what became of a request without one. */
export async function exchange<Message, Read>(
	provider: HttpProvider<Message>,
	request: HttpRequest,
	options: Pick<AskOptions<Message>, 'transport'>,
	read: (response: HttpResponse) => Read,
): Promise<Read | ProviderOutcome> {
	const { timeoutMs, allowPrivate = true } = provider;
	const exchanged = await (options.transport ?? sharedTransport()).send(request, { timeoutMs, allowPrivate });
	if (exchanged.kind === 'refused') {
		if (exchanged.code === 'private_address' && provider.isUrlOfRecipient) return invalidRecipient(exchanged.code, exchanged.detail);
		return { outcome: 'refused', kind: exchanged.transient ? 'transient' : 'request', code: exchanged.code, detail: exchanged.detail };
	}
	if (exchanged.kind === 'unknown') return { outcome: 'unknown', code: exchanged.code, detail: exchanged.detail };
	try {
		return read(exchanged.response);
	} catch {
		return { outcome: 'unknown', code: 'unreadable', detail: `The answer (HTTP ${exchanged.response.status}) could not be read` };
	}
}

function invalidRecipient(code: string, detail: string): ProviderOutcome {
	return { outcome: 'recipient', reason: 'invalid_recipient', code, detail };
}
