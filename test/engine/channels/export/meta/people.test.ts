import { createHmac } from 'node:crypto';

import { MetaAccount, type MetaConfig } from '../../../../../engine/channels/export/meta/account';
import { accountName, createAudience, getAudience, listAudiences } from '../../../../../engine/channels/export/meta/audiences';
import { MetaPeople, type MetaPeopleConfig, type PersonOfAudience } from '../../../../../engine/channels/export/meta/people';
import { usersRequest } from '../../../../../engine/channels/export/meta/users';
import { attemptGroup } from '../../../../../engine/delivery/attempt';
import { attemptOptions, readAnswer } from '../../../../support/exchange';
import { startLoopback, type Answer, type Loopback } from '../../../../support/loopback';

const TOKEN = 'EAAB-token+0123';
const SECRET = 'app-secret-0123';
const config: MetaConfig = { accessToken: TOKEN, appSecret: SECRET, adAccountId: 'act_77' };
const account = (extra: Partial<MetaConfig> = {}) => new MetaAccount({ ...config, ...extra });
const provider = (extra: Partial<MetaPeopleConfig> = {}) => new MetaPeople({ label: 'Meta', account: account(), audience: '4711', change: 'add', ...extra });
const message = (name: string, identifiers: PersonOfAudience['identifiers'] = { EMAIL: `hash of ${name}` }): PersonOfAudience => ({ messageId: name, identifiers });
const answer = (extra: object = {}) => ({ audience_id: '4711', session_id: '9778993', num_received: 1, num_invalid_entries: 0, invalid_entry_samples: {}, ...extra });
const bodyOf = (request: { body?: string }) => JSON.parse(request.body ?? '') as { session: Record<string, unknown>; payload: Record<string, unknown> };

describe('a request of people', () => {
	it('is signed by token and proof, and has a column for every key that anybody has', () => {
		const { batch } = provider();
		const request = batch.request([{ EMAIL: 'e1', FN: 'f1' }, { EXTERN_ID: 'u2' }], [message('m1'), message('m2')]);
		const proof = createHmac('sha256', SECRET).update(TOKEN).digest('hex');
		expect(request).toMatchObject({ method: 'POST', url: `https://graph.facebook.com/v25.0/4711/users?appsecret_proof=${proof}` });
		expect(request.headers).toMatchObject({ Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json; charset=utf-8' });
		const { session, payload } = bodyOf(request);
		expect(payload).toEqual({ schema: ['EMAIL', 'EXTERN_ID', 'FN'], data: [['e1', '', 'f1'], ['', 'u2', '']] });
		expect(session).toEqual({ session_id: expect.any(Number), batch_seq: 1, last_batch_flag: true, estimated_num_total: 2 });
	});

	it('has the same session when it is repeated, and another one for others', () => {
		const id = (...names: string[]) => bodyOf(provider().batch.request(names.map(() => ({})), names.map((name) => message(name)))).session.session_id as number;
		expect(id('m1', 'm2')).toBe(id('m1', 'm2'));
		expect(id('m1', 'm2')).not.toBe(id('m1'));
		expect(Number.isSafeInteger(id('m1')) && id('m1') > 0).toBe(true);
	});

	it('of people who leave deletes', () => expect(provider({ change: 'remove' }).request(message('m1'))).toMatchObject({ method: 'DELETE', url: expect.stringContaining('/4711/users?') }));

	it.each([
		['byLocation', ['DATA_PROCESSING_OPTIONS'], [['LDU']]],
		['california', ['DATA_PROCESSING_OPTIONS', 'DATA_PROCESSING_OPTIONS_COUNTRY', 'DATA_PROCESSING_OPTIONS_STATE'], [['LDU'], 1, 1000]],
	] as const)('asks for limited data use: %s', (limitedDataUse, keys, values) => {
		expect(bodyOf(provider({ limitedDataUse }).request(message('m1', { EMAIL: 'e' }))).payload).toEqual({ schema: ['EMAIL', ...keys], data: [['e', ...values]] });
	});

	it('of a replacement keeps the keys of its session, and counts its batches', () => {
		const request = usersRequest(account({ appSecret: '', apiVersion: 'v26.0' }), {
			audience: '4711', change: 'replace', rows: [{ EMAIL: 'e' }], keys: ['EMAIL', 'PHONE'], session: { id: 5, batch: 2, last: false, total: 30_000 },
		});
		expect(request).toMatchObject({ method: 'POST', url: 'https://graph.facebook.com/v26.0/4711/usersreplace' });
		expect(bodyOf(request)).toEqual({
			session: { session_id: 5, batch_seq: 2, last_batch_flag: false, estimated_num_total: 30_000 },
			payload: { schema: ['EMAIL', 'PHONE'], data: [['e', '']] },
		});
	});

	it.each<[Partial<MetaConfig>, RegExp]>([
		[{ accessToken: ' ' }, /no Access Token/],
		[{ adAccountId: '' }, /no Ad Account ID/],
		[{ adAccountId: '12/../me' }, /not a number/],
		[{ apiVersion: '25' }, /API Version/],
		[{ baseUrl: 'graph' }, /not a URL/],
	])('is not made with %j', (extra, why) => expect(() => account(extra)).toThrow(why));

	it('is not made for an audience that is no number', () => expect(() => provider({ audience: '1/../2' }).request(message('m1'))).toThrow(/not a number/));
});

describe('an answer about people', () => {
	const read = (status: number, body: unknown, headers: Record<string, string> = {}) => readAnswer(provider(), message('m1', { EMAIL: 'aa11', MADID: 'ea7583cd' }), status, body, headers);
	const error = (code: number, extra: object = {}) => ({ error: { message: 'Something', type: 'OAuthException', code, fbtrace_id: 'x', ...extra } });

	it('sent', () => expect(read(200, answer())).toEqual({ outcome: 'sent', providerId: '9778993' }));

	it('is no answer without the number of people received', () => expect(read(200, { success: true })).toMatchObject({ outcome: 'unknown' }));

	it.each([4, 17, 32, 613, 80003, 80004, 1, 2, 341])('%i: not now', (code) => expect(read(400, error(code))).toMatchObject({ outcome: 'refused', kind: 'transient', code: `meta_${code}` }));

	it('a passing fault, by its flag', () => expect(read(500, error(99, { is_transient: true }))).toMatchObject({ outcome: 'refused', kind: 'transient' }));

	it('a limit says when to go on', () => {
		const usage = JSON.stringify({ 77: [{ type: 'custom_audience', call_count: 100, estimated_time_to_regain_access: 12 }, { type: 'ads_management', estimated_time_to_regain_access: 3 }] });
		expect(read(400, error(80003), { 'x-business-use-case-usage': usage })).toMatchObject({ retryAfterMs: 12 * 60_000 });
		expect(read(400, error(17, { error_subcode: 2446079 }))).toMatchObject({ code: 'meta_17_2446079', retryAfterMs: 60_000 });
		expect(read(400, error(2))).not.toHaveProperty('retryAfterMs');
	});

	it('a replacement under way is to be waited for', () => expect(read(400, error(2650, { error_subcode: 1870145 }))).toMatchObject({ kind: 'transient' }));

	it.each([
		[error(190, { error_subcode: 463 }), /new access token/],
		[error(200), /ads_management/],
		[error(294), /ads_management/],
		[error(200, { error_subcode: 1870090, error_user_title: 'Terms Not Accepted', error_user_msg: 'Please accept.' }), /Terms Not Accepted: Please accept\. Accept the Custom Audience Terms.*tos/],
		[error(2655), /Accept the Custom Audience Terms/],
		[error(100, { error_subcode: 33 }), /does not exist any more/],
		[error(100, { error_subcode: 1713230 }), /471/],
		[error(2635), /newer API Version/],
		[error(2650, { error_subcode: 1870148 }), /Audience Manager/],
	])('%j has to be mended, and says how', (body, how) => expect(read(400, body)).toMatchObject({ outcome: 'refused', kind: 'auth', detail: expect.stringMatching(how) }));

	it('an invalid parameter is refused for good, whatever else is 5xx nobody knows', () => {
		expect(read(400, error(100))).toMatchObject({ outcome: 'refused', kind: 'request' });
		expect(read(500, error(12345))).toMatchObject({ outcome: 'unknown' });
		expect(read(502, '<html>')).toMatchObject({ outcome: 'unknown' });
	});

	it.each([
		['an array', ['AA11']],
		['a map', { aa11: 'invalid hash' }],
		['a map by row', { '0': '["aa11","ea7583cd"]' }],
	])('names whose value is among the invalid samples: %s', (_name, samples) => {
		const outcomes = provider().batch.read({ status: 200, headers: {}, body: JSON.stringify(answer({ num_received: 2, num_invalid_entries: 1, invalid_entry_samples: samples })) }, [
			message('m1', { EMAIL: 'aa11' }), message('m2', { EMAIL: 'bb22' }),
		]);
		expect(outcomes).toMatchObject([{ outcome: 'recipient', reason: 'invalid_recipient', code: 'invalid_entry', detail: expect.stringContaining('EMAIL') }, { outcome: 'sent' }]);
	});
});

it('whoever shares a value with an invalid sample, or has a user ID that is a part of it, was received', () => {
	const answered = { status: 200, headers: {}, body: JSON.stringify(answer({ num_received: 3, num_invalid_entries: 1, invalid_entry_samples: { '0': '["aa17","c1"]' } })) };
	const people = [message('m1', { EMAIL: 'aa17', CT: 'c1' }), message('m2', { EMAIL: 'bb22', CT: 'c1' }), message('m3', { EXTERN_ID: '7' })];
	expect(provider().batch.read(answered, people)).toMatchObject([{ outcome: 'recipient' }, { outcome: 'sent' }, { outcome: 'sent' }]);
});

describe('an account', () => {
	let server: Loopback;
	let reply: (url: string) => Answer;
	beforeEach(async () => {
		server = await startLoopback((seen, give) => give(reply(seen.url)));
	});
	afterEach(async () => await server.close());
	const here = () => account({ baseUrl: server.url });

	it('sends many people in one request', async () => {
		reply = () => ({ status: 200, body: answer({ num_received: 3 }) });
		const { options, close } = attemptOptions<PersonOfAudience>();
		const meta = provider({ account: here() });
		const results = await Promise.all(['m1', 'm2', 'm3'].map(async (name) => await attemptGroup([meta], message(name), options)));
		close();
		expect(results.map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'sent']);
		expect(server.seen).toHaveLength(1);
		expect(bodyOf(server.seen[0] as { body: string }).payload.data).toEqual([['hash of m1'], ['hash of m2'], ['hash of m3']]);
	});

	it('tries again after no answer, until the circuit opens: a repetition does no harm', async () => {
		reply = () => ({ status: 502, body: '' });
		const { options, close } = attemptOptions<PersonOfAudience>({ maxWaitMs: 60_000 });
		expect(await attemptGroup([provider({ account: here() })], message('m1'), options)).toMatchObject({ outcome: 'unknown' });
		close();
		expect(server.seen).toHaveLength(5);
	});

	it('lists its customer lists, page by page', async () => {
		reply = (url) => ({ status: 200, body: { data: [{ id: '1', name: 'VIP', subtype: 'CUSTOM' }, { id: '2', name: 'Alike', subtype: 'LOOKALIKE' }], paging: url.includes('after=c1') ? {} : { cursors: { after: 'c1' }, next: 'https://more' } } });
		expect(await listAudiences(here())).toEqual({ audiences: [{ id: '1', name: 'VIP' }], after: 'c1' });
		expect(await listAudiences(here(), 'c1')).toMatchObject({ after: undefined });
		expect(server.seen[0]).toMatchObject({ method: 'GET', url: expect.stringMatching(/^\/v25\.0\/act_77\/customaudiences\?fields=id%2Cname%2Csubtype&limit=50&appsecret_proof=/) });
	});

	it('makes an audience, and says what it has become', async () => {
		reply = (url) => ({ status: 200, body: url.includes('act_77') ? { id: '99', name: 'Mine' } : { id: '99', name: 'VIP', approximate_count_lower_bound: 1000, operation_status: { code: 200, description: 'Normal' } } });
		expect(await createAudience(here(), { name: ' VIP ', source: 'USER_PROVIDED_ONLY' })).toEqual({ id: '99', name: 'VIP' });
		expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ name: 'VIP', subtype: 'CUSTOM', customer_file_source: 'USER_PROVIDED_ONLY' });
		expect(await getAudience(here(), '99')).toEqual({ id: '99', name: 'VIP', sizeFrom: 1000, sizeTo: undefined, status: 'Normal', statusCode: 200 });
		expect(await accountName(here())).toBe('Mine');
	});

	it('says what is wrong without its secrets', async () => {
		reply = () => ({ status: 400, body: { error: { message: `Invalid token ${TOKEN}`, code: 190 } } });
		const failure = await listAudiences(here()).catch((error: Error) => error);
		expect((failure as Error).message).toMatch(/Meta: Invalid token \*\*\*\. Make a new access token/);
	});
});
