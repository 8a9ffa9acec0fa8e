import { eventMatchKey } from '../people/event-names';

/**
 * The `@` form of a personalized value, as CleverTap's menu writes it: `@Add to Cart - eventName | default: 'your show'`.
 *
 *     form     = "@" of " - " property [ filters ]
 *     of       = "Profile" | "Event" | name of an event
 *     name     = words with one space between, or anything within quotes ("Hotel - Booked")
 *     word     = letters, digits and "_" of any script, and - . / & + ' # between two of them
 *     property = one word of letters, digits, "_", with - and . between two of them; or anything within quotes.
 *                Several words without quotes when a filter comes next.
 *     filters  = as in Liquid: "|" name [ ":" values ], once or more. A value is in quotes, a number, true, false, nil, or a
 *                variable that begins with Profile, Event or ConstantEventProperty. Of `default` there is one value, of other
 *                filters a further one is in quotes or a number.
 *
 * `Profile` is the person, `Event` the event that brought them into a live campaign, any other name an event of that name.
 * The form stands in one line and outside of Liquid's tags and `{% raw %}`. It ends after the last filter, or after the
 * property: a full stop or comma behind it is text.
 *
 * Whatever is no such form is text. It begins nowhere inside a word, so `me@example.com - write us` is text, as is `@home`.
 * `|` with something else than a filter behind it is text ("@Profile - name | Acme"). `@@` before what would be a form gives
 * one `@` and the rest as text; elsewhere it stays as it is.
 */
export interface AtForm {
	/** Where it stands; `end` is excluded. `filters` is where the first `|` stands, `end` where there is none. */
	begin: number;
	filters: number;
	end: number;
	/** `Profile`, `Event`, or the name of an event as it was typed. */
	of: string;
	property: string;
	/** Why it cannot be used. */
	mistake?: string;
}

/** An event's property that a template asks for by the event's name. */
export interface NamedProperty {
	/** As `eventMatchKey` writes it. */
	event: string;
	property: string;
}

const WORD = '[\\p{L}\\p{M}\\p{N}_]';
const NAME_WORD = `${WORD}(?:${WORD}|[-./&+'’#](?=${WORD}))*`;
const PATH = `${WORD}(?:${WORD}|[-.](?=${WORD}))*`;
const QUOTED = `"[^"\\n]*"|'[^'\\n]*'`;
const TEXT = `"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'`;
const NUMBER = `-?\\d+(?:\\.\\d+)?(?!${WORD})`;
const VARIABLE = `(?:Profile|Event|ConstantEventProperty)(?:\\.${WORD}(?:${WORD}|-(?=${WORD}))*|\\[(?:\\d+|${QUOTED})\\])*(?!${WORD})`;

const BEGIN = new RegExp(`@(${QUOTED}|${NAME_WORD}(?: (?:${NAME_WORD}|[&+/](?= )))*) - (?=["'\\p{L}\\p{M}\\p{N}_])`, 'uy');
const PROPERTY = new RegExp(`${QUOTED}|${PATH}`, 'uy');
const WORDS = new RegExp(`${PATH}(?: ${PATH})+`, 'uy');
const FILTER = new RegExp(`[ \\t]*\\|[ \\t]*([a-z_][a-z0-9_]*)(?!${WORD})`, 'uy');
const COLON = /[ \t]*:/y;
const VALUE = new RegExp(`[ \\t]*(?:${TEXT}|${NUMBER}|(?:true|false|nil)(?!${WORD})|${VARIABLE})`, 'uy');
const FURTHER = new RegExp(`[ \\t]*,[ \\t]*(?:${TEXT}|${NUMBER})`, 'uy');
const ALLOW_FALSE = new RegExp(`[ \\t]*,[ \\t]*allow_false[ \\t]*:[ \\t]*(?:true|false)(?!${WORD})`, 'uy');

/** What an `@` inside a word or an address has before it. */
const INSIDE = /[\p{L}\p{M}\p{N}_.+]$/u;

/** Longest name of an event or property that the store takes. */
const LONGEST_NAME = 512;

/**
 * The forms in a text, in order, and those after `@@`, which are not meant as such.
 * @param isFilter whether Liquid has a filter of this name
 */
export function atForms(text: string, isFilter: (name: string) => boolean): Array<AtForm & { escaped: boolean }> {
	const forms: Array<AtForm & { escaped: boolean }> = [];
	let last = 0;
	for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', Math.max(last, at + 1))) {
		const escaped = at > last && text[at - 1] === '@';
		const starts = at === last || escaped || !INSIDE.test(text.slice(Math.max(0, at - 2), at));
		const form = starts ? formAt(text, at, isFilter) : undefined;
		if (!form) continue;
		forms.push({ ...form, escaped });
		last = form.end;
	}
	return forms;
}

function formAt(text: string, begin: number, isFilter: (name: string) => boolean): AtForm | undefined {
	const head = matchAt(BEGIN, text, begin);
	if (!head) return undefined;
	const of = unquoted(head[1] as string).trim();
	const start = begin + head[0].length;
	const filtersFrom = (place: number) => filtersAt(text, place, isFilter);
	const words = matchAt(WORDS, text, start)?.[0];
	const long = words === undefined ? undefined : filtersFrom(start + words.length);
	const written = long && long.end > start + (words as string).length ? (words as string) : matchAt(PROPERTY, text, start)?.[0];
	if (written === undefined) return undefined;
	const property = unquoted(written).trim();
	if (of === '' || property === '' || of.length > LONGEST_NAME || property.length > LONGEST_NAME) return undefined;
	const filters = start + written.length;
	return { begin, filters, ...filtersFrom(filters), of: rootOf(of), property };
}

/** The two that are no events may be written in any case. */
function rootOf(name: string): string {
	return /^profile$/i.test(name) ? 'Profile' : /^event$/i.test(name) ? 'Event' : name;
}

/** The filters at a place: where they end, which is the place itself when there are none. */
function filtersAt(text: string, place: number, isFilter: (name: string) => boolean): Pick<AtForm, 'end' | 'mistake'> {
	let end = place;
	for (;;) {
		const head = matchAt(FILTER, text, end);
		if (!head) return { end };
		const name = head[1] as string;
		const after = end + head[0].length;
		const colon = matchAt(COLON, text, after);
		const value = colon && matchAt(VALUE, text, after + colon[0].length);
		if (colon && !value) {
			if (!isFilter(name)) return { end };
			return { end: after, mistake: `the value after "${name}:" has to be in straight quotes` };
		}
		// A word that is no filter and has no value is text.
		if (!colon && !isFilter(name)) return { end };
		end = after + (colon?.[0].length ?? 0) + (value?.[0].length ?? 0);
		if (!value) continue;
		const more = name === 'default' ? ALLOW_FALSE : FURTHER;
		for (let next = matchAt(more, text, end); next; next = matchAt(more, text, end)) end += next[0].length;
	}
}

function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | null {
	pattern.lastIndex = place;
	return pattern.exec(text);
}

function unquoted(text: string): string {
	return /^["']/.test(text) ? text.slice(1, -1) : text;
}

/** Of a form that names an event: what it asks for. */
export function namedProperty({ of, property }: Pick<AtForm, 'of' | 'property'>): NamedProperty | undefined {
	return of === 'Profile' || of === 'Event' ? undefined : { event: eventMatchKey(of), property };
}
