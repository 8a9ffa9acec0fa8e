import { CampaignError } from '../../errors';
import { escapeFor } from './place';

/** Text that stands for a value in some template language: `$$name`, Liquid, n8n expressions. */
const PLACEHOLDER = /\$\$|\{\{|\{%|@/;

/**
 * Checks that scheme, host, port and user of a URL template are fixed text, so that no property of a person can send
 * a request, and the credentials with it, somewhere else.
 * @returns the origin all rendered URLs must have
 */
export function fixedOrigin(template: string): string {
	const authority = /^https?:\/\/([^/?#\\]+)/i.exec(template.trim());
	if (!authority) throw new CampaignError('invalid_url', 'The URL must begin with http:// or https:// and a fixed host');
	if (PLACEHOLDER.test(authority[1] ?? '')) {
		throw new CampaignError('personalized_host', 'Scheme, host, port and user of the URL must be fixed text', 'Replacements may stand in the path and in query parameters only; put a user name and password into the credential.');
	}
	if (!URL.canParse(authority[0])) throw new CampaignError('invalid_url', 'The host or port of the URL is not valid');
	return new URL(authority[0]).origin;
}

/** Throws when a rendered URL left the origin of its template, or when a value climbed out of its path segment. */
export function assertSameOrigin(rendered: string, template: string): void {
	const origin = fixedOrigin(template);
	if (!URL.canParse(rendered) || new URL(rendered).origin !== origin) {
		throw new CampaignError('personalized_host', `A replaced value would have sent the request away from ${origin}`);
	}
	if (dotSegments(rendered) > dotSegments(template)) {
		throw new CampaignError('invalid_url', 'A replaced value would have changed the path of the URL', 'Values used in a path must not be "." or "..".');
	}
}

/** Parameters after those that a URL has already, percent-encoded. Its fragment is left out: what follows a # never leaves. */
export function withParameters(url: string, parameters: ReadonlyArray<{ name: string; value: string }>): string {
	const [base = ''] = url.split('#');
	const pairs = parameters.map(({ name, value }) => `${escapeFor('url', name)}=${escapeFor('url', value)}`).join('&');
	return pairs === '' ? base : `${base}${base.includes('?') ? '&' : '?'}${pairs}`;
}

/** `.` and `..` segments, in the spellings that URL parsers resolve. */
function dotSegments(url: string): number {
	const path = url.replace(/^https?:\/\/[^/?#\\]+/i, '').replace(/[?#].*$/s, '');
	return path.split(/[/\\]/).filter((segment) => /^(\.|%2e){1,2}$/i.test(segment)).length;
}
