import { createHash } from 'node:crypto';
import { CampaignError } from '../../errors';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import type { NameValue } from './generic-request';
import { baseUrlOf, HttpSms, judged, required, type SmsProviderConfig, type Verdict } from './http-sms';
import { replaceTokens } from './tokens';

export interface Msg91Config extends SmsProviderConfig {
	authKey: string;
	/**
	 * The template (flow) at MSG91. It goes before the one of the message, which in a group of providers is that of the register
	 * (DLT): MSG91 keeps the two together.
	 */
	templateId?: string;
	/** Its variables, spelled as in the template; values may have `$$` tokens, such as `$$Body`. */
	variables: readonly NameValue[];
	/** One of the template's senders; default: the one it is registered with. */
	senderId?: string;
	/** MSG91's promotional route, for numeric sender ids. */
	promotional?: boolean;
	/** MSG91 shortens the links of the text. */
	shortenLinks?: boolean;
	/** Default https://control.msg91.com; proxies and mocks go here. */
	baseUrl?: string;
}

export const MSG91_BASE_URL = 'https://control.msg91.com';

/** The error that MSG91 gives callers from an address that is not on the account's list. */
const IP_NOT_LISTED = '418';

/**
 * MSG91's Flow API v5: `POST /api/v5/flow` with JSON; the text is a template kept at MSG91, a message only fills its variables.
 * One recipient per request. Sources: https://docs.msg91.com/sms/send-sms, https://msg91.com/help/api, and clients of that API in
 * public. `type` decides, as errors come with 200, too. No idempotency key; rate limits are not documented. Not seen confirmed:
 * what codes errors have besides 418, so their words are read; how a reference of one's own is handed over.
 */
export class Msg91Sms extends HttpSms {
	readonly kind = 'msg91';

	readonly identity: string;

	readonly #config: Msg91Config;

	readonly #url: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: Msg91Config) {
		super(config);
		const authKey = required(config.authKey, 'msg91_account', 'The MSG91 credential has no Auth Key');
		const baseUrl = baseUrlOf(config.baseUrl, MSG91_BASE_URL, 'MSG91');
		checkVariables(config.variables);
		// An account has no name but its key, which must not show: a piece of its hash keeps accounts apart.
		const account = createHash('sha256').update(authKey).digest('hex').slice(0, 12);
		this.identity = ['msg91', baseUrl, account, config.senderId].filter(Boolean).join(' ');
		this.#config = { ...config, authKey };
		this.#url = `${baseUrl}/api/v5/flow`;
	}

	get secrets(): readonly string[] {
		return [this.#config.authKey];
	}

	/** Throws a CampaignError when there is no template, or a variable's token has no value. */
	request(message: SmsMessage): HttpRequest {
		const { authKey, templateId, variables, senderId, promotional, shortenLinks } = this.#config;
		const template = required(templateId || message.templateId, 'msg91_template', 'MSG91 sends templates only, and there is no template ID', 'Set Template ID on the provider node, or on the SMS node.');
		const values = Object.fromEntries(variables.map(({ name, value }) => [name, replaceTokens(value, message, 'plain')]));
		return {
			method: 'POST',
			url: this.#url,
			headers: { authkey: authKey, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({
				template_id: template,
				short_url: shortenLinks ? '1' : '0',
				...(senderId && { sender: senderId }),
				...(promotional && { route: '1' }),
				recipients: [{ mobiles: message.to.replace(/^\+/, ''), ...numbered(message), ...values }],
			}),
		};
	}

	read(response: HttpResponse): ProviderOutcome {
		const body = parseJson(response.body);
		const type = textOf(readPath(body, 'type'));
		const said = textOf(readPath(body, 'message'));
		if (type === 'success' && said && isSuccess(response.status)) return { outcome: 'sent', providerId: said };
		const code = textOf(readPath(body, 'code'));
		const verdict = code === IP_NOT_LISTED ? 'auth' : byStatus(response.status, type === 'error' ? said ?? '' : undefined);
		return judged(verdict, code || `http_${response.status}`, said || describe(response), response);
	}
}

/** `VAR1`, `VAR2`, ... of a message that brings its variables as a list. */
function numbered({ templateVariables = [] }: SmsMessage): Record<string, string> {
	return Object.fromEntries(templateVariables.map((value, index) => [`VAR${index + 1}`, value]));
}

function checkVariables(variables: readonly NameValue[]): void {
	for (const { name } of variables) {
		// Variables stand beside the number, so one of this name would send the message to somebody else.
		if (name === 'mobiles') throw new CampaignError('msg91_variable', 'No variable of an MSG91 template can be called "mobiles"', 'Rename it in the template.');
	}
}

/** @param error what an answer of the type "error" says; undefined: it is of no such type */
function byStatus(status: number, error: string | undefined): Verdict | undefined {
	if (status === Number(IP_NOT_LISTED)) return 'auth';
	const kind = refusalKind(status);
	// Words are about the message only where the status does not already say that something else was wrong.
	if (error === undefined || status >= 500 || kind === 'transient' || kind === 'auth') return kind;
	return byWords(error);
}

/** The order matters: what names key, template or sender is not about the recipient, whatever else it names. */
function byWords(error: string): Verdict {
	if (/auth\s*key|authentication|unauthori[sz]ed|ip .*whitelist/i.test(error)) return 'auth';
	if (/template|flow|sender|\bdlt\b|variable/i.test(error)) return 'request';
	const recipient = /\b(invalid|incorrect|wrong) (mobile|phone|number(?!s? of))|\b(mobile|phone)( number)?s?\b.*\b(invalid|incorrect|not valid)\b/i;
	return recipient.test(error) ? 'invalid_recipient' : 'request';
}
