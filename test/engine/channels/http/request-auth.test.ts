import { inspect } from 'node:util';

import { clientCredentialsGrant, type OAuthClient } from '../../../../engine/channels/http/client-credentials';
import { GenericHttpSms } from '../../../../engine/channels/sms/generic-http';
import type { SmsMessage } from '../../../../engine/channels/provider';
import { attemptGroup, type GroupResult } from '../../../../engine/delivery/attempt';
import { attemptOptions } from '../../../support/exchange';
import { startLoopback, type Answer, type Loopback, type SeenRequest } from '../../../support/loopback';

const SECRET = 'sh/h &secret';
const message: SmsMessage = { to: '+14155552671', body: 'Hi', messageId: 'm', campaignId: 'c' };

/** A gateway and the authorization server before it. */
let server: Loopback;
let tokenSays: (seen: SeenRequest, nth: number) => Answer;
let gatewaySays: (token: string, nth: number) => Answer;
let now: number;
const tokens = () => server.seen.filter(({ url }) => url === '/token');
const sends = () => server.seen.filter(({ url }) => url === '/send');

let client = 0;
beforeEach(async () => {
	now = 1_700_000_000_000;
	client += 1;
	tokenSays = (_seen, nth) => ({ status: 200, body: { access_token: `token-${client}-${nth}`, token_type: 'Bearer', expires_in: 3600 } });
	gatewaySays = () => ({ status: 202 });
	server = await startLoopback((seen, reply) => reply(seen.url === '/token' ? tokenSays(seen, tokens().length) : gatewaySays(String(seen.headers.authorization).replace('Bearer ', ''), sends().length)));
});
afterEach(async () => await server.close());

const provider = (extra: Partial<OAuthClient> = {}) =>
	new GenericHttpSms({
		label: 'Gateway',
		method: 'POST',
		url: `${server.url}/send`,
		body: { type: 'json', template: '{"to":"$$To","text":"$$Body"}' },
		auth: { type: 'oauth2', client: { tokenUrl: `${server.url}/token`, clientId: `me ${client}`, clientSecret: SECRET, ...extra }, now: () => now },
	});

async function send(from = provider(), some: SmsMessage = { ...message }): Promise<GroupResult> {
	const { options, close } = attemptOptions<SmsMessage>();
	try {
		return await attemptGroup([from], some, options);
	} finally {
		close();
	}
}

it('gets one token for all messages, of every provider of the client', async () => {
	const results = await Promise.all([provider(), provider()].flatMap((one) => [send(one), send(one)]));
	expect(results).toMatchObject(results.map(() => ({ outcome: 'sent' })));
	expect(tokens()).toHaveLength(1);
	expect(sends().map(({ headers }) => headers.authorization)).toEqual(sends().map(() => `Bearer token-${client}-1`));
});

it('says who it is in the header, encoded as RFC 6749 wants it, or in the body', async () => {
	await send(provider({ scope: 'sms send', extra: 'audience=https%3A%2F%2Fapi&x=1' }));
	await send(provider({ sentIn: 'body' }));
	const [first, second] = tokens();
	expect(first?.headers.authorization).toBe(`Basic ${Buffer.from(`me+${client}:sh%2Fh+%26secret`).toString('base64')}`);
	expect([...new URLSearchParams(first?.body)]).toEqual([['grant_type', 'client_credentials'], ['scope', 'sms send'], ['audience', 'https://api'], ['x', '1']]);
	expect(second?.headers.authorization).toBeUndefined();
	expect([...new URLSearchParams(second?.body)]).toEqual([['grant_type', 'client_credentials'], ['client_id', `me ${client}`], ['client_secret', SECRET]]);
});

it.each([
	['3600', 3_600_000 - 300_000],
	[60, 48_000],
	[undefined, 240_000],
])('a token that lives %j seconds is used until shortly before its end', async (expires_in, usable) => {
	tokenSays = (_seen, nth) => ({ status: 200, body: { access_token: `token-${client}-${nth}`, expires_in } });
	await send();
	now += usable - 1;
	await send();
	expect(tokens()).toHaveLength(1);
	now += 1;
	await send();
	expect(tokens()).toHaveLength(2);
});

it('a token that was ended before its time is renewed, once per message', async () => {
	gatewaySays = (token) => ({ status: token.endsWith('-1') ? 401 : 202 });
	await expect(send()).resolves.toMatchObject({ outcome: 'sent', attempts: [{ outcome: 'refused' }, { outcome: 'sent' }] });
	expect(tokens()).toHaveLength(2);
	gatewaySays = () => ({ status: 401 });
	await expect(send()).resolves.toMatchObject({ outcome: 'failed', reason: 'provider_auth' });
	expect(sends()).toHaveLength(4);
});

it.each<[string, Answer, object]>([
	['refuses the client', { status: 401, body: { error: 'invalid_client', error_description: `bad ${SECRET}` } }, { reason: 'provider_auth', attempts: [{ code: 'token_invalid_client', refusal: 'auth' }] }],
	['is down', { status: 503 }, { reason: 'provider_unavailable', attempts: [{ code: 'token_http_503' }] }],
	['says something else', { status: 200, body: '<html>' }, { reason: 'provider_unavailable', attempts: [{ code: 'token_unreadable' }] }],
])('no message leaves while the authorization server %s', async (_name, answer, expected) => {
	tokenSays = () => answer;
	const result = await send();
	expect(result).toMatchObject({ outcome: 'failed', ...expected });
	expect(sends()).toEqual([]);
	expect(JSON.stringify(result)).not.toContain(SECRET);
	// A refusal stands for a while, so that a batch does not ask once per message.
	await send();
	expect(tokens()).toHaveLength(1);
	now += 10_000;
	tokenSays = () => ({ status: 200, body: { access_token: 'fine', expires_in: 100 } });
	await expect(send()).resolves.toMatchObject({ outcome: 'sent' });
});

it('shows neither secret nor token', async () => {
	const basic = Buffer.from(`me+${client}:sh%2Fh+%26secret`).toString('base64');
	gatewaySays = (token) => ({ status: 400, body: `${token} ${SECRET} ${basic}` });
	const one = provider();
	const result = await send(one);
	expect(result).toMatchObject({ attempts: [{ detail: 'HTTP 400: *** *** ***' }] });
	const shown = JSON.stringify(one) + inspect(one, { depth: 9, showHidden: true }) + one.identity;
	for (const secret of [SECRET, basic, `token-${client}-1`]) expect(shown).not.toContain(secret);
});

it.each<[Partial<OAuthClient>, RegExp]>([
	[{ tokenUrl: 'auth.example.com' }, /token URL/],
	[{ clientId: '' }, /client ID/],
	[{ clientSecret: '' }, /client secret/],
])('refuses the client %j', (extra, why) => {
	expect(() => clientCredentialsGrant({ tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', ...extra })).toThrow(why);
});
