import { LiquidError, ParseError, Parser, Tag, TypeGuards, type Context, type Emitter, type Liquid, type Output, type TagToken, type Template, type TopLevelToken, type Value, Value as LiquidValue } from 'liquidjs';
import { escapeFor, type Place } from '../channels/http/place';
import type { AtForm } from './at-form';
import { FormOutput, FormToken, formValue, splitAtForms } from './form-output';
import { escapeHtml } from './html';
import { MissingValueError } from './missing';
import { newestOf } from './newest-first';
import { readerOf } from './reader';

type OutputToken = ConstructorParameters<typeof Output>[0];

/** How a value is escaped where it is printed. */
export type Escape = 'none' | 'html' | Extract<Place, 'json' | 'url' | 'xml'>;

export interface OutputRules {
	/** What becomes of a value that the person lacks and the template has no default for. */
	missing: 'fail' | 'empty';
	escape: Escape;
}

/** Raised by `{% abort %}`. */
export class AbortError extends Error {
	override readonly name = 'AbortError';
}

/** `{% abort %}`: this person gets no message. */
export class AbortTag extends Tag {
	// eslint-disable-next-line require-yield
	*render(): Generator<unknown, void, unknown> {
		throw new AbortError('aborted by the template');
	}
}

/** What is printed: a value with its filters. */
export interface Printed {
	/** Reads the value. It throws MissingValueError, or as the library does, where strict and something is not there. */
	read(ctx: Context): unknown;
	/** As the operator wrote it. */
	source: string;
	filters: ReadonlyArray<{ name: string }>;
}

/**
 * Makes the printing of a value. Only printing is strict: conditions and loops may ask for what a person lacks, as in
 * every Liquid. A `default` anywhere in the filters answers for a missing value.
 */
export function printer({ read, source, filters }: Printed, rules: OutputRules): (ctx: Context, emitter: Emitter) => void {
	const strict = rules.missing === 'fail' && !filters.some(({ name }) => name === 'default');
	const escape = escaperFor(rules.escape, filters.at(-1)?.name);
	return (ctx, emitter) => {
		const strictBefore = ctx.strictVariables;
		ctx.strictVariables = strict;
		let result: unknown;
		try {
			result = read(ctx);
		} finally {
			ctx.strictVariables = strictBefore;
		}
		const plain = newestOf(unwrap(result));
		if (plain === undefined || plain === null) {
			if (rules.missing === 'fail') throw new MissingValueError(source);
			return;
		}
		const text = textOf(plain, source);
		ctx.memoryLimit.use(text.length);
		emitter.write(escape(text));
	};
}

function unwrap(value: unknown): unknown {
	const drop = value as { valueOf?: () => unknown } | null | undefined;
	return typeof drop === 'object' && drop !== null && !Array.isArray(drop) && typeof drop.valueOf === 'function' ? drop.valueOf() : value;
}

function textOf(value: unknown, source: string): string {
	if (Array.isArray(value)) return value.map((item) => (item === null || item === undefined ? '' : textOf(item, source))).join('');
	if (typeof value === 'object') throw new Error(`${source} is an object, not text: print one of its properties, or use "| json"`);
	return String(value);
}

function escaperFor(escape: Escape, lastFilter: string | undefined): (text: string) => string {
	// `| json` makes a JSON value already; escaping it again would quote its quotes.
	const isDone = lastFilter === 'raw' || (escape === 'json' && (lastFilter === 'json' || lastFilter === 'jsonify'));
	if (escape === 'none' || isDone) return (text) => text;
	return escape === 'html' ? escapeHtml : (text) => escapeFor(escape, text);
}

/** A value of Liquid as something to print. */
function printed(value: Value, source: string): Printed {
	return { read: readerOf(value), source, filters: value.filters };
}

/** `{{ value }}`. Not the library's: its output yields where this one, for a quarter of the time, just reads. */
class StrictOutput implements Template {
	readonly render: (ctx: Context, emitter: Emitter) => void;

	constructor(
		readonly token: OutputToken,
		readonly prints: Value,
		rules: OutputRules,
	) {
		this.render = printer(printed(prints, token.content.trim()), rules);
	}

	*arguments(): Generator<Value> {
		yield this.prints;
	}
}

/** `{% echo %}`, which prints like `{{ }}`. */
export function echoTag(rules: OutputRules): new (token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) => Tag {
	return class EchoTag extends Tag {
		readonly prints?: Value;

		private readonly print?: (ctx: Context, emitter: Emitter) => void;

		constructor(token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) {
			super(token, remainTokens, liquid);
			this.tokenizer.skipBlank();
			if (this.tokenizer.end()) return;
			this.prints = new LiquidValue(this.tokenizer.readFilteredValue(), liquid);
			this.print = printer(printed(this.prints, this.token.args.trim()), rules);
		}

		render(ctx: Context, emitter: Emitter): void {
			this.print?.(ctx, emitter);
		}

		*arguments() {
			if (this.prints) yield this.prints;
		}
	};
}

/** Parses with strict outputs and `@` forms, at every depth. */
export class StrictParser extends Parser {
	/** The forms of what was parsed last. */
	forms: AtForm[] = [];

	constructor(
		private readonly engine: Liquid,
		private readonly rules: OutputRules,
	) {
		super(engine);
	}

	/** Of `{% raw %}` and comments the library takes the text of the tokens, whatever they are: no form is read there. */
	override parseTokens(tokens: TopLevelToken[]): Template[] {
		this.forms = [];
		return super.parseTokens(tokens.flatMap((token) => (TypeGuards.isHTMLToken(token) ? splitAtForms(token, this.engine) : [token])));
	}

	override parseToken(token: TopLevelToken, remainTokens: TopLevelToken[]): ReturnType<Parser['parseToken']> {
		// Whatever implements Template will do where the library says which classes it gives.
		if (token instanceof FormToken) return this.parseForm(token) as Output;
		// The other kinds, and errors with their positions, are the library's.
		const parsed = super.parseToken(token, remainTokens);
		return TypeGuards.isOutputToken(token) ? (new StrictOutput(token, (parsed as Output).value, this.rules) as Template as Output) : parsed;
	}

	private parseForm(token: FormToken): Template {
		this.forms.push(token.form);
		try {
			const value = formValue(token, this.engine);
			return new FormOutput(token, value, printer({ read: readerOf(value), source: token.getText(), filters: value.filters }, this.rules));
		} catch (error) {
			throw LiquidError.is(error) ? error : new ParseError(error as Error, token);
		}
	}
}

export type { Template };
