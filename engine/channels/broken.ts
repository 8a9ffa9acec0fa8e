import { CampaignError } from '../errors';
import type { HttpRequest, HttpProvider, ProviderOutcome } from './provider';

/**
 * Stands in a group for a provider that could not be set up (missing credential, wrong setting), so that the others
 * still work and the broken one shows in every outcome. It never makes a request.
 */
export class BrokenProvider<Message> implements HttpProvider<Message> {
	readonly kind = 'misconfigured';

	readonly idempotent = false;

	readonly timeoutMs = 0;

	constructor(
		readonly label: string,
		private readonly why: string,
		/** The kind it would have, where that is known. */
		readonly standsFor?: string,
	) {}

	request(): HttpRequest {
		throw new CampaignError('misconfigured', this.why);
	}

	read(): ProviderOutcome {
		return { outcome: 'refused', kind: 'auth', code: 'misconfigured', detail: this.why };
	}
}
