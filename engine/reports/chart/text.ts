/** XML takes no control characters, however written; overrides of direction would turn around what stands beside them. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNDRAWABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff\p{Surrogate}]/gu;
/** No language stacks more marks on a letter; thousands of them would be drawn across the page. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
const INVISIBLE = /^[\s\p{Cf}\p{M}]*$/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]$/u;
const RIGHT_TO_LEFT_MARK = '\u200f';
/** UTF-16 units looked at of one text: property values may have megabytes. */
const MOST_UNITS = 2_000;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Widths in em, on the wide side of DejaVu Sans, which is wider than the fonts of most systems. First match wins. */
const WIDTHS: ReadonlyArray<readonly [RegExp, number]> = [
	[/^[ijlI.,:;'|!]/u, 0.36],
	[/^[ftr()[\]/\\\s-]/u, 0.42],
	[/^[MWmw@%—…]/u, 1],
	[/^[\p{Ll}\p{Nd}]/u, 0.65],
	[/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]/u, 0.8],
	[/^[\u0020-\u007e]/u, 0.84],
];
/** Ideographs, emoji and scripts not known above. */
const WIDEST = 1.3;

/** What can be drawn of a text, on one line; empty when nothing of it can be seen. */
export function drawable(text: string): string {
	const line = text.slice(0, MOST_UNITS).replaceAll(UNDRAWABLE, '').replaceAll(STACKED_MARKS, '$1').replaceAll(/\s+/gu, ' ').trim();
	return INVISIBLE.test(line) ? '' : line;
}

/** About how wide a text is, in em, rather too much than too little: no font is at hand where an SVG is written. */
export function widthOf(text: string): number {
	return graphemes(text).reduce((width, letter) => width + widthOfLetter(letter), 0);
}

/** A text cut to a width in em, with an ellipsis; by characters as people see them, so that no emoji is cut in two. */
export function shortened(text: string, most: number): string {
	if (widthOf(text) <= most) return text;
	let kept = '';
	let width = widthOfLetter('…');
	for (const letter of graphemes(text)) {
		width += widthOfLetter(letter);
		if (width > most) break;
		kept += letter;
	}
	kept = kept.trimEnd();
	// After a word that is read from the right, the ellipsis belongs on its left.
	return RIGHT_TO_LEFT.test(kept) ? `${kept}…${RIGHT_TO_LEFT_MARK}` : `${kept}…`;
}

function graphemes(text: string): string[] {
	return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

function widthOfLetter(letter: string): number {
	return WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? WIDEST;
}
