import { createHash } from 'node:crypto';

import { escapeHtml } from '../../engine/personalization/html';

/** What the page says; the operator's words, as plain text. */
export interface UnsubscribeTexts {
	/** Language of the others, as HTML wants it. */
	language: string;
	title: string;
	question: string;
	button: string;
	done: string;
}

export const UNSUBSCRIBE_TEXTS: UnsubscribeTexts = {
	language: 'en',
	title: 'Unsubscribe',
	question: 'Do you want to stop getting these messages?',
	button: 'Unsubscribe',
	done: 'You are unsubscribed.',
};

const NOT_VALID = 'This link is not valid. Open it as it stands in the message.';
const OF_TEST = 'This link is of a test message: it unsubscribes nobody.';

const STYLE =
	':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 16px;text-align:center}' +
	'button{font:inherit;padding:8px 24px;cursor:pointer}';

const CSP = [
	"default-src 'none'", `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`, "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer to an unsubscribe link: nothing is loaded, run, kept, found by search engines, or told to another site. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
	'Content-Type': 'text/html; charset=utf-8',
	'Content-Security-Policy': CSP,
	'Cache-Control': 'no-store',
	'X-Robots-Tag': 'noindex, nofollow',
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
};

/** The page for a person. `ask`: its button POSTs to the address it was opened at. */
export function unsubscribePage(kind: 'ask' | 'done' | 'not valid' | 'test', texts: UnsubscribeTexts): string {
	const words = { ask: texts.question, done: texts.done, 'not valid': NOT_VALID, test: OF_TEST }[kind];
	const title = escapeHtml(texts.title);
	return [
		'<!doctype html>',
		`<html lang="${escapeHtml(texts.language)}"><head><meta charset="utf-8"><meta name="robots" content="noindex, nofollow">`,
		`<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body>`,
		`<h1>${title}</h1><p>${escapeHtml(words)}</p>`,
		...(kind === 'ask' ? [`<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${escapeHtml(texts.button)}</button></form>`] : []),
		'</body></html>',
	].join('\n');
}
