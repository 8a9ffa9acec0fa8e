import { splitBatch } from '../../../../engine/channels/sms/generic-batch';
import { GenericHttpSms, type GenericHttpConfig } from '../../../../engine/channels/sms/generic-http';
import { needsOf } from '../../../../engine/channels/sms/generic-request';
import type { HttpRequest, SmsMessage } from '../../../../engine/channels/provider';
import { describeBatchContract } from '../../../support/batch-contract';

/** CleverTap's example: global keys beside the batched one. */
const TEMPLATE = `{ "hid": "$$hid", "tid": $$TemplateID, "cid": "$$CampaignID", "type": "template", "n": 12345678901234567890,
	"msgs": [{ "to": "$$To", "mid": "$$MessageID", "uid": "$$uid", "variables": $$TemplateVariables, "text": "$$Body", "big": 98765432109876543210 }], "end": true }`;

const message = (nth: number, extra: Partial<SmsMessage> = {}): SmsMessage => ({
	to: `+1415555267${nth}`, body: `Hi "${nth}"`, messageId: `m-${nth}`, campaignId: 'c', templateId: 'T9', templateVariables: ['Ann', String(nth)],
	keyValues: { uid: `u-${nth}` }, headerPairs: { tier: 'all' }, globalPairs: { hid: 'shop' }, ...extra,
});
const config = (extra: Partial<GenericHttpConfig> = {}): GenericHttpConfig => ({
	label: 'Gateway', method: 'POST', url: 'https://gw.example.com/send/$$hid', headers: [{ name: 'X-Tier', value: '$$tier' }],
	body: { type: 'json', template: TEMPLATE }, auth: { type: 'none' }, batch: { key: 'msgs', most: 50 }, ...extra,
});
const made = async (messages: SmsMessage[], extra: Partial<GenericHttpConfig> = {}): Promise<HttpRequest> => {
	const { batch } = new GenericHttpSms(config(extra));
	if (!batch) throw new Error('not batched');
	return batch.request(await Promise.all(messages.map(async (some) => await batch.part(some))), messages);
};
const record = (nth: number) => ({ to: `+1415555267${nth}`, mid: `m-${nth}`, uid: `u-${nth}`, variables: ['Ann', String(nth)], text: `Hi "${nth}"`, big: 98765432109876543210 });

describe('a request for many', () => {
	it('has an element for each, and says the rest once', async () => {
		const { url, headers, body = '' } = await made([message(1), message(2)]);
		expect({ url, headers }).toEqual({ url: 'https://gw.example.com/send/shop', headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Tier': 'all' } });
		expect(JSON.parse(body)).toEqual({ hid: 'shop', tid: 'T9', cid: 'c', type: 'template', n: 12345678901234567890, msgs: [record(1), record(2)], end: true });
		expect(body).toContain('"n":12345678901234567890');
		expect(body).toContain('"big":98765432109876543210');
	});

	it('takes the template of one that stands under the key alone', async () => {
		const { body = '' } = await made([message(1)], { body: { type: 'json', template: '{"msgs":{"to":$$To,"t":"$$Body"}}' } });
		expect(body).toBe('{"msgs":[{"to":"+14155552671","t":"Hi \\"1\\""}]}');
	});

	it('one that is left alone has the same form', async () => {
		expect(await new GenericHttpSms(config()).request(message(1))).toEqual(await made([message(1)]));
	});

	it('values cannot leave their element', async () => {
		const { body = '' } = await made([message(1, { body: '"}],"msgs":[{"to":"+1999' }), message(2)]);
		expect((JSON.parse(body) as { msgs: unknown[] }).msgs).toHaveLength(2);
	});

	it('adds other pairs where they belong', async () => {
		const { body = '' } = await made([message(1, { keyValues: { uid: 'u', tier: 'gold' }, globalPairs: { hid: 'shop', lang: 'fr' } })], { addOthers: true });
		expect(JSON.parse(body)).toMatchObject({ lang: 'fr', msgs: [{ tier: 'gold' }] });
		expect(JSON.parse(body)).not.toHaveProperty('tier');
		expect((JSON.parse(body) as { msgs: object[] }).msgs[0]).not.toHaveProperty('lang');
	});

	it('carries only what shares campaign, template, headers and global values', () => {
		const { key } = new GenericHttpSms(config()).batch as NonNullable<GenericHttpSms['batch']>;
		expect(key(message(1))).toBe(key(message(2)));
		const others = [{ campaignId: 'd' }, { templateId: 'T1' }, { headerPairs: { tier: 'x' } }, { globalPairs: { hid: 'y' } }].map((extra) => key(message(1, extra)));
		expect(new Set([key(message(1)), ...others]).size).toBe(5);
	});

	it('needs names by where they stand', () => {
		expect(needsOf('Gateway', config())).toMatchObject({ batched: true, names: { body: ['uid'], header: ['tier'], global: ['hid'] }, templateId: true, templateVariables: true });
	});
});

it.each<[Partial<GenericHttpConfig>, RegExp]>([
	[{ batch: { key: 'rows', most: 10 } }, /no template of a message under the batched key "rows"/],
	[{ body: { type: 'json', template: '{"to":"$$To","t":"$$Body","msgs":[{"a":1},{"b":2}]}' } }, /no template of a message/],
	[{ body: { type: 'json', template: '{"to":"$$To","msgs":[{"t":"$$Body"}]}' } }, /under "msgs" does not contain \$\$To/],
	[{ body: { type: 'json', template: '{"id":"$$MessageID","msgs":[{"t":"$$Body","to":"$$To"}]}' } }, /\$\$MessageID stands outside/],
	[{ headers: [{ name: 'X', value: '$$To' }] }, /\$\$To stands outside/],
	[{ url: 'https://gw.example.com/$$to' }, /\$\$To stands outside/],
	[{ body: { type: 'form', fields: [{ name: 'to', value: '$$To' }, { name: 't', value: '$$Body' }] } }, /Only a JSON body/],
	[{ batch: { key: 'msgs', most: 1001 } }, /1001 messages per request/],
	[{ results: { path: 'a' } }, /by which field an answer tells/],
])('refuses the configuration %j', (extra, why) => expect(() => new GenericHttpSms(config(extra))).toThrow(why));

it('a template that is no object cannot be cut up', () => {
	expect(() => splitBatch('[{"to":"$$To"}]', 'msgs')).toThrow(/JSON object/);
	expect(() => splitBatch('{"msgs":', 'msgs')).toThrow(/JSON object/);
});

describe('the answer', () => {
	const success = { path: 'status', values: ['queued'], refusedValues: ['rejected'], invalidRecipientValues: ['bad'] };
	const read = (extra: Partial<GenericHttpConfig>, body: unknown, status = 200) => new GenericHttpSms(config({ success, messageIdPath: 'id', ...extra })).batch?.read({ status, headers: {}, body: JSON.stringify(body) }, [message(1), message(2), message(3)]);
	const results = { path: 'data.messages' };

	it('of all gives none of them the id of the request', () => expect(read({}, { status: 'queued', id: 'r1' })).toEqual({ outcome: 'sent', providerId: null }));

	it('of all that speaks of a bad number does not say which: with a 2xx the others may be on their way', () => {
		expect(read({}, { status: 'bad' })).toMatchObject({ outcome: 'unknown', code: 'bad' });
		expect(read({}, { status: 'bad' }, 400)).toMatchObject({ outcome: 'recipient' });
		expect(read({}, { status: 'rejected' })).toMatchObject({ outcome: 'refused', kind: 'request' });
	});

	it('of each is read in the order of the request', () => {
		const messages = [{ status: 'queued', id: 1 }, { status: 'rejected' }, { status: 'bad' }];
		expect(read({ results }, { data: { messages } })).toMatchObject([{ outcome: 'sent', providerId: '1' }, { outcome: 'refused', kind: 'request' }, { outcome: 'recipient' }]);
	});

	it('of each is read by the ids of ours', () => {
		const elements = [{ ref: 'm-3', status: 'queued', id: 3 }, { ref: 'm-1', status: 'queued', id: 1 }, { ref: 'm-1', status: 'bad' }];
		expect(read({ results: { path: '', ownIdPath: 'ref' } }, elements)).toEqual([undefined, undefined, { outcome: 'sent', providerId: '3' }]);
	});

	it.each([[{ data: { messages: [{ status: 'queued' }] } }], [{ data: {} }], ['OK'], [{ status: 'queued' }]])('of each that says %j tells nothing', (body) => {
		expect(read({ results }, body)).toEqual([undefined, undefined, undefined]);
	});

	it('with a status of refusal is of all', () => expect(read({ results }, {}, 400)).toMatchObject({ outcome: 'refused', kind: 'request' }));
});

describeBatchContract<SmsMessage>('GenericHttpSms, one answer for all', {
	make: (baseUrl, settings) => new GenericHttpSms(config({ url: `${baseUrl}/send`, success: { path: 'status', values: ['queued'] }, auth: { type: 'basic', user: 'me', password: 'hush-hush' }, ...settings })),
	messages: [message(1), message(2), message(3), message(4)],
	mark: ({ messageId }) => messageId,
	accepted: (messages) => ({ status: 200, body: { status: 'queued' }, ids: messages.map(() => null) }),
});

describeBatchContract<SmsMessage>('GenericHttpSms, an answer for each', {
	make: (baseUrl, settings) => new GenericHttpSms(config({ url: `${baseUrl}/send`, success: { path: 'status', values: ['queued'], refusedValues: ['rejected'] }, messageIdPath: 'id', results: { path: 'data', ownIdPath: 'ref' }, ...settings })),
	messages: [message(1), message(2), message(3), message(4)],
	mark: ({ messageId }) => messageId,
	accepted: (messages) => ({ status: 200, body: { data: messages.map(({ messageId }) => ({ ref: messageId, status: 'queued', id: `g-${messageId}` })) }, ids: messages.map(({ messageId }) => `g-${messageId}`) }),
	lastOneRefused: (messages) => ({
		status: 200,
		body: { data: messages.map(({ messageId }, index) => ({ ref: messageId, status: index === messages.length - 1 ? 'rejected' : 'queued' })) },
		result: { outcome: 'failed', reason: 'provider_rejected' },
	}),
	lastOneMissing: (messages) => ({ status: 200, body: { data: messages.slice(0, -1).map(({ messageId }) => ({ ref: messageId, status: 'queued' })) } }),
});
