import { Token, TokenKind, Tokenizer, Value, type Context, type Emitter, type Liquid, type Template, type TopLevelToken } from 'liquidjs';

import { pathReader } from '../segments/paths';
import { atForms, namedProperty, type AtForm } from './at-form';
import { MissingValueError } from './missing';

/** Text of a template; `trimLeft` and `trimRight` characters of it are not printed. */
type TextToken = Token & { trimLeft: number; trimRight: number };

/** Finds the properties of an event by the match key of its name. */
export type EventOf = (event: string) => object | undefined;

/** Where it stands among the globals of a rendering; a template cannot spell it. */
export const EVENT_OF = Symbol('event of');

/** An `@` form, between pieces of text. */
export class FormToken extends Token {
	constructor(
		readonly form: AtForm,
		input: string,
		begin: number,
		end: number,
	) {
		super(TokenKind.Output, input, begin, end);
	}
}

/** The text and the `@` forms in it. Together the tokens cover what the one did. */
export function splitAtForms(text: TopLevelToken, { filters }: Liquid): TopLevelToken[] {
	const { input, begin, trimLeft, trimRight } = text as unknown as TextToken;
	const first = begin + trimLeft;
	const forms = atForms(input.slice(first, text.end - trimRight), (name) => Object.hasOwn(filters, name));
	if (forms.length === 0) return [text];
	const pieces: Token[] = [];
	let from = begin;
	for (const form of forms) {
		const at = first + form.begin;
		if (form.escaped) {
			// The first of two is not printed.
			pieces.push(piece(text, from, at, from === begin ? trimLeft : 0, 1));
			from = at;
			continue;
		}
		if (at > from) pieces.push(piece(text, from, at, from === begin ? trimLeft : 0, 0));
		from = first + form.end;
		pieces.push(new FormToken(form, input, at, from));
	}
	if (text.end > from) pieces.push(piece(text, from, text.end, from === begin ? trimLeft : 0, trimRight));
	return pieces as TopLevelToken[];
}

function piece(text: TopLevelToken, begin: number, end: number, trimLeft: number, trimRight: number): TextToken {
	const HtmlToken = text.constructor as new (input: string, begin: number, end: number, file?: string) => TextToken;
	return Object.assign(new HtmlToken(text.input, begin, end, text.file), { trimLeft, trimRight });
}

/** The value of a form with its filters, as the library's outputs have one. Throws as the library does. */
export function formValue({ form, input, begin, end }: FormToken, liquid: Liquid): Value {
	if (form.mistake !== undefined) throw new Error(form.mistake);
	const at = begin + form.filters - form.begin;
	const filters = new Tokenizer(input, liquid.options.operators, undefined, [at, end]).readFilters();
	const read = readerOfForm(form, input.slice(begin, at));
	// In the place of an expression: the library takes an iterator or a plain result alike.
	const initial = { postfix: [], evaluate: read };
	return new Value({ initial, filters } as unknown as ConstructorParameters<typeof Value>[0], liquid);
}

/** A literal key comes first, as everywhere in the engine; null and the empty text are missing. `source`: the form without filters. */
function readerOfForm(form: AtForm, source: string): (ctx: Context) => unknown {
	const read = pathReader(form.property);
	const named = namedProperty(form);
	return (ctx) => {
		const from = named ? (ctx.globals as { [EVENT_OF]?: EventOf })[EVENT_OF]?.(named.event) : (ctx.environments as Record<string, unknown>)[form.of];
		const value = read(from as Record<string, unknown> | undefined);
		const isMissing = value === undefined || value === null || value === '' || typeof value === 'function';
		if (isMissing && ctx.strictVariables) throw new MissingValueError(source);
		return isMissing ? undefined : value;
	};
}

/** Prints a form. */
export class FormOutput implements Template {
	constructor(
		readonly token: FormToken,
		readonly prints: Value,
		readonly render: (ctx: Context, emitter: Emitter) => void,
	) {}

	*arguments(): Generator<Value> {
		yield this.prints;
	}
}
