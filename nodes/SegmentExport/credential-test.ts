import type { ICredentialTestFunction } from 'n8n-workflow';

import { SegmentExport, type SegmentConfig } from '../../engine/channels/export/segment';
import { redact } from '../../engine/channels/http/redact';
import { sharedTransport } from '../../engine/delivery/ask';

const TIMEOUT_MS = 10_000;

/**
 * Test of a Campaigns Segment credential: makes a call about nobody, which is answered and dropped. Segment answers alike
 * whether it knows the write key or not.
 */
export const campaignsSegmentTest: ICredentialTestFunction = async function (credential) {
	const config = (credential.data ?? {}) as unknown as Pick<SegmentConfig, 'writeKey' | 'region' | 'baseUrl'>;
	try {
		const provider = new SegmentExport({ ...config, label: 'Segment', now: Date.now });
		const exchange = await sharedTransport().send(provider.testRequest(), { timeoutMs: TIMEOUT_MS, allowPrivate: true });
		if (exchange.kind !== 'response') return { status: 'Error', message: redact(exchange.detail, provider.secrets) };
		const outcome = provider.read(exchange.response);
		if (outcome.outcome === 'sent') return { status: 'OK', message: 'The server can be reached. Segment does not say whether it knows a write key: look for the first calls in the Debugger of the source.' };
		const said = 'detail' in outcome ? outcome.detail : '';
		// Servers that look at calls at once refuse one about nobody, after they have looked at the key.
		if (exchange.response.status === 400 && /user_?-?id|anonymous_?-?id/i.test(said)) return { status: 'OK', message: 'The server can be reached' };
		return { status: 'Error', message: redact(`The server has answered ${exchange.response.status}: ${said}`, provider.secrets) };
	} catch (error) {
		return { status: 'Error', message: (error as Error).message };
	}
};
