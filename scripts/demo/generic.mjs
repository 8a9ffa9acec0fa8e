// An SMS provider like many: JSON or form in, an id out.
import { randomUUID } from 'node:crypto';
import { basicCredentials, sameSecret } from './http.mjs';

/**
 * The answer to one request. A message is `POST`ed to any path as `{ "to", "body", "messageId"? }`, JSON or form. The
 * key comes as `Authorization: Bearer`, as the password of Basic authentication, or as `X-Api-Key`.
 * @param {import('./http.mjs').Asked} asked
 * @param {string} apiKey
 * @param {(message: { to: string, body: string, messageId?: string }) => Promise<'accepted' | 'hang up' | 'refused'>} deliver
 * @returns {Promise<import('./http.mjs').Answer>}
 */
export async function answerGeneric(asked, apiKey, deliver) {
	if (!sameSecret(keyOf(asked.headers), apiKey)) return { status: 401, body: { error: 'unknown key' } };
	if (asked.method === 'GET') return { status: 200, body: { status: 'ok' } };
	const fields = fieldsOf(asked);
	const to = fields?.['to'];
	const body = fields?.['body'];
	if (typeof to !== 'string' || !/^\+[1-9]\d{6,14}$/.test(to)) return { status: 400, body: { error: '"to" must be an E.164 number' } };
	if (typeof body !== 'string' || body === '') return { status: 400, body: { error: '"body" must be a text' } };
	const messageId = fields?.['messageId'];
	const outcome = await deliver({ to, body, ...(typeof messageId === 'string' ? { messageId } : {}) });
	if (outcome === 'hang up') return outcome;
	if (outcome === 'refused') return { status: 429, body: { error: 'too many requests' } };
	return { status: 200, body: { id: randomUUID() } };
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function keyOf(headers) {
	const own = headers['x-api-key'];
	const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
	return (typeof own === 'string' ? own : undefined) ?? bearer ?? basicCredentials(headers.authorization)?.password;
}

/** @param {import('./http.mjs').Asked} asked @returns {Record<string, unknown> | null} */
function fieldsOf({ headers, body }) {
	if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body));
	try {
		const parsed = JSON.parse(body);
		return typeof parsed === 'object' ? parsed : null;
	} catch {
		return null;
	}
}
