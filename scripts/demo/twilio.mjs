// Twilio's Messages API as the demo needs it: its paths, its authentication, its answers.
import { randomBytes } from 'node:crypto';
import { basicCredentials, sameSecret } from './http.mjs';

/** Twilio's error codes that this server gives, with their HTTP status and message. */
const ERRORS = {
	20003: [401, 'Authenticate'],
	20404: [404, 'The requested resource was not found'],
	20429: [429, 'Too Many Requests'],
	20503: [503, 'Service is unavailable'],
	21211: [400, "Invalid 'To' Phone Number"],
	21602: [400, 'Message body is required'],
	21603: [400, "A 'From' phone number is required"],
	21604: [400, "A 'To' phone number is required"],
	21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
};

/** @typedef {keyof typeof ERRORS} TwilioError */

/**
 * Twilio's error answer.
 * @param {TwilioError} code
 * @returns {import('./http.mjs').Answer}
 */
export function twilioError(code) {
	const [status, message] = /** @type {[number, string]} */ (ERRORS[code]);
	const headers = /** @type {Record<string, string>} */ (code === 20003 ? { 'www-authenticate': 'Basic realm="Twilio API"' } : {});
	return { status, headers, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

/**
 * The answer to one request.
 * @param {import('./http.mjs').Asked} asked
 * @param {{ accountSid: string, authToken: string }} account
 * @param {(message: { to: string, body: string }) => Promise<'accepted' | 'hang up' | TwilioError>} deliver decides what becomes of a well-formed message
 * @returns {Promise<import('./http.mjs').Answer>}
 */
export async function answerTwilio(asked, account, deliver) {
	const credentials = basicCredentials(asked.headers.authorization);
	const known = credentials?.user === account.accountSid && sameSecret(credentials.password, account.authToken);
	if (!known) return twilioError(20003);
	const base = `/2010-04-01/Accounts/${account.accountSid}`;
	if (asked.method === 'GET' && asked.path === `${base}.json`) return { status: 200, body: accountBody(account.accountSid) };
	// What the credential's test asks for.
	const isList = asked.method === 'GET' && asked.path.split('?')[0] === `${base}/Messages.json`;
	if (isList) return { status: 200, body: { messages: [], page: 0, page_size: 1 } };
	if (asked.method !== 'POST' || asked.path !== `${base}/Messages.json`) return twilioError(20404);

	const isForm = asked.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
	const form = new URLSearchParams(isForm ? asked.body : '');
	const wrong = problem(form);
	if (wrong !== null) return twilioError(wrong);
	const outcome = await deliver({ to: form.get('To') ?? '', body: form.get('Body') ?? '' });
	if (outcome === 'hang up') return outcome;
	return outcome === 'accepted' ? { status: 201, body: messageBody(form, account.accountSid) } : twilioError(outcome);
}

/** @param {URLSearchParams} form @returns {TwilioError | null} */
function problem(form) {
	const body = form.get('Body') ?? '';
	if (!form.get('To')) return 21604;
	if (!/^\+[1-9]\d{6,14}$/.test(form.get('To') ?? '')) return 21211;
	if (!form.get('From') && !form.get('MessagingServiceSid')) return 21603;
	if (body === '') return 21602;
	return body.length > 1600 ? 21617 : null;
}

/** @param {string} sid */
function accountBody(sid) {
	return { sid, friendly_name: 'Demo account', status: 'active', type: 'Full', uri: `/2010-04-01/Accounts/${sid}.json` };
}

/** @param {URLSearchParams} form @param {string} accountSid */
function messageBody(form, accountSid) {
	const sid = `SM${randomBytes(16).toString('hex')}`;
	const service = form.get('MessagingServiceSid');
	return {
		sid,
		account_sid: accountSid,
		api_version: '2010-04-01',
		body: form.get('Body'),
		date_created: new Date().toUTCString().replace('GMT', '+0000'),
		direction: 'outbound-api',
		error_code: null,
		error_message: null,
		from: form.get('From'),
		messaging_service_sid: service,
		num_media: '0',
		num_segments: '1',
		price: null,
		price_unit: 'USD',
		status: service === null ? 'queued' : 'accepted',
		to: form.get('To'),
		uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
	};
}
