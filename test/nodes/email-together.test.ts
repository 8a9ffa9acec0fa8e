import type { INodeParameters } from 'n8n-workflow';

import { processSmtpPools } from '../../engine/channels/email/smtp-pool';
import { Email } from '../../nodes/Email/Email.node';
import { PostmarkEmailProvider } from '../../nodes/PostmarkEmailProvider/PostmarkEmailProvider.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { CAMPAIGN_NODES, campaignItems, idsOf, own, rowsOfStore, workflowOf } from '../support/campaign-workflow';
import { execute, type Execution } from '../support/n8n-core';
import { startLoopback, type Loopback } from '../support/loopback';
import { useNodeStore } from '../support/node-store';
import { startSmtp, type SmtpLoopback } from '../support/smtp';

const store = useNodeStore();
const PEOPLE = 120;
/** Whom Postmark takes no message for, whatever else is in the request. */
const BAD = 'p7@example.org';

let postmark: Loopback;
let mail: SmtpLoopback;
let silent = false;

interface Entry {
	To: string;
}

beforeEach(async () => {
	silent = false;
	postmark = await startLoopback(({ url, body }, answer) => {
		if (silent) return;
		const asked = JSON.parse(body) as Entry | Entry[];
		if ([asked].flat().some(({ To }) => To === BAD)) return answer({ status: 422, body: { ErrorCode: 402, Message: 'Invalid JSON' } });
		const accepted = ({ To }: Entry) => ({ To, ErrorCode: 0, Message: 'OK', MessageID: `id of ${To}` });
		answer({ status: 200, body: url === '/email/batch' ? (asked as Entry[]).map(accepted) : accepted(asked as Entry) });
	});
	mail = await startSmtp({});
});
afterEach(async () => {
	processSmtpPools.close();
	await mail.close();
	await postmark.close();
});

const asked = () => postmark.seen.map(({ body }) => [JSON.parse(body) as Entry | Entry[]].flat().map(({ To }) => To));

async function run(options: INodeParameters = {}): Promise<Execution> {
	const items = await campaignItems(store(), PEOPLE);
	await store().call('ingest', { profiles: Array.from({ length: PEOPLE }, (_, index) => ({ id: `p${index + 1}`, email: `p${index + 1}@example.org` })) });
	const workflow = workflowOf(
		[
			own('Campaign', 'campaignTrigger'),
			own('Email', 'email', { fromEmail: 'news@example.com', subject: 'Hi {{ Profile.id }}', html: '<p>Hi {{ Profile.id }}</p>' }),
			own('Postmark', 'postmarkEmailProvider', { options }),
			own('Mail', 'smtpEmailProvider', { priority: 2 }),
		],
		[['Campaign', 'Email'], ['Postmark', 'Email', 'ai_chain'], ['Mail', 'Email', 'ai_chain']],
	);
	const credentials = {
		campaignsPostmarkApi: { serverToken: 'postmark-token', baseUrl: postmark.url },
		campaignsSmtpApi: { host: '127.0.0.1', security: 'none', port: mail.port },
	};
	const result = await execute({ workflow, nodes: [...CAMPAIGN_NODES, Email, PostmarkEmailProvider, SmtpEmailProvider], credentials, items, mode: 'trigger', start: 'Email' });
	expect(result.error).toBeUndefined();
	return result;
}

test('people of one execution share requests; one whom a request is refused for is found, and alone moves on to the next provider', async () => {
	const result = await run();
	expect(idsOf(result.json('Email'))).toHaveLength(PEOPLE);
	expect(mail.received.map(({ to }) => to[0])).toEqual([BAD]);
	const accepted = asked().filter((some) => !some.includes(BAD)).flat();
	expect(new Set(accepted).size).toBe(PEOPLE - 1);
	expect(accepted).toHaveLength(PEOPLE - 1);
	const most = Math.max(...asked().map(({ length }) => length));
	expect(most).toBeGreaterThan(PEOPLE / 4);
	expect(most).toBeLessThanOrEqual(100);
	const messages = rowsOfStore().message ?? [];
	expect(messages.map(({ state }) => state)).toEqual(Array(PEOPLE).fill('sent'));
	expect(messages.filter(({ provider }) => provider === 'Mail')).toHaveLength(1);
	expect(new Set(messages.map(({ provider_id: id }) => id)).size).toBe(PEOPLE);
});

test('nobody knows of anybody in a request that was not answered, and no other provider is asked', async () => {
	silent = true;
	const result = await run({ timeout: 1, messagesPerRequest: 60 });
	expect(idsOf(result.json('Email', 2))).toHaveLength(PEOPLE);
	expect(Math.max(...asked().map(({ length }) => length))).toBeLessThanOrEqual(60);
	expect(new Set(asked().flat()).size).toBe(PEOPLE);
	expect(asked().flat()).toHaveLength(PEOPLE);
	expect(mail.received).toEqual([]);
	expect((rowsOfStore().message ?? []).map(({ state }) => state)).toEqual(Array(PEOPLE).fill('unknown'));
});
