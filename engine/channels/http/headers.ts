import { CampaignError } from '../../errors';

/** RFC 9110: a token. */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** They say where a request goes or where it ends: whoever describes a request has no say in that. */
const OF_CONNECTION = /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;

/** A line break would begin another header; Node refuses all control characters but the tab. */
const CONTROL = /(?!\t)\p{Cc}/u;

/** Whether HTTP allows it as the name of a header. */
export function isHeaderName(name: string): boolean {
	return NAME.test(name);
}

/** Whether whoever describes a request may set it. */
export function isSettable(name: string): boolean {
	return isHeaderName(name) && !OF_CONNECTION.test(name);
}

/** Whether it can be the value of a header: it has no line break and no other control character. */
export function isHeaderValue(value: string): boolean {
	return !CONTROL.test(value);
}

/**
 * Throws a CampaignError when a header of an operator's own cannot be set, or is set twice.
 * @param code of the error
 * @param taken names that the credential sets
 */
export function checkHeaderNames(names: readonly string[], code: string, taken: readonly string[] = []): void {
	const ofCredential = new Set(taken.map((name) => name.toLowerCase()));
	const seen = new Set<string>();
	for (const name of names) {
		if (!isHeaderName(name)) throw new CampaignError(code, `"${name}" is not a header name that HTTP allows`, 'Letters, digits and hyphens, such as X-Campaign.');
		if (OF_CONNECTION.test(name)) throw new CampaignError(code, `The header ${name} is set by the connection itself`, 'Remove it.');
		if (ofCredential.has(name.toLowerCase())) throw new CampaignError(code, `The header ${name} is set twice`, 'The credential sets it: remove it here.');
		if (seen.has(name.toLowerCase())) throw new CampaignError(code, `The header ${name} is set twice`, 'Remove one of the two.');
		seen.add(name.toLowerCase());
	}
}
