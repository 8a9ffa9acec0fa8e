/** What XML does not take, however written, and what turns the direction of all that follows. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNDRAWABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\p{Surrogate}]/gu;

/** Widths in units of the font's size, rather too wide than too narrow. */
const WIDTHS: Array<[RegExp, number]> = [
	[/^[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|^\p{Extended_Pictographic}|^[\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3ffff}]/u, 1.4],
	[/^[MW@%mw—…\u25a0-\u25ff]/, 1],
	[/^[\p{Lu}&#_<>=+~]/u, 0.84],
	[/^[ijlI.,:;'|!()[\] ]/, 0.41],
];
const OTHERS = 0.66;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Without anything that cannot be drawn. */
export function drawable(text: string): string {
	return text.replaceAll(UNDRAWABLE, '');
}

/**
 * As much of a label as there is room for (in units of the font's size), by characters as people see them, so that no
 * emoji is cut in two. It is on one line and never empty.
 */
export function fitted(label: string, room: number): string {
	const shown = drawable(label).replaceAll(/\s+/gu, ' ').trim() || '(empty)';
	let width = 0;
	let short = '';
	for (const { segment } of GRAPHEMES.segment(shown)) {
		width += widthOf(segment);
		if (width > room) return `${short.trimEnd()}…`;
		// There must be room for the dots, should they be needed.
		if (width <= room - 1) short += segment;
	}
	return shown;
}

function widthOf(grapheme: string): number {
	return WIDTHS.find(([pattern]) => pattern.test(grapheme))?.[1] ?? OTHERS;
}

/** The font of pictures has no emoji and would draw the parts of one over each other: one square for each. */
export function withoutEmoji(text: string): string {
	return [...GRAPHEMES.segment(text)].map(({ segment }) => (/[\p{Emoji_Presentation}\u{fe0f}]/u.test(segment) ? '□' : segment)).join('');
}
