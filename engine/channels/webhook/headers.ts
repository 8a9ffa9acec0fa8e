import { CampaignError } from '../../errors';
import { checkHeaderNames } from '../http/headers';

/** Headers of the protocol: by them receivers tell repetitions and know the sender. */
const OF_PROTOCOL = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** Tells a test from a call that counts. */
export const TEST_HEADER = 'x-campaigns-test';

/** Whether a header belongs to the protocol, so that no message can set it. */
export function isProtocolHeader(name: string): boolean {
	return OF_PROTOCOL.includes(name.toLowerCase());
}

/** Throws a CampaignError when a call cannot have one of these headers: of the operator, and of the credential. */
export function checkWebhookHeaders(names: readonly string[]): void {
	const own = names.find((name) => isProtocolHeader(name) || name.toLowerCase() === TEST_HEADER);
	if (own !== undefined) throw new CampaignError('webhook_header', `The header ${own} is set by the node itself`, 'Remove it. Receivers tell repetitions, tests and the signature by it.');
	checkHeaderNames(names, 'webhook_header');
}
