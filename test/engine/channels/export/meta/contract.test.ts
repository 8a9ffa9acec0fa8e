import { MetaAccount } from '../../../../../engine/channels/export/meta/account';
import { MetaPeople, type PersonOfAudience } from '../../../../../engine/channels/export/meta/people';
import { describeBatchContract } from '../../../../support/batch-contract';
import { describeProviderContract } from '../../../../support/provider-contract';

const TOKEN = 'EAAB-token+0123';
const SECRET = 'app-secret-0123';

const make = (baseUrl: string, settings: { timeoutMs?: number } = {}) =>
	new MetaPeople({ label: 'Meta', account: new MetaAccount({ accessToken: TOKEN, appSecret: SECRET, adAccountId: '77', baseUrl }), audience: '4711', change: 'add', retries: 0, ...settings });
const person = (name: string): PersonOfAudience => ({ messageId: name, identifiers: { EXTERN_ID: `user-${name}`, EMAIL: `hash-of-the-email-of-${name}` } });
const answer = (received: number, samples: string[] = []) => ({ audience_id: '4711', session_id: '99', num_received: received, num_invalid_entries: samples.length, invalid_entry_samples: samples });

describeProviderContract('MetaPeople', {
	make, message: person('m1'), idempotent: true,
	accepted: { status: 200, body: answer(1), providerId: '99' },
	secrets: [TOKEN, SECRET],
	error: (words) => ({ error: { message: words, code: 100 } }),
});

describeBatchContract('MetaPeople', {
	make,
	messages: [person('m1'), person('m2'), person('m3'), person('m4')],
	mark: ({ identifiers }) => identifiers.EXTERN_ID as string,
	accepted: (messages) => ({ status: 200, body: answer(messages.length), ids: messages.map(() => '99') }),
	lastOneRefused: (messages) => ({ status: 200, body: answer(4, [messages.at(-1)?.identifiers.EMAIL as string]), result: { outcome: 'recipient', reason: 'invalid_recipient' } }),
});
