import { isObject, parseJson, readPath, textOf } from '../../http/json-path';
import { describe, isSuccess, refusal, refusalKind, retryAfterMs, type Refusal } from '../../http/status';
import type { HttpResponse, ProviderOutcome } from '../../provider';

/** Not now. Sources: Meta's error reference and pages on rate limits; 1, 2, 341, 5000 and 21009 are what connectors repeat. */
const TRANSIENT = new Set([1, 2, 4, 17, 32, 341, 613, 5000, 21009]);

/** Too many calls by one of the use cases of a business; 80003 is that of custom audiences. */
const isUseCaseLimit = (code: number) => code >= 80000 && code <= 80014;

/** Too many calls: there is a time to wait for. */
const isRateLimit = (code: number) => [4, 17, 32, 613].includes(code) || isUseCaseLimit(code);

/** What a rate limit that says no time is given, ms. */
const PAUSE_MS = 60_000;

const BAD_TOKEN = 'Make a new access token for the system user, and put it into the Meta credential';
const NOT_ALLOWED = 'The token needs the permission ads_management, its system user access to the ad account, and the ad account a business';
const TERMS = 'Accept the Custom Audience Terms, as somebody with access to the ad account: https://www.facebook.com/customaudiences/app/tos/';
const GONE = 'The audience does not exist any more, or this token may not see it. Choose another one in the node';
const FLAGGED = 'Meta has flagged the audience (operation status 471). Appeal in the Audience Manager, or make a new audience';

/** What an operator has to mend before anybody can be sent: nothing here is about one person. By code, then by subcode. */
const TO_MEND: Record<number, string> = {
	3: NOT_ALLOWED, 10: NOT_ALLOWED, 102: BAD_TOKEN, 190: BAD_TOKEN, 294: NOT_ALLOWED, 2655: TERMS, 803: GONE,
	368: 'Meta has blocked what this account does for some time: look into the Business Support Home',
	2635: 'This version of the API is gone: set a newer API Version in the Meta credential',
	2650: 'Look at the audience in the Audience Manager: Meta cannot change it now',
	1487301: GONE, 1487366: GONE,
};
const TO_MEND_BY_SUBCODE: Record<number, string> = { 33: GONE, 1713230: FLAGGED, 1870090: TERMS, 1487301: GONE, 1487366: GONE };

/** A replacement of this audience is under way. */
const IN_PROGRESS = 1870145;

export interface MetaError {
	code: number;
	subcode?: number;
	/** Of Meta, in its words for people where there are some. */
	message: string;
	transient: boolean;
}

/** The error of an answer, if it has one. */
export function errorOf(response: HttpResponse): MetaError | undefined {
	const error = readPath(parseJson(response.body), 'error');
	if (!isObject(error)) return undefined;
	const number = (name: string) => (Number.isFinite(Number(error[name])) && error[name] !== null ? Number(error[name]) : undefined);
	const words = [textOf(error.error_user_title), textOf(error.error_user_msg)].filter(Boolean).join(': ');
	return { code: number('code') ?? 0, subcode: number('error_subcode'), message: words || textOf(error.message) || describe(response), transient: error.is_transient === true };
}

/**
 * What an answer that is no success means. Limits and passing faults are transient, with the time after which Meta says
 * that the account may go on. Whatever is wrong with token, permissions, terms or the audience itself is of kind `auth`:
 * nobody can be sent until somebody mends it, and it is said what to do.
 */
export function readFailure(response: HttpResponse): ProviderOutcome {
	const error = errorOf(response);
	if (!error) {
		const kind = isSuccess(response.status) ? undefined : refusalKind(response.status);
		if (kind === undefined) return { outcome: 'unknown', code: `http_${response.status}`, detail: describe(response) };
		return refusal(kind, `http_${response.status}`, describe(response), response);
	}
	const { code, subcode, message } = error;
	const label = ['meta', code, subcode].filter((part) => part !== undefined).join('_');
	const kind = kindOf(error);
	if (kind === undefined && response.status >= 500) return { outcome: 'unknown', code: label, detail: message };
	const advice = kind === 'auth' ? adviceOn(error) : undefined;
	const pause = kind === 'transient' && isRateLimit(code) ? pauseOf(response.headers) : undefined;
	const refused = refusal(kind ?? 'request', label, advice ? `${message.replace(/\.$/, '')}. ${advice}` : message, response);
	return refused.retryAfterMs === undefined && pause !== undefined ? { ...refused, retryAfterMs: pause } : refused;
}

function kindOf({ code, subcode, transient }: MetaError): Refusal['kind'] | undefined {
	if (subcode === IN_PROGRESS || transient || TRANSIENT.has(code) || isUseCaseLimit(code)) return 'transient';
	if ((subcode !== undefined && TO_MEND_BY_SUBCODE[subcode]) || TO_MEND[code] || (code >= 200 && code <= 299)) return 'auth';
	return undefined;
}

function adviceOn({ code, subcode }: MetaError): string {
	return (subcode !== undefined && TO_MEND_BY_SUBCODE[subcode]) || TO_MEND[code] || NOT_ALLOWED;
}

/** Longest of the times after which the account may be used again; there is no Retry-After. */
function pauseOf(headers: Record<string, string>): number {
	const usage = parseJson(headers['x-business-use-case-usage'] ?? '');
	const entries = isObject(usage) ? Object.values(usage).flat() : [];
	const minutes = entries.map((entry) => Number(readPath(entry, 'estimated_time_to_regain_access'))).filter((time) => time > 0);
	return Math.max(PAUSE_MS, retryAfterMs(headers) ?? 0, ...minutes.map((time) => time * 60_000));
}
