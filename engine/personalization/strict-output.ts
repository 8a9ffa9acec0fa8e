import { Output, Parser, Tag, TypeGuards, type Context, type Emitter, type Liquid, type TagToken, type Template, type TopLevelToken, type Value, Value as LiquidValue } from 'liquidjs';
import { escapeFor, type Place } from '../channels/http/place';
import { escapeHtml } from './html';
import { newestOf } from './newest-first';

/** How a value is escaped where it is printed. */
export type Escape = 'none' | 'html' | Extract<Place, 'json' | 'url' | 'xml'>;

export interface OutputRules {
	/** What becomes of a value that the person lacks and the template has no default for. */
	missing: 'fail' | 'empty';
	escape: Escape;
}

/** Raised by printing something that is not there. */
export class MissingValueError extends Error {
	constructor(readonly variable: string) {
		super(`no value for ${variable}`);
		this.name = 'MissingValueError';
	}
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

/**
 * Prints a value. Only printing is strict: conditions and loops may ask for what a person lacks, as in every Liquid.
 * A `default` anywhere in the filters answers for a missing value.
 */
function* print(value: Value, source: string, rules: OutputRules, ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
	const hasDefault = value.filters.some(({ name }) => name === 'default');
	const strictBefore = ctx.strictVariables;
	ctx.strictVariables = rules.missing === 'fail' && !hasDefault;
	let result: unknown;
	try {
		result = yield value.value(ctx, false) as unknown;
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
	emitter.write(escapeText(text, rules.escape, value.filters.at(-1)?.name));
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

function escapeText(text: string, escape: Escape, lastFilter: string | undefined): string {
	if (escape === 'none' || lastFilter === 'raw') return text;
	// `| json` makes a JSON value already; escaping it again would quote its quotes.
	if (escape === 'json' && (lastFilter === 'json' || lastFilter === 'jsonify')) return text;
	return escape === 'html' ? escapeHtml(text) : escapeFor(escape, text);
}

class StrictOutput extends Output {
	constructor(
		token: ConstructorParameters<typeof Output>[0],
		liquid: Liquid,
		private readonly rules: OutputRules,
	) {
		super(token, liquid);
	}

	override *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
		yield* print(this.value, this.token.content.trim(), this.rules, ctx, emitter);
	}
}

/** `{% echo %}`, which prints like `{{ }}`. */
export function echoTag(rules: OutputRules): new (token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) => Tag {
	return class EchoTag extends Tag {
		private readonly value?: Value;

		constructor(token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) {
			super(token, remainTokens, liquid);
			this.tokenizer.skipBlank();
			if (!this.tokenizer.end()) this.value = new LiquidValue(this.tokenizer.readFilteredValue(), liquid);
		}

		*render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
			if (this.value) yield* print(this.value, this.token.args.trim(), rules, ctx, emitter);
		}

		*arguments() {
			if (this.value) yield this.value;
		}
	};
}

/** Parses with strict outputs, at every depth. */
export class StrictParser extends Parser {
	constructor(
		private readonly engine: Liquid,
		private readonly rules: OutputRules,
	) {
		super(engine);
	}

	override parseToken(token: TopLevelToken, remainTokens: TopLevelToken[]): ReturnType<Parser['parseToken']> {
		// The other kinds, and errors with their positions, are the library's.
		if (!TypeGuards.isOutputToken(token)) return super.parseToken(token, remainTokens);
		super.parseToken(token, remainTokens);
		return new StrictOutput(token, this.engine, this.rules);
	}
}

export type { Template };
