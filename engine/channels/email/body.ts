import { convert } from 'html-to-text';
import { MAX_BODY_BYTES } from './message';

/** The text part of a message that was written in HTML alone: words and where links lead, no pictures. */
export function textOfHtml(html: string): string {
	return convert(html, {
		wordwrap: false,
		// Beyond this depth nobody reads on, and walking it would end in a stack overflow.
		limits: { maxInputLength: MAX_BODY_BYTES, maxDepth: 200 },
		selectors: [
			{ selector: 'img', format: 'skip' },
			{ selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
			...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
			// Tables of emails are their layout: each cell begins a line.
			{ selector: 'table', format: 'block' },
			...['td', 'th'].map((selector) => ({ selector, format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } })),
		],
	}).trim();
}

/** Spaces that keep inboxes from showing the beginning of the message after a short preheader. */
const FILLER = '&#847;&zwnj;&nbsp;'.repeat(60);

/**
 * Puts the line that inboxes show beside the subject at the beginning of the body, where nobody sees it in the message.
 * @param preheader HTML, its values escaped
 */
export function withPreheader(html: string, preheader: string): string {
	if (preheader.trim() === '') return html;
	const hidden = `<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all">${preheader}${FILLER}</div>`;
	const body = /<body\b[^>]*>/i.exec(html);
	if (!body) return hidden + html;
	const end = body.index + body[0].length;
	return html.slice(0, end) + hidden + html.slice(end);
}
